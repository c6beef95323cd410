import FileJournal

/// What a journal was given, and what it has promised of that.
struct JournalModel {
    struct Entry {
        var kind: UInt8
        var payload: [UInt8]
        var address: RecordAddress
        /// Of all entries up to this one.
        var digest: UInt64
        /// Reserved for what is unfinished after this one.
        var reserved: Int
    }

    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    static let job: UInt8 = 1
    static let completion: UInt8 = 2
    static let completionSize = 24
    static let reserve = Journal.frameSize(payload: completionSize)

    /// Record n is the one before index n.
    private(set) var entries: [Entry] = []
    /// Survives a kill.
    private(set) var written: UInt64 = 0
    /// Survives a loss of power.
    private(set) var durable: UInt64 = 0
    /// Stands for everything up to there.
    private(set) var checkpoint: UInt64 = 0
    /// Asked for since, and not known to have come about.
    private(set) var openCheckpoints: Set<UInt64> = []
    private(set) var mayBeRetired: Set<UInt32> = []

    var count: UInt64 { UInt64(entries.count) }
    var reserved: Int { entries.last?.reserved ?? 0 }

    mutating func submitted(_ kind: UInt8, _ payload: [UInt8], _ ticket: Ticket) throws(Violation) {
        try check(ticket.sequence == count + 1, "ticket \(ticket.sequence) after \(count)")
        let change = kind == Self.job ? Self.reserve : -Self.reserve
        entries.append(
            Entry(
                kind: kind, payload: payload, address: ticket.address,
                digest: Self.digest(entries.last?.digest ?? 0, kind, payload), reserved: reserved + change))
    }

    mutating func promised(written: UInt64, durable: UInt64) throws(Violation) {
        try check(durable >= self.durable && written >= durable, "a promise taken back: \(written), \(durable)")
        try check(written <= count, "written \(written) of \(count)")
        self.written = written
        self.durable = durable
    }

    mutating func losePower() { written = durable }

    mutating func checkpointAsked(upTo: UInt64, retiring: [UInt32], of segments: [SegmentInfo]) {
        openCheckpoints.insert(upTo)
        for (index, segment) in segments.enumerated() where retiring.contains(segment.id) {
            // The last one may be followed by another before the checkpoint is written.
            let next = index + 1 < segments.count ? segments[index + 1].firstSequence : firstEntry(after: segment.id)
            if next <= upTo + 1 { mayBeRetired.insert(segment.id) }
        }
    }

    private func firstEntry(after segment: UInt32) -> UInt64 {
        UInt64(entries.lastIndex { $0.address.segment <= segment }.map { $0 + 2 } ?? 1)
    }

    mutating func checkpointDone(upTo: UInt64) {
        checkpoint = upTo
        openCheckpoints = []
    }

    /// What a checkpoint up to there consists of.
    func checkpointRecords(upTo: UInt64) -> [(kind: UInt8, payload: [UInt8])] {
        let digest = upTo == 0 ? 0 : entries[Int(upTo) - 1].digest
        let filler = (0..<(upTo % 5)).map { (kind: UInt8(8), payload: [UInt8](repeating: UInt8($0), count: 60)) }
        return [(kind: 9, payload: Array("\(upTo) \(digest)".utf8))] + filler
    }

    /// Takes over what an opening told, if that is one of the histories that may have survived.
    mutating func recovered(_ replayed: [ReplayedRecord], atLeast promised: UInt64) throws(Violation) {
        var folded: [(kind: UInt8, payload: [UInt8])] = []
        var tail: [JournalRecord] = []
        for record in replayed {
            switch record {
            case .checkpoint(let kind, let payload): folded.append((kind, payload))
            case .tail(let record): tail.append(record)
            }
        }
        let upTo = try upTo(of: folded)
        for (index, record) in tail.enumerated() {
            let sequence = upTo + UInt64(index) + 1
            try check(record.sequence == sequence, "record \(record.sequence) where \(sequence) should be")
            try check(sequence <= count, "record \(sequence) was never submitted")
            let entry = entries[Int(sequence) - 1]
            try check(
                record.kind == entry.kind && record.payload == entry.payload && record.address == entry.address,
                "record \(sequence) is not what was submitted")
        }
        let last = upTo + UInt64(tail.count)
        try check(last >= promised, "\(promised) was promised, and the last record is \(last)")
        entries.removeLast(Int(count - last))
        // Who reads it acts on it: from here on it must not be lost again.
        written = last
        durable = last
        checkpointDone(upTo: upTo)
    }

    private func upTo(of folded: [(kind: UInt8, payload: [UInt8])]) throws(Violation) -> UInt64 {
        guard let head = folded.first else {
            try check(checkpoint == 0, "the checkpoint up to \(checkpoint) is gone")
            return 0
        }
        let words = String(decoding: head.payload, as: UTF8.self).split(separator: " ")
        let upTo = words.first.flatMap { UInt64($0) } ?? 0
        try check(
            upTo == checkpoint || openCheckpoints.contains(upTo), "a checkpoint up to \(upTo), which was never written")
        let expected = checkpointRecords(upTo: upTo)
        try check(
            folded.count == expected.count && zip(folded, expected).allSatisfy { $0 == $1 },
            "the checkpoint up to \(upTo) tells something else")
        return upTo
    }

    private static func digest(_ before: UInt64, _ kind: UInt8, _ payload: [UInt8]) -> UInt64 {
        payload.reduce((before ^ UInt64(kind)) &* 0x100_0000_01B3) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    func check(_ isTrue: Bool, _ what: @autoclosure () -> String) throws(Violation) {
        if !isTrue { throw Violation(description: what()) }
    }
}
