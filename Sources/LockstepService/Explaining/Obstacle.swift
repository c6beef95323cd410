import Keap
import LockstepLimits

/// What a gym's calls to Keap wait for at this moment: a sentence for people, and about how long.
struct Obstacle: Equatable, Sendable {
    var sentence: String
    /// Until a call that came now would go out, if nothing else happens. Nil: nobody can say.
    var lasts: Duration?
    /// Between two calls, as long as more wait than go out.
    var spacing = Duration.zero
}

extension Gym {
    /// Nil: its calls go out at once.
    func obstacle() async -> Obstacle? {
        let (gateway, budget) = (await account.gateway.counters(), await account.budget.status())
        return Obstacle(gateway.circuit) ?? Obstacle(budget)
    }
}

extension Obstacle {
    init?(_ circuit: CircuitReport) {
        guard case .open(let reason, let openFor, let isCredential) = circuit else { return nil }
        let since = openFor.roughly
        sentence =
            isCredential
            ? "Keap has refused the gym's key for \(since) (\(reason)); all calls wait, and one asks again every 30 s."
            : "Keap has failed for \(since) (\(reason)); all calls wait, and one tries again every few seconds."
        lasts = nil
    }

    init?(_ budget: BudgetStatus) {
        let line = budget.waiting.values.reduce(0, +)
        spacing = budget.time(for: 1)
        let queued = line == 0 ? "" : line == 1 ? " 1 call waits for it." : " \(line) calls wait for it, in turns."
        if let closed = budget.closedFor {
            sentence =
                "Keap refused a call for want of budget and said when to come back: in \(closed.roughly).\(queued)"
            lasts = closed + budget.time(for: line)
        } else if let obstacle = budget.obstacle, let window = budget.windows.first(where: { $0.window == obstacle }) {
            let opening = window.opensIn.map { "opens in \($0.roughly)" } ?? "opens when a running call ends"
            sentence = "Keap's budget is used up for now: \(window.described), and it \(opening).\(queued)"
            lasts = window.opensIn.map { $0 + budget.time(for: line) }
        } else if line > 0 {
            sentence = "Calls to Keap are let out evenly.\(queued)"
            lasts = budget.time(for: line)
        } else {
            return nil
        }
    }
}

extension BudgetStatus {
    /// How long the sustained rate takes for so many calls.
    fileprivate func time(for calls: Int) -> Duration {
        func limit(_ window: BudgetWindow) -> Int? { windows.first { $0.window == window }?.limit }
        let a = limit(.second).map { Duration.seconds(1) * calls / max($0, 1) }
        let b = limit(.minute).map { Duration.seconds(60) * calls / max($0, 1) }
        return [a, b].compactMap { $0 }.max() ?? .zero
    }
}

extension BudgetStatus.Window {
    fileprivate var described: String {
        switch window {
        case .second: "\(used) of \(limit) calls in this second"
        case .minute: "\(used) of \(limit) calls in this minute"
        case .day: "\(used) of \(limit) calls on this UTC day"
        case .tenantMinute: "\(used) of the Keap account's \(limit) calls in this minute"
        case .tenantDay: "\(used) of the Keap account's \(limit) calls on this UTC day"
        default: "calls are spread evenly"
        }
    }
}

extension Duration {
    /// As one would say it: `12 s`, `4 min`, `3 h`.
    var roughly: String {
        let seconds = Int64((inSeconds).rounded(.up))
        switch seconds {
        case ..<120: return "\(max(seconds, 1)) s"
        case ..<7_200: return "\((seconds + 30) / 60) min"
        default: return "\((seconds + 1_800) / 3_600) h"
        }
    }
}
