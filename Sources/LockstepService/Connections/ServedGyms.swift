import ConfigurationReading
import DurableQueue

/// Lets the queue run the jobs of gyms whose calls can go out. Those of a gym without a connection wait where they are, and
/// go on the moment that it has one.
actor ServedGyms {
    private let queue: JobQueue
    private var configured: Set<GymID> = []
    private var closed: Set<GymID> = []
    private var isClosed = false

    init(queue: JobQueue) { self.queue = queue }

    func configure(_ gyms: Set<GymID>, closed: Set<GymID>) async {
        (configured, self.closed, isClosed) = (gyms, closed, false)
        await apply()
    }

    /// Runs called off, none begun, until the next `configure`.
    func closeAll() async {
        isClosed = true
        await apply()
    }

    func set(_ gym: GymID, isOpen: Bool) async {
        let changed = isOpen ? closed.remove(gym) != nil : closed.insert(gym).inserted
        if changed { await apply() }
    }

    private func apply() async {
        await queue.serve(only: isClosed ? [] : Set(configured.subtracting(closed).map(\.tenant)))
    }
}
