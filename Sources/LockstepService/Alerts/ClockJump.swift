import Clocks

/// Notices that the wall clock was set: that it moved by another time than the monotonic one.
struct ClockJump: Sendable {
    /// A jump that is told for a while.
    struct Jump: Equatable, Sendable {
        /// Wall time after it, in milliseconds since 1970.
        var at: Int64
        /// Positive: forward.
        var milliseconds: Int64
        fileprivate var seen: Instant
    }

    /// What clocks are set by in steps without harm.
    static let tolerance: Int64 = 60_000
    /// How long it is told.
    static let memory = Duration.seconds(3_600)

    private var last: ClockReading?
    private(set) var jump: Jump?

    mutating func look(at now: ClockReading) {
        if let last {
            let expected = last.wall.milliseconds + last.instant.duration(to: now.instant).wholeMilliseconds
            let difference = now.wall.milliseconds - expected
            if difference.magnitude > UInt64(Self.tolerance) {
                jump = Jump(at: now.wall.milliseconds, milliseconds: difference, seen: now.instant)
            }
        }
        if let seen = jump?.seen, seen.duration(to: now.instant) >= Self.memory { jump = nil }
        last = now
    }
}
