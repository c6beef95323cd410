/// Walks what the lanes remember, for handlers that compare all of it with the peer.
extension JobQueue {
    /// One more than the highest number that a lane has.
    public var laneNumberLimit: UInt64 { state.lanes.nextLane }

    /// Lanes of a tenant that remember something, among those of these numbers. Costs as much as there are numbers, so
    /// ask in pieces: accepting waits meanwhile.
    public func lanesWithState(of tenant: TenantID, numbered numbers: Range<UInt64>) -> [LaneID] {
        guard let tenant = state.lanes.tenants.known(tenant) else { return [] }
        return numbers.compactMap { number in
            guard let row = state.lanes.rows[number], row.tenant == tenant, row.address != nil else { return nil }
            return LaneID(rawValue: number)
        }
    }

    /// The durable state of a lane, as last written, without those of lanes that have just been joined into it.
    public func state(of lane: LaneID) async throws(QueueError) -> [UInt8] { try await laneState(of: lane) }
}
