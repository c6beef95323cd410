import DeterministicSimulation
import Testing

@testable import FileJournal

@Suite struct JournalTests {
    @Test func `a new journal has nothing to tell`() async throws {
        let opened = try Opened(SimulatedFileSystem())
        #expect(opened.replayed.isEmpty)
        #expect(opened.journal.lastSequence == 0)
        #expect(opened.journal.segments == [SegmentInfo(id: 1, size: 1024, firstSequence: 1, isLive: true)])
        await opened.journal.close()
    }

    @Test func `what was submitted is told again in order, through many segments`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        var tickets: [Ticket] = []
        for number in 1...100 { tickets.append(try await journal.append(payload(number), kind: UInt8(number))) }
        await journal.close()
        #expect(files.segments.count > 5)

        let again = try Opened(files)
        #expect(again.tail.map(\.payload) == (1...100).map(payload))
        #expect(again.tail.map(\.kind) == (1...100).map { UInt8($0) })
        #expect(again.tail.map(\.sequence) == Array(1...100))
        #expect(again.tail.map(\.address) == tickets.map(\.address))
        #expect(again.journal.recovery.tailRecords == 100)
        #expect(again.journal.recovery.torn == nil)
        await again.journal.close()
    }

    @Test func `numbers go on where they ended, however often it is closed`() async throws {
        let files = SimulatedFileSystem()
        for round in 0..<5 {
            let opened = try Opened(files)
            #expect(opened.tail.map(\.sequence) == (0..<UInt64(round)).map { $0 + 1 })
            let ticket = try await opened.journal.appendDurably(payload(round))
            #expect(ticket.sequence == UInt64(round + 1))
            await opened.journal.close()
        }
    }

    @Test func `any record can be read by its address, before and after it is on disk`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        var tickets: [Ticket] = []
        for number in 1...60 {
            let ticket = try await journal.append(payload(number))
            tickets.append(ticket)
            #expect(try await journal.read(ticket.address).payload == payload(number))
        }
        try await journal.durable(tickets[59])
        for number in 1...60 {
            let record = try await journal.read(tickets[number - 1].address)
            #expect(record.payload == payload(number) && record.sequence == UInt64(number))
        }
        await journal.close()
        await #expect(throws: JournalError.closed) { try await journal.read(tickets[0].address) }
    }

    @Test func `a read says what is wrong with an address`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        let ticket = try await journal.appendDurably(payload(1))

        let between = RecordAddress(segment: 1, offset: ticket.address.offset + 8)
        await #expect(throws: JournalError.noRecord(at: between, reason: "no record begins there")) {
            try await journal.read(between)
        }
        let nowhere = RecordAddress(segment: 99, offset: 64)
        await #expect(throws: JournalError.segmentMissing(nowhere)) {
            try await journal.read(nowhere)
        }
        files.edit(segmentPath(1)) { $0[Int(ticket.address.offset) + 41] ^= 1 }
        let damage = Damage(file: segmentPath(1), offset: 64, reason: "the record's checksum or place is wrong")
        await #expect(throws: JournalError.corrupt(damage)) { try await journal.read(ticket.address) }
        // Reading poisons nothing.
        _ = try await journal.appendDurably(payload(2))
        await journal.close()
    }

    @Test func `many callers at once all become durable, and share syncs`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Journal.open(directory, files: files) { _ in }
        let before = files.calls(.sync)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let ticket = try journal.submit(1, payload(number))
                    try await journal.durable(ticket)
                    #expect(journal.durableSequence >= ticket.sequence)
                }
            }
            try await group.waitForAll()
        }
        #expect(journal.durableSequence == 500)
        let stats = journal.stats()
        #expect(stats.records == 500 && stats.unsynced == 0)
        #expect(stats.syncs <= 500 && stats.batchSizes.sum == 500)
        #expect(files.calls(.sync) - before >= Int(stats.syncs))
        await journal.close()
    }

    @Test func `the directory belongs to one journal at a time`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        #expect(throws: JournalError.inUse(directory: directory, holder: "held by another process")) {
            try Opened(files)
        }
        await journal.close()
        await journal.close()
        await #expect(throws: Never.self) { try await Opened(files).journal.close() }
    }

    @Test func `an opening that fails leaves the directory free`() async throws {
        struct Refusal: Error {}
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        _ = try await journal.append(payload(1))
        await journal.close()
        #expect(throws: Refusal.self) {
            try Journal.open(directory, options: .small, files: files) { _ in throw Refusal() }
        }
        let again = try Opened(files)
        #expect(again.tail.count == 1)
        await again.journal.close()
    }

    @Test func `a closed journal refuses everything by name`() async throws {
        let journal = try Opened(SimulatedFileSystem()).journal
        let ticket = try await journal.append(payload(1))
        await journal.close()
        #expect(throws: JournalError.closed) { try journal.submit(1, []) }
        #expect(throws: JournalError.closed) { try journal.submit(1, [], release: 0) }
        await #expect(throws: JournalError.closed) { try await journal.checkpoint([], upTo: 1, retiring: []) }
        // It was made durable by closing.
        try await journal.durable(ticket)
    }

    @Test func `a journal that is let go frees its directory`() async throws {
        let files = SimulatedFileSystem()
        var journal: Journal? = try Opened(files).journal
        _ = try await journal?.append(payload(1))
        journal = nil
        var again: Opened?
        try await until {
            again = try? Opened(files)
            return again != nil
        }
        #expect(again?.tail.map(\.payload) == [payload(1)])
        await again?.journal.close()
    }

    @Test(arguments: [
        JournalOptions(segmentSize: 1000, maxPayload: 512),
        JournalOptions(segmentSize: 1 << 31, maxPayload: 512),
        JournalOptions(segmentSize: 1025, maxPayload: 8),
        JournalOptions(segmentSize: 1024, maxPayload: -1),
    ])
    func `options that cannot work are refused before anything is touched`(options: JournalOptions) {
        let files = SimulatedFileSystem()
        #expect {
            try Opened(files, options)
        } throws: { error in
            if case JournalError.invalidOptions = error { true } else { false }
        }
        #expect(files.paths.isEmpty)
    }

    @Test func `a changed segment size holds for new segments only`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        for number in 1...30 { _ = try await journal.append(payload(number)) }
        await journal.close()

        var larger = JournalOptions.small
        larger.segmentSize = 4096
        let again = try Opened(files, larger)
        for number in 31...60 { _ = try await again.journal.append(payload(number)) }
        await again.journal.close()

        let last = try Opened(files)
        #expect(last.tail.map(\.payload) == (1...60).map(payload))
        #expect(Set(last.journal.segments.map(\.size)) == [1024, 4096])
        await last.journal.close()
    }
}
