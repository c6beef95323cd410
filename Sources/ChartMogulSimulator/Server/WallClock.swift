#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The time of day from the machine.
enum WallClock {
    /// A clock that reads the time of day once and counts on from there, so that setting the machine's clock back does
    /// not turn the order of requests around.
    static func steady() -> @Sendable () -> WorldTime {
        let start = ContinuousClock.now
        let wall = now
        return {
            let (seconds, attoseconds) = start.duration(to: .now).components
            return WorldTime(milliseconds: wall.milliseconds + seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        }
    }

    private static var now: WorldTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WorldTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
