/// What is alive in which part of the log.
struct LogCensus {
    /// Bytes of live records by part, nearly.
    private(set) var live: [UInt64: Int] = [:]

    init(_ snapshot: QueueSnapshot, in log: any JobLog) {
        // Neighbours mostly lie in one part.
        var (part, bytes) = (UInt64.max, 0)
        Self.forEachLiveRecord(of: snapshot) { address, size, _ in
            let next = log.part(of: address)
            if next != part {
                if bytes > 0 { live[part, default: 0] += bytes }
                (part, bytes) = (next, 0)
            }
            bytes += size
        }
        if bytes > 0 { live[part, default: 0] += bytes }
    }

    enum Owner {
        case job(JobID)
        case state(LaneID)
    }

    /// A record, as large as its payload and what goes with one.
    static func forEachLiveRecord(of snapshot: QueueSnapshot, _ body: (LogAddress, Int, Owner) -> Void) {
        for (number, row) in snapshot.jobs.rows {
            body(LogAddress(rawValue: row.address), Int(row.size) + 192, .job(JobID(rawValue: number)))
        }
        for (number, row) in snapshot.lanes.rows {
            if let address = row.address { body(address, Int(row.stateSize) + 128, .state(LaneID(rawValue: number))) }
        }
        for (lane, rarity) in snapshot.lanes.rarities {
            for address in rarity.absorbed.compactMap(\.state) { body(address, 640, .state(lane)) }
        }
    }
}
