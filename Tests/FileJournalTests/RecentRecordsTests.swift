import DeterministicSimulation
import Testing

@testable import FileJournal

/// Records that were submitted last are found without reading; a bounded number of them.
@Suite struct RecentRecordsTests {
    private func record(_ number: Int, bytes: Int = 4) -> JournalRecord {
        JournalRecord(
            kind: 1, sequence: UInt64(number),
            address: RecordAddress(segment: UInt32(1 + number / 10), offset: UInt32(64 + number % 10 * 48)),
            payload: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: bytes))
    }

    @Test func `each is found by its address, and no other`() {
        var recent = RecentRecords(most: 10_000)
        for number in 0..<30 { recent.add(record(number)) }
        for number in 0..<30 { #expect(recent[record(number).address] == record(number)) }
        #expect(recent[RecordAddress(segment: 1, offset: 65)] == nil)
        #expect(recent[RecordAddress(segment: 9, offset: 64)] == nil)
        #expect(RecentRecords(most: 10)[record(0).address] == nil)
    }

    @Test func `the oldest make way, and what is larger than all room is left out`() {
        var recent = RecentRecords(most: 1_000)
        for number in 0..<5_000 {
            recent.add(record(number))
            #expect(recent[record(number).address] != nil)
            if number >= 10 { #expect(recent[record(number - 10).address] == nil) }
        }
        recent.add(record(5_000, bytes: 1_001))
        #expect(recent[record(5_000).address] == nil)
        #expect(recent[record(4_999).address] != nil)
    }

    @Test func `a journal knows what was submitted last, before and after it was written`() throws {
        let (files, steps) = (SimulatedFileSystem(), SteppedJournal())
        let journal = try Journal.open(directory, options: .small, files: files, driver: steps) { _ in }
        let ticket = try journal.submit(7, payload(1))
        let expected = JournalRecord(kind: 7, sequence: 1, address: ticket.address, payload: payload(1))
        #expect(journal.kept(ticket.address) == expected)
        steps.settle()
        #expect(journal.kept(ticket.address) == expected)
    }

    @Test func `what is submitted together wakes the writer once, after the last`() throws {
        let (files, steps) = (SimulatedFileSystem(), SteppedJournal())
        let journal = try Journal.open(directory, options: .small, files: files, driver: steps) { _ in }
        steps.settle()
        let last = try journal.together {
            Result {
                for number in 0..<5 { _ = try journal.submit(1, payload(number)) }
                #expect(!steps.ready.contains(.writer))
                return try journal.submit(1, payload(5))
            }
        }.get()
        #expect(journal.writtenSequence == 0 && steps.ready.contains(.writer))
        steps.step(.writer)
        #expect(journal.writtenSequence == last.sequence)
    }
}
