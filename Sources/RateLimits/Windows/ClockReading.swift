/// An instant on both clocks: the monotonic one, on which waits are measured, and the wall, on which days are counted.
package struct ClockReading<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    package var instant: Instant
    package var wall: WallTime

    package init(_ instant: Instant, wall: WallTime) {
        self.instant = instant
        self.wall = wall
    }

    /// The monotonic instant at which the wall clock will show `time`, if it is not set meanwhile.
    func instant(of time: WallTime) -> Instant {
        instant.advanced(by: .milliseconds(time.milliseconds - wall.milliseconds))
    }

    /// What the wall clock will show at `later`, if it is not set meanwhile. Rounded up, so that it is never early.
    func wall(at later: Instant) -> WallTime {
        WallTime(milliseconds: wall.milliseconds + instant.duration(to: later).wholeMilliseconds + 1)
    }
}

/// Milliseconds since 1970 UTC, as a clock that people may set shows them.
package struct WallTime: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Whole UTC days since 1970.
    package var day: Int64 { milliseconds.flooredDivision(by: WallTime.dayLength) }

    package static func startOf(day: Int64) -> WallTime { WallTime(milliseconds: day * dayLength) }

    package static func < (a: WallTime, b: WallTime) -> Bool { a.milliseconds < b.milliseconds }

    static func + (time: WallTime, milliseconds: Int64) -> WallTime {
        WallTime(milliseconds: time.milliseconds + milliseconds)
    }

    static func - (time: WallTime, milliseconds: Int64) -> WallTime { time + -milliseconds }

    /// In milliseconds.
    static let dayLength: Int64 = 86_400_000
}

extension Int64 {
    /// Rounds towards minus infinity: an instant before 1970 belongs to the day that it lies in, not to the next.
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension Duration {
    /// Rounded towards zero.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
