/// A point on the monotonic clock of a ``TimeSource``. Setting the wall clock does not move it.
///
/// A `Duration` counts attoseconds in an integer, so arithmetic with instants rounds nothing.
public struct Instant: InstantProtocol {
    /// Since the clock began.
    public var offset: Duration

    @inlinable public init(offset: Duration = .zero) { self.offset = offset }

    @inlinable public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    @inlinable public func duration(to other: Instant) -> Duration { other.offset - offset }
    @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
}
