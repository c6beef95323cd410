extension QueueSnapshot {
    /// Tells of one record at a time: those of millions of jobs take no memory.
    public func forEachLiveRecord(_ body: (LiveRecord) -> Void) {
        for (number, row) in jobs.rows {
            let address = LogAddress(rawValue: row.address)
            body(LiveRecord(owner: .job(JobID(rawValue: number)), address: address, size: Int(row.size) + 192))
        }
        for (number, row) in lanes.rows {
            guard let address = row.address else { continue }
            let lane = LaneID(rawValue: number)
            body(LiveRecord(owner: .state(lane), address: address, size: Int(row.stateSize) + 128))
        }
        for (lane, extras) in lanes.extras {
            for address in extras.merged.compactMap(\.state) {
                body(LiveRecord(owner: .state(lane), address: address, size: 640))
            }
        }
    }
}
