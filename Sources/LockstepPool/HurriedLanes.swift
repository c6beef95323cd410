/// Lanes in which a live job waits behind a bulk one. Until such a lane is empty all of it is live: it must not wait for
/// the end of an import, or for the part of a budget that imports do not get.
struct HurriedLanes: Sendable {
    private var lanes: Set<LaneID> = []
    /// Of bulk runs under way.
    private var bells: [LaneID: Bell] = [:]

    func contains(_ lane: LaneID) -> Bool { lanes.contains(lane) }

    mutating func insert(_ lane: LaneID) {
        lanes.insert(lane)
        bells[lane]?.ring()
    }

    mutating func forget(_ lane: LaneID) { lanes.remove(lane) }

    mutating func join(_ lane: LaneID, into other: LaneID) {
        if lanes.remove(lane) != nil { insert(other) }
    }

    /// A bulk run begins. The bell rings when it should end; perhaps at once.
    mutating func begin(_ lane: LaneID) -> Bell {
        let bell = Bell()
        bells[lane] = bell
        if lanes.contains(lane) { bell.ring() }
        return bell
    }

    mutating func end(_ lane: LaneID) { bells[lane] = nil }
}

extension JobQueue {
    /// A live job came into the lane.
    func hurry(_ lane: LaneID) {
        guard let head = state.lanes.head(of: lane), state.jobs[head]?.urgency == .bulk else { return }
        hurried.insert(lane)
    }

    /// As what a lane runs whose first job is this one.
    func urgency(of lane: LaneID, _ head: JobID) -> JobUrgency {
        hurried.contains(lane) ? .live : state.jobs[head]?.urgency ?? .live
    }

    func isHurried(_ lease: Lease) -> Bool { lease.place.urgency == .bulk && hurried.contains(lease.lane) }

    /// A bulk run is cancelled when a live job comes into its lane, as if the queue were to stop: what has not been sent
    /// yet is not waited for any longer, and the lane runs again as a live one.
    func run(_ jobs: [Job], _ lease: Lease, state: [UInt8]) async -> JobOutcome {
        let lane = Lane(handle(of: lease), handler: handler)
        guard lease.place.urgency == .bulk else { return await lane.run(jobs, state: state) }
        let bell = hurried.begin(lease.lane)
        defer { hurried.end(lease.lane) }
        return await withTaskGroup(of: JobOutcome?.self) { group in
            group.addTask { await lane.run(jobs, state: state) }
            group.addTask {
                await bell.wait()
                return nil
            }
            while true {
                guard let ended = await group.next() else { preconditionFailure("a run ends with an outcome") }
                // Whichever was first, the other is not waited for any longer: the run goes to its end all the same.
                group.cancelAll()
                if let outcome = ended { return outcome }
            }
        }
    }
}
