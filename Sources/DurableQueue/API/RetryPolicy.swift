/// How long a job waits before its next try. A pure function of the attempt and a random number.
public struct RetryPolicy: Sendable {
    public var first: Duration
    public var cap: Duration

    public init(first: Duration = .milliseconds(500), cap: Duration = .seconds(30)) {
        self.first = first
        self.cap = cap
    }

    /// Between half the pause and all of it, so that jobs that failed together do not come back together.
    ///
    /// - Parameters:
    ///   - attempt: 1 after the first failed try.
    ///   - random: 0 ... 1
    public func pause(after attempt: Int, random: Double) -> Duration {
        // Cap before multiplying: 2^70 pauses do not fit in a Duration and would trap.
        let doublings = min(max(attempt, 1) - 1, 30)
        let whole = min(first * (1 << doublings), cap)
        return whole * (0.5 + 0.5 * min(max(random, 0), 1))
    }
}
