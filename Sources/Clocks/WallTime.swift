/// Milliseconds since 1970 UTC, as a clock that people may set shows them.
public struct WallTime: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whole UTC days since 1970.
    public var day: Int64 { milliseconds.flooredDivision(by: WallTime.dayLength) }

    public static func startOf(day: Int64) -> WallTime { WallTime(milliseconds: day * dayLength) }

    @inlinable public static func < (a: WallTime, b: WallTime) -> Bool { a.milliseconds < b.milliseconds }

    @inlinable public static func + (time: WallTime, milliseconds: Int64) -> WallTime {
        WallTime(milliseconds: time.milliseconds + milliseconds)
    }

    @inlinable public static func - (time: WallTime, milliseconds: Int64) -> WallTime { time + -milliseconds }

    /// In milliseconds.
    public static let dayLength: Int64 = 86_400_000
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
    package var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
