/// One look at both clocks: the monotonic one, on which waits are measured, and the wall, on which days are counted.
public struct ClockReading: Sendable {
    public var instant: Instant
    public var wall: WallTime

    public init(_ instant: Instant, wall: WallTime) {
        self.instant = instant
        self.wall = wall
    }

    /// The monotonic instant at which the wall clock will show `time`, if it is not set meanwhile.
    public func instant(of time: WallTime) -> Instant {
        instant.advanced(by: .milliseconds(time.milliseconds - wall.milliseconds))
    }

    /// What the wall clock will show at `later`, if it is not set meanwhile. Rounded up, so that it is never early.
    public func wall(at later: Instant) -> WallTime {
        WallTime(milliseconds: wall.milliseconds + instant.duration(to: later).wholeMilliseconds + 1)
    }
}
