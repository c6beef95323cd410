/// What is alive in which part of the log, and which parts are worth emptying.
struct SegmentUsage {
    /// Bytes of live records by part, nearly. A part with none is not in here.
    private(set) var live: [UInt64: Int] = [:]

    init(_ snapshot: QueueSnapshot, in log: any JobLog) {
        // Neighbours mostly lie in one part.
        var (part, bytes) = (UInt64.max, 0)
        Self.forEachLiveRecord(of: snapshot) { record in
            let next = log.part(of: record.address)
            if next != part {
                if bytes > 0 { live[part, default: 0] += bytes }
                (part, bytes) = (next, 0)
            }
            bytes += record.size
        }
        if bytes > 0 { live[part, default: 0] += bytes }
    }

    init(live: [UInt64: Int]) { self.live = live }

    /// Parts of which less than a quarter lives, the emptiest first, as many as may be copied.
    ///
    /// So three bytes are gained for each that is copied, at most a third more is written than without, and what the
    /// parts take is at most four times what lives in them.
    ///
    /// - Parameter isFull: room is worth more than writing: also parts of which up to seven eighths live.
    func worthEmptying(
        among closed: [(part: UInt64, bytes: Int)], budget: Int, isFull: Bool = false
    ) -> Set<UInt64> {
        let sparse = closed.compactMap { part in live[part.part].map { (part: part.part, live: $0, bytes: part.bytes) }
        }
        .filter { $0.live < (isFull ? $0.bytes / 8 * 7 : $0.bytes / 4) }
        var (parts, left) = (Set<UInt64>(), budget)
        // By share, since parts have different sizes.
        let emptiest = sparse.sorted { a, b in
            let (first, second) = (a.live * max(b.bytes, 1), b.live * max(a.bytes, 1))
            return first == second ? a.part < b.part : first < second
        }
        for part in emptiest where part.live <= left {
            parts.insert(part.part)
            left -= part.live
        }
        return parts
    }

    /// A live record and what keeps it alive.
    struct Record {
        enum Owner {
            case job(JobID)
            case state(LaneID)
        }

        var owner: Owner
        var address: LogAddress
        /// Bytes of its payload and of what goes with one, nearly.
        var size: Int
    }

    static func forEachLiveRecord(of snapshot: QueueSnapshot, _ body: (Record) -> Void) {
        for (number, row) in snapshot.jobs.rows {
            let address = LogAddress(rawValue: row.address)
            body(Record(owner: .job(JobID(rawValue: number)), address: address, size: Int(row.size) + 192))
        }
        for (number, row) in snapshot.lanes.rows {
            guard let address = row.address else { continue }
            body(Record(owner: .state(LaneID(rawValue: number)), address: address, size: Int(row.stateSize) + 128))
        }
        for (lane, rarity) in snapshot.lanes.rarities {
            for address in rarity.absorbed.compactMap(\.state) {
                body(Record(owner: .state(lane), address: address, size: 640))
            }
        }
    }
}
