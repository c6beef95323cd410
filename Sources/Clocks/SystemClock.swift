#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The clocks of this machine. The monotonic one begins when the value is made.
public struct SystemClock: TimeSource {
    private let start = ContinuousClock.now

    public init() {}

    public var now: Instant { Instant(offset: start.duration(to: .now)) }

    public var wall: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1_000 + (Int64(time.tv_nsec) + 500_000) / 1_000_000)
    }

    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await ContinuousClock().sleep(until: start.advanced(by: deadline.offset), tolerance: tolerance)
    }
}
