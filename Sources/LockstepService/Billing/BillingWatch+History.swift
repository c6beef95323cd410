import Connectors
import DurableQueue
import Keap
import KeapBilling

/// The past of a gym's bills, which its lane reads page by page.
extension BillingWatch {
    func historyProgress() async throws -> HistoryProgress? { try await bills.state(ofHistory: true).history }

    /// Begins a new reading of the past. One under way goes on; a page of it that was given up is tried again.
    func beginHistory() async throws {
        let before = try await historyProgress()
        let number = before.flatMap { Int($0.run) } ?? 0
        if let before, !before.isDone, try await goOn(with: before.run) { return }
        let run = "\(number + 1)"
        let first = HistoryPage(run: run)
        try await bills.ask(for: .history(first), key: first.key, .bulk) {
            try await historyProgress()?.run == run
        }
    }

    /// - Returns: false if no page of it waits any more: a person discarded the next one.
    private func goOn(with run: String) async throws -> Bool {
        var page = HistoryPage(run: run)
        var last: JobID?
        while let known = try await bills.queue.job(withIdempotencyKey: page.key, of: bills.tenant) {
            last = known
            page.number += 1
        }
        guard let last else { return false }
        switch await bills.queue.job(last)?.state {
        case .dead?:
            try await bills.queue.retry(last)
            return true
        case .accepted?, .waitingToBegin?, .running?, .waiting?, .paused?: return true
        case .done?, .superseded?, nil: return false
        }
    }

    /// Asks Keap, a thousand a call.
    func count() async throws(KeapFailure) -> HistoryCount { try await HistoryCount(in: calls) }
}
