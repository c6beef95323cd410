#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The time of day from the machine.
package enum WallClock {
    /// A clock that reads the time of day once and counts on from there, so that setting the machine's clock back does
    /// not turn the order of requests around.
    package static func steady() -> @Sendable () -> Instant {
        let start = ContinuousClock.now
        let wall = now
        return {
            let (seconds, attoseconds) = start.duration(to: .now).components
            return Instant(nanoseconds: wall.nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        }
    }

    private static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
