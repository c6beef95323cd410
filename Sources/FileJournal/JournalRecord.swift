/// Where a record lies. It stays valid until its segment is retired.
public struct RecordAddress: Hashable, Sendable {
    public var segment: UInt32
    public var offset: UInt32

    public init(segment: UInt32, offset: UInt32) {
        self.segment = segment
        self.offset = offset
    }
}

extension RecordAddress: Comparable, CustomStringConvertible {
    public static func < (a: RecordAddress, b: RecordAddress) -> Bool {
        (a.segment, a.offset) < (b.segment, b.offset)
    }

    public var description: String { "segment \(segment), offset \(offset)" }
}

public struct JournalRecord: Hashable, Sendable {
    public var kind: UInt8
    public var sequence: UInt64
    public var address: RecordAddress
    public var payload: [UInt8]

    public init(kind: UInt8, sequence: UInt64, address: RecordAddress, payload: [UInt8]) {
        self.kind = kind
        self.sequence = sequence
        self.address = address
        self.payload = payload
    }
}

/// A record told again when a journal opens: first those of the checkpoint, then all written after it.
public enum ReplayedRecord: Hashable, Sendable {
    case checkpoint(kind: UInt8, payload: [UInt8])
    case tail(JournalRecord)
}

/// A record's place in the order. Holding one says nothing about the disk yet.
public struct Ticket: Hashable, Sendable {
    /// Counts from 1, without gaps.
    public let sequence: UInt64
    public let address: RecordAddress

    public init(sequence: UInt64, address: RecordAddress) {
        self.sequence = sequence
        self.address = address
    }
}

public struct SegmentInfo: Hashable, Sendable {
    public var id: UInt32
    /// Bytes on disk.
    public var size: Int
    public var firstSequence: UInt64
    /// Whether it is the one being written, which is never retired.
    public var isLive: Bool
}

/// The result of recovery: records, and a torn tail that was cut.
public struct RecoveryReport: Hashable, Sendable {
    /// A tail that power loss cut short.
    public struct TornTail: Hashable, Sendable {
        public var file: String
        public var offset: UInt64
        public var bytes: Int
        /// Where the bytes lie that were cut.
        public var copy: String
    }

    public var checkpointRecords = 0
    /// Records after the checkpoint.
    public var tailRecords = 0
    public var bytesScanned = 0
    public var torn: TornTail?
    /// Sequence numbers that salvage had to leave out of what was replayed.
    public var skippedSequences: UInt64 = 0
    public var duration = Duration.zero
}
