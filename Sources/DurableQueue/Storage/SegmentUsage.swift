/// What is alive in which segment of the log, and which segments are worth emptying.
struct SegmentUsage {
    /// Bytes of live records by segment, nearly. A segment with none is not in here.
    private(set) var live: [UInt64: Int] = [:]

    init(_ snapshot: QueueSnapshot, in log: any JobLog) {
        // Neighbours mostly lie in one segment.
        var (segment, bytes) = (UInt64.max, 0)
        Self.forEachLiveRecord(of: snapshot) { record in
            let next = log.segment(of: record.address)
            if next != segment {
                if bytes > 0 { live[segment, default: 0] += bytes }
                (segment, bytes) = (next, 0)
            }
            bytes += record.size
        }
        if bytes > 0 { live[segment, default: 0] += bytes }
    }

    init(live: [UInt64: Int]) { self.live = live }

    /// Parts of which less than a quarter lives, the emptiest first, as many as may be copied.
    ///
    /// So three bytes are gained for each that is copied, at most a third more is written than without, and what the
    /// segments take is at most four times what lives in them.
    ///
    /// - Parameter isFull: room is worth more than writing: also segments of which up to seven eighths live.
    func worthCompacting(
        among closed: [(segment: UInt64, bytes: Int)], budget: Int, isFull: Bool = false
    ) -> Set<UInt64> {
        let sparse = closed.compactMap { segment in
            live[segment.segment].map { (segment: segment.segment, live: $0, bytes: segment.bytes) }
        }
        .filter { $0.live < (isFull ? $0.bytes / 8 * 7 : $0.bytes / 4) }
        var (segments, left) = (Set<UInt64>(), budget)
        // By share, since segments have different sizes.
        let emptiest = sparse.sorted { a, b in
            let (first, second) = (a.live * max(b.bytes, 1), b.live * max(a.bytes, 1))
            return first == second ? a.segment < b.segment : first < second
        }
        for segment in emptiest where segment.live <= left {
            segments.insert(segment.segment)
            left -= segment.live
        }
        return segments
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
        for (lane, extras) in snapshot.lanes.extras {
            for address in extras.merged.compactMap(\.state) {
                body(Record(owner: .state(lane), address: address, size: 640))
            }
        }
    }
}
