import Foundation
import FileJournal
import DeterministicSimulation
import Testing

@Suite struct CheckpointTests {
    private static func filled(_ files: SimulatedFileSystem, records: Int = 40) async throws -> Journal {
        let journal = try Opened(files).journal
        for number in 1...records { _ = try await journal.append(payload(number)) }
        return journal
    }

    private static func folded(_ last: Int) -> [(kind: UInt8, payload: [UInt8])] {
        (1...last).map { (kind: UInt8(9), payload: payload($0)) }
    }

    @Test func `a checkpoint is told first, then what came after it`() async throws {
        let files = SimulatedFileSystem()
        let journal = try await Self.filled(files)
        try await journal.checkpoint(Self.folded(30), upTo: 30, retiring: [])
        #expect(journal.durableSequence >= 30)
        await journal.close()

        let again = try Opened(files)
        #expect(again.replayed.prefix(30) == ArraySlice((1...30).map { .checkpoint(kind: 9, payload: payload($0)) }))
        #expect(again.tail.map(\.sequence) == Array(31...40))
        #expect(again.journal.recovery.checkpointRecords == 30 && again.journal.recovery.tailRecords == 10)
        // Segments that were not retired are still read, all of them.
        #expect(try await again.journal.read(RecordAddress(segment: 1, offset: 64)).payload == payload(1))
        await again.journal.close()
    }

