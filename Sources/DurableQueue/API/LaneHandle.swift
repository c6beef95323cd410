/// A running job's hold on its lane.
public struct LaneHandle: Sendable {
    public let id: LaneID
    /// The newest snapshot of the lane that was done when the run began. Newer than the run's own job: that one comes late,
    /// since it was dead meanwhile.
    public let newestSnapshot: JobID?
    let lane: ContactLane
    let lease: Lease
    let control: RunControl

    /// To be called right before each effect on the outside world: a call that is about to be sent.
    ///
    /// - Returns: false if the run was called off meanwhile. Cause no effect then, and return `.interrupted`.
    public func begin() -> Bool { control.begin() }

    /// Tells people what the run waits for, until it begins; nil: nothing that has a name.
    public func waits(for reason: String?) { control.waits(for: reason) }

    /// Makes the state durable in the middle of a run: before and after something that must not be done twice.
    public func save(_ state: LaneState) async throws(QueueError) {
        try await lane.save(state, lease)
    }

    public func save(_ bytes: [UInt8]) async throws(QueueError) { try await save(LaneState(bytes)) }

    /// Lets the lane be found by this key from now on. For what only a run finds out: the record at the peer that the
    /// customer is known by there, which two lanes may come to from different sides.
    ///
    /// - Parameter key: not exclusive.
    /// - Returns: `.joining` if it is another lane's: see there. Asking again for a key of one's own writes nothing.
    public func claim(_ key: LaneKey) async throws(QueueError) -> LaneClaim {
        precondition(!key.isExclusive, "an exclusive key comes with its job")
        return try await lane.claim(key, lease)
    }

    /// Whether a key leads to another customer's lane, which this one can never be joined with. Changes nothing.
    public func isOthers(_ key: LaneKey) async -> Bool { await lane.isOthers(key, lease) }
}
