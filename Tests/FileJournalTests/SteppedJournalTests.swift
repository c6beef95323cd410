import FileJournal
import DeterministicSimulation
import Testing

@Suite struct SteppedJournalTests {
    private let files = SimulatedFileSystem()
    private let steps = SteppedJournal()

    private func open(unsyncedLimit: Duration = .seconds(3600)) throws -> Journal {
        var options = JournalOptions.small
        options.unsyncedLimit = unsyncedLimit
        return try Journal.open(directory, options: options, files: files, driver: steps) { _ in }
    }

    @Test func `no byte moves before its step`() throws {
        let journal = try open()
        let before = files.changes
        let ticket = try journal.submit(1, payload(1))
        #expect(files.changes == before && journal.writtenSequence == 0)
        #expect(steps.ready.contains(.writer))
        steps.step(.writer)
        #expect(journal.writtenSequence == ticket.sequence && journal.durableSequence == 0)
        #expect(files.content(segmentPath(1))?[64] == 0x4C)
    }

    @Test func `a record without a waiter is synced when its time has come, and not before`() throws {
        let journal = try open(unsyncedLimit: .milliseconds(100))
        _ = try journal.submit(1, payload(1))
        steps.settle()
        #expect(journal.durableSequence == 0)
        #expect(steps.deadline == steps.now().advanced(by: .milliseconds(100)))
        steps.advance(by: .milliseconds(99))
        #expect(!steps.step(.writer))
        steps.advance(by: .milliseconds(1))
        steps.settle()
        #expect(journal.durableSequence == 1 && steps.deadline == nil)
    }

    @Test func `reads and checkpoints have steps of their own`() async throws {
        let journal = try open()
        let ticket = try journal.submit(1, payload(1))
        async let isDurable: Void = journal.durable(ticket)
        try await until {
            steps.settle()
            return journal.durableSequence >= 1
        }
        try await isDurable
        let told = Box<[String]>([])
        journal.read(ticket.address) { told.value.append((try? $0.get().payload) == payload(1) ? "read" : "?") }
        journal.checkpoint(one(payload(1)), upTo: 1, retiring: []) { _ in told.value.append("checkpoint") }
        #expect(told.value.isEmpty)
        steps.step(.worker(.keeper))
        steps.step(.worker(.reader))
        #expect(told.value == ["checkpoint", "read"])
    }

    /// A refusal that room overtook on its way to the question is out of date; one on a full disk is not.
    @Test func `room that came since a refusal is told apart from a full disk`() async throws {
        let journal = try open()
        steps.settle()
        /// How often there was more room, before one submission was refused.
        func refuse() throws -> UInt64 {
            let gains = journal.roomGains
            #expect(throws: JournalError.self) {
                for _ in 0..<1_000 { _ = try journal.submit(1, payload(1), reserve: 512) }
            }
            return gains
        }
        let gains = try refuse()
        #expect(steps.ready.contains(.worker(.allocator)), "more is being set aside")
        steps.settle()
        #expect(journal.roomGains > gains)
        #expect(await journal.waitForRoom(after: gains))
        #expect(await !journal.waitForRoom(after: journal.roomGains), "none is on its way")

        files.setCapacity(files.used)
        let full = try refuse()
        async let isThere = journal.waitForRoom(after: full)
        try await until {
            steps.settle()
            return journal.stats().full != nil
        }
        #expect(await !isThere && journal.roomGains == full)
    }

    @Test func `closing is steps too, and the directory is free after the last`() throws {
        let journal = try open()
        _ = try journal.submit(1, payload(1))
        journal.beginClose()
        #expect(!steps.hasEnded)
        #expect(throws: FileError.self) { try files.lock("\(directory)/LOCK") }
        steps.settle()
        #expect(steps.hasEnded && steps.ready.isEmpty)
        #expect(try Opened(files).tail.map(\.payload) == [payload(1)])
    }
}
