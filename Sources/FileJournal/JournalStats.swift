public struct JournalStats: Sendable {
    /// Records written since the journal was opened.
    public var records: UInt64 = 0
    /// Bytes of their frames.
    public var bytes: UInt64 = 0
    public var writes: UInt64 = 0
    public var syncs: UInt64 = 0
    /// Most records that one sync made durable.
    public var largestBatch: UInt64 = 0
    /// Syncs by the number of records that they made durable.
    public var batchSizes = PowerHistogram()
    /// Syncs by microseconds.
    public var syncMicroseconds = PowerHistogram()
    public var checkpoints: UInt64 = 0
    /// Records refused because of space.
    public var refused: UInt64 = 0

    /// Records submitted and not durable yet.
    public var unsynced: UInt64 = 0
    /// Bytes that new records may take now, their reserve included.
    public var freeForIntake = 0
    /// Bytes that compaction may take now, without touching what is reserved nor all of the segment kept for upkeep.
    public var freeForCopies = 0
    public var reserved = 0
    public var spareSegments = 0
    /// Why records are refused for want of room; nil while there is some.
    public var full: String?
    /// Set once a write or sync has failed: nothing is accepted until the journal is opened again.
    public var poisoned: String?
}

/// Counts of values up to 1, 2, 4, 8 and so on.
public struct PowerHistogram: Hashable, Sendable {
    /// `counts[n]` is the number of values in (2ⁿ⁻¹, 2ⁿ]; the last also takes all that are larger.
    public private(set) var counts = [UInt64](repeating: 0, count: 25)
    public private(set) var count: UInt64 = 0
    public private(set) var sum: UInt64 = 0

    public init() {}

    mutating func add(_ value: UInt64) {
        let power = value <= 1 ? 0 : 64 - (value - 1).leadingZeroBitCount
        counts[min(power, counts.count - 1)] += 1
        count += 1
        sum += value
    }

    public static func bound(_ index: Int) -> UInt64 { 1 << UInt64(index) }
}
