import ConfigurationReading
import Keap
import RateLimits
import DurableQueue

/// What waits for one credential's budget: calls of each gym, and changes that will need more of them.
struct Backlog: Sendable {
    private struct Share {
        var weight: Int
        /// Calls that wait, for a slot or for their budget.
        var waiting: [Urgency: Int]
        /// Changes that are being delivered, or wait to be: each may have calls that go before others'.
        var running: Int
    }

    /// A new person's calls are four, and few changes need more. One that does is told in its range all the same, since
    /// most need fewer.
    private static let mostCallsOfAChange = 6

    private var shares: [GymID: Share] = [:]

    init(of credential: KeapCredential, _ gyms: Gyms, _ counts: QueueCounts) async {
        let atGate = await credential.status().shares
        for use in credential.gyms {
            guard let gym = gyms[use.id.description] else { continue }
            var waiting: [Urgency: Int] = [:]
            for urgency in Urgency.allCases {
                // Those at the gate are among those of the gateway.
                waiting[urgency] = max(
                    await gym.account.gateway.waiting(use.share, urgency), atGate[use.share]?[urgency] ?? 0)
            }
            let jobs = counts.tenants[use.id.tenant]?.jobs ?? [:]
            shares[use.id] = Share(
                weight: use.share.weight, waiting: waiting, running: (jobs[.running] ?? 0) + (jobs[.waiting] ?? 0))
        }
    }

    func waiting(_ gym: GymID, _ urgency: Urgency) -> Int { shares[gym]?.waiting[urgency] ?? 0 }

    /// How many calls that wait go before one of this gym that came now, as gyms take turns and live calls go first.
    func callsBefore(_ gym: GymID, _ urgency: Urgency) -> Int {
        let own = waiting(gym, urgency)
        return own
            + others(than: gym, own) { share in
                (first: urgency == .bulk ? share.waiting[.live] ?? 0 : 0, inTurns: share.waiting[urgency] ?? 0)
            } + (urgency == .bulk ? waiting(gym, .live) : 0)
    }

    /// How many calls may be needed until a change is delivered that stands behind others of its gym.
    ///
    /// - Parameter changes: of its gym that have not begun and come before it.
    func mostCalls(_ gym: GymID, _ urgency: Urgency, behind changes: Int) -> Int {
        let own = ((shares[gym]?.running ?? 0) + changes + 1) * Self.mostCallsOfAChange
        return own
            + others(than: gym, own) { share in
                let calls = max(share.running * Self.mostCallsOfAChange, share.waiting.values.reduce(0, +))
                return (first: urgency == .bulk ? calls : 0, inTurns: urgency == .bulk ? 0 : calls)
            }
    }

    /// Others' calls that go before so many of the gym's own.
    private func others(than gym: GymID, _ own: Int, _ calls: (Share) -> (first: Int, inTurns: Int)) -> Int {
        let weight = shares[gym]?.weight ?? 1
        return shares.reduce(0) { sum, other in
            guard other.key != gym else { return sum }
            let (first, inTurns) = calls(other.value)
            return sum + first + min(inTurns, (own / weight + 1) * other.value.weight)
        }
    }
}

extension Explanation {
    /// Runs that come before the job's own and have not begun.
    var runsBefore: Int {
        switch self {
        case .ready(let ahead): ahead
        case .behind(_, let ahead, let because): ahead + because.runsBefore
        default: 0
        }
    }
}
