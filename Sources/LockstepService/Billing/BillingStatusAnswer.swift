import ChartMogul
import ChartMogulFeed
import DurableQueue
import KeapBilling
import OutboundAPI

/// How a gym's bills stand, as `/api/gyms` tells it.
struct BillingStatusAnswer: Encodable, Equatable, Sendable {
    enum Hooks: String, Encodable {
        /// Not looked at yet.
        case unknown
        case working, silent
        /// Without a token or an address: the poll finds changes.
        case none
    }

    /// `closed` is the good state: calls pass.
    var circuit: String
    var reason: String?
    var callsInFlight: Int
    var callsWaiting: Int
    var hooks: Hooks
    /// What is wrong with Keap's hooks.
    var hooksReason: String?
    /// When Keap was last read as a whole; missing: not yet.
    var readAt: String?
    var backfill: HistoryAnswer.State
}

extension BillingWatch {
    func status() async -> BillingStatusAnswer {
        let load = await account.gateway.load
        let hooks = hooks
        // Storage that fails is reported where it matters.
        let past = try? await historyProgress()
        var answer = BillingStatusAnswer(
            circuit: "closed", callsInFlight: load.inFlight, callsWaiting: load.waiting,
            hooks: desk == nil ? .none : hooks.checkedAt == nil ? .unknown : hooks.isHealthy ? .working : .silent,
            hooksReason: hooks.trouble, readAt: await readAt().map(JobAnswer.time),
            backfill: HistoryAnswer.State(past ?? nil))
        if case .open(let reason, _, let isCredential) = await account.gateway.circuit {
            (answer.circuit, answer.reason) = (isCredential ? "key refused" : "open", reason)
        }
        return answer
    }
}