    @Test func `retired segments are deleted, but never the live one or one that is still needed`() async throws {
        let files = SimulatedFileSystem()
        let journal = try await Self.filled(files)
        try await journal.durable(Ticket(sequence: 40, address: RecordAddress(segment: 0, offset: 0)))
        let all = journal.segments
        let needed = try #require(all.last { $0.firstSequence <= 20 })
        try await journal.checkpoint(Self.folded(20), upTo: 20, retiring: all.map(\.id))
        #expect(journal.segments.map(\.id) == all.map(\.id).filter { $0 >= needed.id })
        #expect(files.segments == journal.segments.map { segmentPath($0.id) })

        try await journal.checkpoint(Self.folded(40), upTo: 40, retiring: all.map(\.id))
        #expect(journal.segments.map(\.id) == [all.last!.id])
        let gone = RecordAddress(segment: 1, offset: 64)
        await #expect(throws: JournalError.segmentMissing(gone)) {
            try await journal.read(gone)
        }
        await journal.close()
        let again = try Opened(files)
        #expect(again.checkpoint == (1...40).map(payload) && again.tail.isEmpty)
        #expect(try await again.journal.appendDurably([]).sequence == 41)
        await again.journal.close()
    }

    @Test func `segments in the middle may be retired, and their neighbours stay readable`() async throws {
        let files = SimulatedFileSystem()
        let journal = try await Self.filled(files)
        try await journal.checkpoint(Self.folded(40), upTo: 40, retiring: [2, 4])
        let kept = journal.segments.map(\.id)
        #expect(kept.starts(with: [1, 3, 5]))
        await journal.close()
        let again = try Opened(files)
        #expect(again.journal.segments.map(\.id) == kept)
        #expect(try await again.journal.read(RecordAddress(segment: 3, offset: 64)).address.segment == 3)
        await again.journal.close()
        #expect(try JournalInspection.verify(directory, files: files).isSound)
    }

    @Test func `each checkpoint takes the place of the one before`() async throws {
        let files = SimulatedFileSystem()
        let journal = try await Self.filled(files)
        for last in [10, 20, 20, 35] {
            try await journal.checkpoint(Self.folded(last), upTo: UInt64(last), retiring: [])
        }
        #expect(journal.stats().checkpoints == 4)
        await journal.close()
        let again = try Opened(files)
        #expect(again.checkpoint.count == 35 && again.tail.count == 5)
        await again.journal.close()
    }

    @Test func `an empty journal may be checkpointed, and a checkpoint may be empty`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        try await journal.checkpoint([], upTo: 0, retiring: [1])
        _ = try await journal.append(payload(1))
        await journal.close()
        let again = try Opened(files)
        #expect(again.replayed.count == 1 && again.tail.count == 1)
        await again.journal.close()
    }

    @Test func `a checkpoint larger than one piece comes back whole`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        _ = try await journal.append(payload(1))
        let many = (0..<20_000).map { (kind: UInt8($0 % 7), payload: payload($0)) }
        try await journal.checkpoint(many, upTo: 1, retiring: [])
        await journal.close()
        let again = try Opened(files)
        #expect(again.replayed == many.map { .checkpoint(kind: $0.kind, payload: $0.payload) })
        await again.journal.close()
    }

    @Test(arguments: [(FileError.Operation.write, EIO), (.sync, EIO), (.open, EACCES)])
    func `a checkpoint that cannot be written aside changes nothing and poisons nothing`(
        operation: FileError.Operation, code: Int32
    ) async throws {
        let files = SimulatedFileSystem()
        let journal = try await Self.filled(files)
        try await journal.checkpoint(Self.folded(10), upTo: 10, retiring: [])
        try await journal.durable(Ticket(sequence: 40, address: RecordAddress(segment: 0, offset: 0)))
        files.fail(operation, code, on: "checkpoint")
        let failure = FileError(operation: operation, path: "\(directory)/checkpoint.tmp", code: code)
        await #expect(throws: JournalError.checkpointFailed(failure)) {
            try await journal.checkpoint(Self.folded(20), upTo: 20, retiring: [1])
        }
        #expect(files.paths.contains(segmentPath(1)) && !files.paths.contains("\(directory)/checkpoint.tmp"))
        _ = try await journal.appendDurably(payload(41))
        await journal.close()
        let again = try Opened(files)
        #expect(again.checkpoint.count == 10 && again.tail.count == 31)
        await again.journal.close()
    }

    @Test(arguments: [FileError.Operation.rename, .syncDirectory])
    func `a checkpoint whose place is in doubt poisons and deletes nothing`(operation: FileError.Operation) async throws
    {
        let files = SimulatedFileSystem()
        let journal = try await Self.filled(files)
        try await journal.durable(Ticket(sequence: 40, address: RecordAddress(segment: 0, offset: 0)))
        let segments = files.segments
        files.fail(operation, EIO, on: operation == .rename ? "checkpoint" : "")
        await #expect(throws: JournalError.self) {
            try await journal.checkpoint(Self.folded(40), upTo: 40, retiring: [1, 2])
        }
        #expect(journal.stats().poisoned != nil && files.segments == segments)
        await journal.close()
        for seed in 0..<8 as Range<UInt64> {
            let again = try Opened(files.crash(seed: seed))
            #expect((again.checkpoint + again.tail.map(\.payload)) == (1...40).map(payload), "seed \(seed)")
            await again.journal.close()
        }
    }

    @Test func `on a full disk a checkpoint uses what was set aside for it, and makes room`() async throws {
        let files = SimulatedFileSystem()
        let journal = try await Self.filled(files)
        try await journal.durable(Ticket(sequence: 40, address: RecordAddress(segment: 0, offset: 0)))
        files.setCapacity(files.used)
        let retiring = journal.segments.map(\.id)
        try await journal.checkpoint(one(payload(5)), upTo: 40, retiring: retiring)
        #expect(journal.segments.count == 1)
        await journal.close()
    }

    @Test func `a record too large for the journal is too large for a checkpoint`() async throws {
        let journal = try await Self.filled(SimulatedFileSystem())
        await #expect(throws: JournalError.self) {
            try await journal.checkpoint(one([UInt8](repeating: 0, count: 129)), upTo: 1, retiring: [])
        }
        #expect(journal.stats().poisoned == nil)
        await journal.close()
    }

    @Test func `any damage to a checkpoint is told, and nothing is opened`() async throws {
        let files = SimulatedFileSystem()
        let journal = try await Self.filled(files)
        try await journal.checkpoint(Self.folded(10), upTo: 10, retiring: [])
        await journal.close()
        let path = "\(directory)/checkpoint"
        let size = try #require(files.content(path)).count
        for byte in 0..<size {
            files.edit(path) { $0[byte] ^= 4 }
            #expect(throws: JournalError.self, "byte \(byte)") { try Opened(files) }
            files.edit(path) { $0[byte] ^= 4 }
        }
        for length in stride(from: 0, to: size, by: 11) {
            let cut = files.kill()
            cut.edit(path) { $0.removeLast($0.count - length) }
            #expect(throws: JournalError.self, "cut to \(length)") { try Opened(cut) }
        }
        files.erase(segmentPath(1))
        let damage = Damage(
            file: segmentPath(1), offset: 0, reason: "the segment is missing, and the checkpoint needs it")
        #expect(throws: JournalError.corrupt(damage)) { try Opened(files) }
    }
}
