/// The lanes that are more than rows: those that run, and those that ran and have more to run when it is their turn.
///
/// Of the latter as many are kept as there is room for, so that memory is bounded however many lanes are ready: one that
/// has to go is made anew at its next turn, and reads its state again.
struct LiveLanes: Sendable {
    private struct Entry {
        var lane: ContactLane
        /// The lane's state as last read or written. Nil before the first job.
        var known: StoredState?
        /// Bytes of its state while it waits; nil while it runs.
        var waiting: Int?
    }

    private var lanes: [LaneID: Entry] = [:]
    /// Those that do not run, the one first that ran the longest time ago, and bytes of their states.
    private var waiting = RoundRobin<LaneID>()
    private var waitingCount = 0
    private var waitingBytes = 0
    private let most: Int
    private let mostBytes: Int

    /// - Parameters:
    ///   - most: lanes that are kept while they do not run.
    ///   - mostBytes: of their states.
    init(most: Int, mostBytes: Int) {
        self.most = most
        self.mostBytes = mostBytes
    }

    var count: Int { lanes.count }

    /// The lane for its next run.
    mutating func take(_ id: LaneID, orMake make: () -> ContactLane) -> ContactLane {
        if let lane = lanes[id]?.lane {
            leave(id)
            return lane
        }
        let lane = make()
        lanes[id] = Entry(lane: lane)
        return lane
    }

    /// The state that is known of a lane that runs, or waits for its turn.
    func known(_ id: LaneID) -> StoredState? { lanes[id]?.known }

    /// Takes note of the state of a lane that runs; of no other.
    mutating func know(_ state: StoredState, of id: LaneID) { lanes[id]?.known = state }

    /// A run of the lane has ended.
    ///
    /// - Parameter size: of its state; nil if it has nothing to run now.
    mutating func release(_ id: LaneID, keeping size: Int?) {
        guard let size else { return lanes[id] = nil }
        guard lanes[id] != nil else { return }
        waiting.append(id)
        lanes[id]?.waiting = size
        waitingCount += 1
        waitingBytes += size
        while waitingCount > most || waitingBytes > mostBytes, let oldest = waiting.first {
            leave(oldest)
            lanes[oldest] = nil
        }
    }

    /// Nothing is left to run.
    mutating func clear() {
        while let id = waiting.first {
            leave(id)
            lanes[id] = nil
        }
    }

    private mutating func leave(_ id: LaneID) {
        guard let size = lanes[id]?.waiting else { return }
        lanes[id]?.waiting = nil
        waiting.remove(id)
        waitingCount -= 1
        waitingBytes -= size
    }
}
