import Synchronization

/// Answers of the intake by status, for the metrics.
final class IntakeCounters: Sendable {
    private let answers = Mutex<[Int: Int]>([:])

    func count(_ status: Int) { answers.withLock { $0[status, default: 0] += 1 } }

    var byStatus: [(status: Int, count: Int)] {
        answers.withLock { $0.sorted { $0.key < $1.key }.map { (status: $0.key, count: $0.value) } }
    }
}
