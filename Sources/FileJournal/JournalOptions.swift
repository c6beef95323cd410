/// Limits of a journal. All are checked when it opens.
public struct JournalOptions: Sendable {
    /// Bytes of the largest segment file. Applies to segments made from now on.
    public var segmentSize = 64 << 20
    /// Bytes of a segment while little is written and reserved; twice as many, and so on, with more. Never less than two
    /// of the largest records need, nor more than `segmentSize`.
    public var firstSegmentSize = 4 << 20
    /// Longest payload of one record.
    public var maxPayload = (1 << 20) + (128 << 10)
    /// Longest time that a record without a waiter stays unsynced.
    public var unsyncedLimit = Duration.milliseconds(100)
    /// Segments that are set aside before they are needed, beside the one that compaction and checkpoints may use.
    public var segmentsAhead = 1
    /// Bytes that one write, and so one sync, may cover (a single larger record goes alone).
    public var batchLimit = 4 << 20
    /// Bytes of records that are kept in memory for readers: of those submitted last, and as many of those that follow in the
    /// file what was read last.
    public var keptBytes = 1 << 20
    /// After the disk was full: how long until it is asked again.
    public var fullDiskRetry = Duration.seconds(1)

    public init() {}

    public init(segmentSize: Int, maxPayload: Int) {
        self.segmentSize = segmentSize
        self.maxPayload = maxPayload
    }

    static let largestSegment = 1 << 30

    var smallestSegment: Int {
        min(segmentSize, (max(firstSegmentSize, SegmentHeader.size + 2 * largestFrame) + 7) & ~7)
    }

    var largestFrame: Int { RecordFormat.frameSize(payload: maxPayload) }

    func check() throws(JournalError) {
        // Offsets are 32 bits wide; half of that leaves room to reason about.
        guard segmentSize <= Self.largestSegment else { throw .invalidOptions("a segment has at most 1 GiB") }
        guard maxPayload >= 0, firstSegmentSize >= 0, firstSegmentSize <= Self.largestSegment, batchLimit > 0,
            segmentsAhead >= 1, keptBytes >= 0
        else { throw .invalidOptions("limits must be positive") }
        // The largest record may waste almost its own size at the end of a segment.
        guard segmentSize % 8 == 0, segmentSize >= SegmentHeader.size + 2 * largestFrame else {
            throw .invalidOptions(
                "a segment must be a multiple of 8 bytes and have room for two of the largest records")
        }
    }
}
