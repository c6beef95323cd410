/// The result of `JournalInspection.verify`, file by file.
public struct VerifyReport: Hashable, Sendable {
    public struct Kind: Hashable, Sendable {
        public var records = 0
        public var payloadBytes = 0
    }

    public struct Segment: Hashable, Sendable {
        public var id: UInt32
        public var file: String
        public var size: UInt64
        public var records = 0
        /// Bytes of valid frames, the journal's own marks included.
        public var usedBytes: UInt64 = 0
        /// Nil if there is no record.
        public var firstSequence: UInt64?
        public var lastSequence: UInt64?
        public var kinds: [UInt8: Kind] = [:]
    }

    public struct Checkpoint: Hashable, Sendable {
        public var file: String
        public var size: UInt64
        /// Nil if its head cannot be read.
        public var upTo: UInt64?
        public var records = 0
    }

    /// Nil if there is none.
    public var checkpoint: Checkpoint?
    public var segments: [Segment] = []
    /// A tail that power loss cut short (or that is being written now). Opening cuts it; nothing acknowledged is in it.
    public var torn: Damage?
    /// Copies that earlier openings kept of such tails.
    public var tornCopies: [String] = []
    /// All other damage. With any of it the journal does not open.
    public var damage: [Damage] = []
    /// Sequence numbers that an earlier salvage left out.
    public var skippedSequences: UInt64 = 0

    public var isSound: Bool { damage.isEmpty }
    public var records: Int { segments.reduce(0) { $0 + $1.records } }
}

/// The result of `JournalInspection.salvage`: records copied, and records lost.
public struct SalvageReport: Hashable, Sendable {
    public struct Skipped: Hashable, Sendable {
        public var damage: Damage
        public var bytes: UInt64
        /// Numbers of the records that were there, if any can be told.
        public var sequences: ClosedRange<UInt64>?
    }

    public var segments = 0
    public var records = 0
    public var checkpointRecords = 0
    public var skipped: [Skipped] = []
}
