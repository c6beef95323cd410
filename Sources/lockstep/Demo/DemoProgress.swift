import DurableQueue
import LockstepService
import Synchronization

/// The line that tells how the day goes, ten times a second, also while Keap is broken on purpose.
final class DemoProgress: Sendable {
    static let outage = Duration.seconds(3)

    private let total: Int
    private let tenants: Set<TenantID>
    private let sent = Counter()
    private let brokenSince = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameter gyms: whose messages are counted.
    init(total: Int, gyms: [String]) {
        self.total = total
        tenants = Set(gyms.map { TenantID($0) })
    }

    var sentCount: Int { sent.value }
    func noteSent() { _ = sent.increment() }

    func noteOutage() {
        brokenSince.withLock { $0 = .now }
        Terminal.note(
            "Keap breaks           on purpose: 503 for \(Self.outage.components.seconds) s, then four answers are lost")
    }

    func pending(_ counts: QueueCounts) -> Int {
        counts.tenants.reduce(0) { tenants.contains($1.key) ? $0 + $1.value.pending : $0 }
    }

    /// Until the task is cancelled.
    func run(_ service: Service) async {
        var (last, lastMoved) = (-1, ContinuousClock.now)
        while !Task.isCancelled {
            let (sent, pending) = (sent.value, pending(await service.queue.counts()))
            let done = max(0, sent - pending)
            if done != last { (last, lastMoved) = (done, .now) }
            Terminal.progress(
                "the day  \(Terminal.bar(done, of: total)) \(done) of \(total) delivered, \(sent) sent"
                    + trouble(standingSince: lastMoved))
            try? await Task.sleep(for: .milliseconds(100))  // ends with the task
        }
    }

    private func trouble(standingSince lastMoved: ContinuousClock.Instant) -> String {
        guard let since = brokenSince.withLock({ $0 }) else { return "" }
        let elapsed = ContinuousClock.now - since
        if elapsed < Self.outage {
            return "; Keap answers 503 on purpose for \((Self.outage - elapsed).components.seconds + 1) s more"
        }
        guard ContinuousClock.now - lastMoved > .milliseconds(500) else { return "" }
        return "; Keap is back, and is asked again in a moment"
    }
}
