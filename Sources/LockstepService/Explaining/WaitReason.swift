import Keap
import RateLimits
import DurableQueue
import OutboundAPI

/// What a gym's calls to an account wait for at this moment: a sentence for people, and about how long.
struct WaitReason: Equatable, Sendable {
    var sentence: String
    /// Until a call that came now would go out, if nothing else happens. Nil: unknown.
    var lasts: Duration?
    /// At least until the change is delivered: until any call goes out.
    var lastsAtLeast: Duration?
    /// At most until it is delivered, if nothing else comes: behind all calls that the changes before it may need.
    var lastsAtMost: Duration?
    /// Between two calls, as long as more wait than go out.
    var spacing = Duration.zero
}

extension Gym {
    /// Nil: its calls go out at once.
    ///
    /// - Parameters:
    ///   - urgency: the day's pace holds imports back when it still lets live changes through.
    ///   - changes: of the gym that come before and have not begun.
    ///   - gyms: those that may share its budget; nil: none beside this one.
    func obstacle(
        _ urgency: JobUrgency, behind changes: Int = 0, among gyms: Gyms? = nil, _ counts: QueueCounts = QueueCounts()
    ) async -> WaitReason? {
        if let closed { return WaitReason(sentence: closed) }
        if let broken = WaitReason(await account.gateway.counters().circuit) { return broken }
        let credential = account.credential
        guard let share = credential.gyms.first(where: { $0.id == id })?.share else { return nil }
        let urgency: Urgency = urgency == .bulk ? .bulk : .live
        let backlog = await Backlog(of: credential, gyms ?? Gyms([self]), counts)
        var outlook = await credential.budget.outlook(for: share, urgency)
        outlook.callsBefore = backlog.callsBefore(id, urgency)
        outlook.estimate = await credential.budget.delay(after: outlook.callsBefore, for: share, urgency)
        var obstacle = WaitReason(await credential.status(), outlook, tenant: share.tenant)
        // What stands in line now is the next call of each change; how many more follow is not known yet.
        let most = backlog.mostCalls(id, urgency, behind: changes)
        obstacle?.lastsAtLeast = outlook.opensIn
        obstacle?.lastsAtMost = await credential.budget.delay(after: most, for: share, urgency)
        return obstacle
    }
}

extension WaitReason {
    init?(_ circuit: CircuitReport, of peer: String = "Keap") {
        guard case .open(let reason, let openFor, let isCredential) = circuit else { return nil }
        let since = openFor.roughly
        sentence =
            isCredential
            ? "\(peer) has refused the gym's key for \(since) (\(reason)); all calls wait, and one asks again every 30 s."
            : "\(peer) has failed for \(since) (\(reason)); all calls wait, and one tries again every few seconds."
        lasts = nil
    }

    /// - Parameter tenant: whose own limits hold for the gym, beside the credential's.
    init?(_ budget: BudgetStatus, _ outlook: BudgetOutlook, tenant: String, of peer: String = "Keap") {
        spacing = budget.timeForOne
        let line = outlook.callsBefore
        let queued = line == 0 ? "" : line == 1 ? " 1 call goes before it." : " \(line) calls go before it, in turns."
        let own = budget.tenants.first { $0.name == tenant }
        lasts = outlook.estimate
        if let closed = [budget.closedFor, own?.closedFor].compactMap({ $0 }).max() {
            sentence =
                "\(peer) refused a call for want of budget and said when to come back: in \(closed.roughly).\(queued)"
            return
        }
        let opening = outlook.opensIn.map { "opens in \($0.roughly)" } ?? "opens when a running call ends"
        switch outlook.window {
        case .pace?:
            sentence = "The day's calls are spread over the day: the next one is let out later, it \(opening).\(queued)"
        case let window? where window != .spacing:
            let full = (budget.windows + (own?.windows ?? [])).first { $0.window == window }
            let what = full.map { ": \($0.described)" } ?? ""
            sentence = "\(peer)'s budget is used up for now\(what), and it \(opening).\(queued)"
        default:
            guard line > 0 else { return nil }
            sentence = "Calls to \(peer) are let out evenly.\(queued)"
        }
    }
}

extension BudgetStatus {
    /// How long one call takes at the sustained rate.
    fileprivate var timeForOne: Duration {
        func limit(_ window: BudgetWindow) -> Int? { windows.first { $0.window == window }?.limit }
        let a = limit(.second).map { Duration.seconds(1) / max($0, 1) }
        let b = limit(.minute).map { Duration.seconds(60) / max($0, 1) }
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
    /// The duration as people say it: `12 s`, `4 min`, `3 h`.
    var roughly: String {
        let seconds = Int64((inSeconds).rounded(.up))
        switch seconds {
        case ..<120: return "\(max(seconds, 1)) s"
        case ..<7_200: return "\((seconds + 30) / 60) min"
        default: return "\((seconds + 1_800) / 3_600) h"
        }
    }
}
