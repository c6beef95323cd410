package import Clocks
import Synchronization

/// When accounts that share one budget may try whether the API is back: one of them at a time, since fifty that knock every
/// five seconds would use up the day that they wait for. Once one has found it well, each of the others may try at once.
package struct HalfOpenGate: Sendable {
    package static var pause: Duration { .seconds(5) }

    private var latest: (by: Int, at: Instant)?
    private var members = 0
    package private(set) var successes = 0

    package init() {}

    /// A number for one more account.
    package mutating func join() -> Int {
        members += 1
        return members
    }

    /// When this account may try, which last saw so many successes; nil is now, as far as the others are concerned.
    /// Takes nothing.
    package func opening(for account: Int, seen: Int, at now: Instant) -> Instant? {
        guard seen == successes, let latest, latest.by != account else { return nil }
        let next = latest.at.advanced(by: Self.pause)
        return next > now ? next : nil
    }

    /// It tries; `opening` must have said now.
    package mutating func begin(_ account: Int, at now: Instant) { latest = (account, now) }

    package mutating func succeeded() { successes += 1 }
}

/// The turns, as gateways share them: to try whether the API is back, and whether one endpoint of it is.
package final class SharedHalfOpenGate: Sendable {
    private let turns = Mutex<[APIEndpoint?: HalfOpenGate]>([:])

    package init() {}

    /// A number for one more account.
    func join() -> Int { with(nil) { $0.join() } }

    /// - Parameter endpoint: nil: the API as a whole.
    func with<Value: Sendable>(_ endpoint: APIEndpoint?, _ body: (inout HalfOpenGate) -> Value) -> Value {
        turns.withLock { body(&$0[endpoint, default: HalfOpenGate()]) }
    }
}
