import Foundation
import LoadGeneration
import Synchronization

/// Sends a load, and asks about its deliveries beside it: what the figures are made of.
final class BenchRun: Sendable {
    struct Plan: Sendable {
        var schedule: SendSchedule
        var connections: Int
        /// How long deliveries are waited for after the last answer; nil: they are not asked about.
        var wait: Duration?
    }

    private let plan: Plan
    private let messages: BenchMessages
    private let address: LoadAddress
    private let client: AdminClient
    private let ledger: Mutex<BenchLedger>
    private let isStopped = Atomic(false)
    /// Whether each message has ended.
    private let isSent = Atomic(false)

    init(_ plan: Plan, _ messages: BenchMessages, to address: LoadAddress, asking client: AdminClient) {
        (self.plan, self.messages, self.address, self.client) = (plan, messages, address, client)
        ledger = Mutex(BenchLedger(start: 0))
    }

    /// No message goes out from now on, and no delivery is waited for.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    private var hasStopped: Bool { isStopped.load(ordering: .relaxed) }

    /// - Parameter progress: told several times a second.
    func report(progress: @Sendable (BenchProgress) -> Void) async throws -> BenchReport {
        var watch: DeliveryWatch?
        if plan.wait != nil {
            watch = DeliveryWatch(client)
            _ = try await watch?.finished()
        }
        let start = Int64(Date().timeIntervalSince1970 * 1000)
        ledger.withLock { $0 = BenchLedger(start: start) }
        async let sending = send()
        let waited: Double?
        do {
            waited = try await watchDeliveries(&watch, progress)
        } catch {
            stop()
            _ = try? await sending  // the first error is told
            throw error
        }
        let took = try await sending
        return BenchReport(
            rate: plan.schedule.perSecond, connections: plan.connections, gyms: messages.hooks.count,
            people: messages.people, ledger: ledger.withLock { $0 }, seconds: Double(took) / 1e9, waited: waited,
            isInterrupted: hasStopped)
    }

    private func send() async throws -> UInt64 {
        defer { isSent.store(true, ordering: .releasing) }
        do {
            return try await LoadGenerator(to: address, connections: plan.connections).runOnThread(
                .scheduled(plan.schedule),
                request: { [messages] in messages.request($0, at: Int(Date().timeIntervalSince1970)) },
                isStopped: { self.hasStopped },
                ended: { ended in self.ledger.withLock { $0.ended(ended) } })
        } catch {
            throw CommandFailure("nothing takes messages at \(messages.host): \(error); is `lockstep serve` running?")
        }
    }

    /// Returns how long was waited after the last answer; nil without a watch.
    private func watchDeliveries(
        _ watch: inout DeliveryWatch?, _ progress: @Sendable (BenchProgress) -> Void
    ) async throws -> Double? {
        var end: ContinuousClock.Instant?
        while true {
            // Before the question: what was delivered before the last answer is then in this one or an earlier one.
            let isSent = isSent.load(ordering: .acquiring)
            if let finished = try await watch?.finished() {
                ledger.withLock { ledger in
                    for each in finished { ledger.finished(each.job, each.finish, at: each.at) }
                }
            }
            let now = ContinuousClock.now
            let state = ledger.withLock { BenchProgress($0, of: plan.schedule.count) }
            progress(state)
            if isSent {
                let first = end ?? now
                end = first
                guard let wait = plan.wait else { return nil }
                if state.undelivered == 0 || hasStopped || now - first >= wait {
                    try await countDead(watch)
                    return (now - first).seconds
                }
            }
            // The service is another process: there is nothing to be woken by.
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func countDead(_ watch: DeliveryWatch?) async throws {
        guard let watch, let first = ledger.withLock({ $0.oldestUndelivered }), first > 0 else { return }
        let dead = try await watch.dead(after: first - 1)
        ledger.withLock { ledger in for job in dead { ledger.finished(job, .dead, at: 0) } }
    }
}
