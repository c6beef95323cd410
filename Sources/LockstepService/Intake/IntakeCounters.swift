import Connectors
import Synchronization

/// Answers of the intake by status, and calls at each source's web hook by what it made of them.
final class IntakeCounters: Sendable {
    private struct State {
        var answers: [Int: Int] = [:]
        var calls: [String: [Reception.Outcome: Int]] = [:]
    }

    private let state = Mutex(State())

    func count(_ status: Int) { state.withLock { $0.answers[status, default: 0] += 1 } }

    func count(_ outcome: Reception.Outcome, at source: any Source.Type) {
        state.withLock { $0.calls[source.pathName, default: [:]][outcome, default: 0] += 1 }
    }

    var byStatus: [(status: Int, count: Int)] {
        state.withLock { $0.answers.sorted { $0.key < $1.key }.map { (status: $0.key, count: $0.value) } }
    }

    func calls(at source: any Source.Type) -> [Reception.Outcome: Int] {
        state.withLock { $0.calls[source.pathName] ?? [:] }
    }
}
