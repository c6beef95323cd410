/// The lanes that are more than rows: those that run, and those that ran and have more to run when it is their turn.
///
/// Of the latter as many are kept as there is room for, so that memory is bounded however many lanes are ready: one that
/// has to go is made anew at its next turn, and reads its state again.
struct LiveLanes: Sendable {
    private var lanes: [LaneID: ContactLane] = [:]
    /// Those that do not run, the one first that ran the longest time ago, and bytes of their states.
    private var waiting = RoundRobin<LaneID>()
    private var bytes: [LaneID: Int] = [:]
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
        leave(id)
        if let lane = lanes[id] { return lane }
        let lane = make()
        lanes[id] = lane
        return lane
    }

    /// A run of the lane has ended.
    ///
    /// - Parameter size: of its state; nil if it has nothing to run now.
    mutating func release(_ id: LaneID, keeping size: Int?) {
        guard lanes[id] != nil else { return }
        guard let size else { return lanes[id] = nil }
        waiting.append(id)
        bytes[id] = size
        waitingBytes += size
        while bytes.count > most || waitingBytes > mostBytes, let oldest = waiting.first {
            leave(oldest)
            lanes[oldest] = nil
        }
    }

    /// Nothing is left to run.
    mutating func clear() {
        for id in waiting.elements {
            leave(id)
            lanes[id] = nil
        }
    }

    private mutating func leave(_ id: LaneID) {
        guard let size = bytes.removeValue(forKey: id) else { return }
        waiting.remove(id)
        waitingBytes -= size
    }
}
