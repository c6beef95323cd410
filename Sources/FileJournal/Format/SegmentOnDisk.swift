/// A segment that is part of the journal.
struct SegmentOnDisk: Equatable, Sendable {
    var id: UInt32
    var firstSequence: UInt64
    var capacity: Int
}

extension SegmentOnDisk {
    init(_ header: SegmentHeader) {
        self.init(id: header.id, firstSequence: header.firstSequence, capacity: Int(header.capacity))
    }
}
