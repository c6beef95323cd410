import AsyncPrimitives
import ConfigurationReading

/// The watches of all gyms whose bills are read.
final class BillingWatches: Sendable {
    let all: [BillingWatch]
    private let stopping = AsyncSignal()

    init(_ all: [BillingWatch]) { self.all = all }

    /// The ChartMogul accounts of its gyms, each once.
    var accounts: [ChartMogulAccount] {
        var seen: Set<String> = []
        return all.map(\.account).filter { seen.insert($0.name).inserted }
    }

    subscript(gym: GymID) -> BillingWatch? { all.first { $0.gym == gym } }

    /// Until `stop`, or until the task is cancelled.
    func run() async {
        guard !all.isEmpty else { return }
        await withTaskGroup(of: Void.self) { [stopping] group in
            group.addTask { await stopping.wait() }
            for watch in all {
                group.addTask { await watch.run() }
                if let comparer = watch.comparer { group.addTask { await comparer.run() } }
            }
            await group.next()
            group.cancelAll()
        }
    }

    func stop() { stopping.signal() }
}
