public import Clocks

/// Spaces calls evenly: one per `refill`, of which up to `burst` may come at once after a lull.
///
/// The law (GCRA): the bucket keeps one instant, `fullAt`, at which it would brim again if left alone. A token moves it
/// `refill` further from the later of itself and now; a token may be had as long as that is not more than
/// `burst * refill + tolerance` ahead of now.
///
/// Keeps no clock, takes no lock, never waits; `Duration` is an integer, so nothing is rounded.
public struct TokenBucket: Sendable {
    /// The time that earns one token. May be changed at any time: it holds from the next token on.
    public var refill: Duration
    /// How early a token may come. It lets a caller that woke late catch up, while the mean rate stays the same; without
    /// it every late wake-up is lost for good.
    public var tolerance: Duration
    let burst: Int
    private(set) var fullAt: Instant

    /// - Parameter burst: the most tokens held at once; 1 for even spacing.
    public init(refill: Duration, burst: Int = 1, tolerance: Duration = .zero, now: Instant) {
        precondition(refill > .zero && burst > 0 && tolerance >= .zero, "a bucket earns something and holds something")
        self.refill = refill
        self.burst = burst
        self.tolerance = tolerance
        fullAt = now
    }

    /// When the next token may be had. Takes nothing.
    public func opening(at now: Instant) -> Availability {
        let earliest = max(fullAt, now).advanced(by: .zero - refill * (burst - 1) - tolerance)
        return earliest <= now ? .now : .at(earliest)
    }

    /// Takes a token, which `opening(at:)` must have promised.
    public mutating func take(at now: Instant) {
        precondition(opening(at: now) == .now, "a token is taken only when there is one")
        fullAt = max(fullAt, now).advanced(by: refill)
    }

    /// Pours out what was saved up: from now on tokens come one by one.
    public mutating func empty(at now: Instant) {
        fullAt = max(fullAt, now.advanced(by: refill * (burst - 1)))
    }
}
