import Connectors
import DurableQueue
import Keap
import KeapBilling

/// The past of a gym's bills, which its lane reads page by page.
extension BillingWatch {
    func historyProgress() async throws -> HistoryProgress? { try await bills.state(ofHistory: true).history }

    /// Asks for the first page of a new reading. While one is under way it is left to go on, and its page that was given up
    /// is tried again.
    func beginHistory() async throws {
        let before = try await historyProgress()
        let isUnderWay = before.map { !$0.isDone } ?? false
        let number = before.flatMap { Int($0.run) } ?? 0
        let run = isUnderWay ? number : number + 1
        let accepted = try await bills.accept(HistoryPage(run: "\(run)"))
        if !accepted.isNew, case .dead? = await bills.queue.job(accepted.id)?.state {
            try await bills.queue.retry(accepted.id)
        }
        guard isUnderWay else { return }
        var dead = JobQuery()
        (dead.tenant, dead.state) = (bills.tenant, .dead)
        for job in await bills.queue.jobs(dead) {
            let message = StoredMessage(try await bills.queue.payload(of: job.id))
            if let message, case .history? = ReadingRequest(own: message) { try await bills.queue.retry(job.id) }
        }
    }

    /// Asks Keap, a thousand a call.
    func count() async throws(KeapFailure) -> HistoryCount { try await HistoryCount(in: calls) }
}
