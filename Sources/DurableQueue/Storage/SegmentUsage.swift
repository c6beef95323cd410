/// What is alive in which segment of the log, and which segments are worth emptying.
struct SegmentUsage {
    /// Bytes of live records by segment, nearly. A segment with none is not in here.
    private(set) var live: [UInt64: Int] = [:]

    init(_ snapshot: QueueSnapshot, segment segmentOf: (LogAddress) -> UInt64) {
        // Neighbours mostly lie in one segment.
        var (segment, bytes) = (UInt64.max, 0)
        snapshot.forEachLiveRecord { record in
            let next = segmentOf(record.address)
            if next != segment {
                if bytes > 0 { live[segment, default: 0] += bytes }
                (segment, bytes) = (next, 0)
            }
            bytes += record.size
        }
        if bytes > 0 { live[segment, default: 0] += bytes }
    }

    init(live: [UInt64: Int]) { self.live = live }

    /// Segments of which less than a quarter lives, the emptiest first, as many as may be copied.
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

    /// The live records of the segments that are worth compacting.
    static func worthCopying(
        of snapshot: QueueSnapshot, outOf closed: [(segment: UInt64, bytes: Int)], most budget: Int, isFull: Bool,
        segment: (LogAddress) -> UInt64
    ) -> [LiveRecord] {
        let usage = SegmentUsage(snapshot, segment: segment)
        // What little room there is, the checkpoint needs, as long as it makes more of it without any copies.
        if isFull, closed.contains(where: { usage.live[$0.segment] == nil }) { return [] }
        let segments = usage.worthCompacting(among: closed, budget: budget, isFull: isFull)
        guard !segments.isEmpty else { return [] }
        var records: [LiveRecord] = []
        snapshot.forEachLiveRecord { if segments.contains(segment($0.address)) { records.append($0) } }
        return records
    }

    /// The segments that nothing lives in any more.
    static func dead(
        in snapshot: QueueSnapshot, among closed: [(segment: UInt64, bytes: Int)], segment: (LogAddress) -> UInt64
    ) -> Set<UInt64> {
        let usage = SegmentUsage(snapshot, segment: segment)
        return Set(closed.map(\.segment).filter { usage.live[$0] == nil })
    }
}
