import DeterministicSimulation
import Foundation
import Testing

@testable import FileJournal

/// Records that are wanted one after the other are read together.
@Suite struct ReadAheadTests {
    private static func record(_ number: Int) -> JournalRecord {
        JournalRecord(
            kind: 1, sequence: UInt64(number), address: RecordAddress(segment: 1, offset: UInt32(64 + number * 48)),
            payload: [UInt8](repeating: UInt8(number), count: 20))
    }

    @Test func `runs are found by address, and the oldest make way`() {
        let size = 5 * (20 + 96)
        var ahead = ReadAheadRecords(most: 3 * size + size / 2)
        for start in stride(from: 0, to: 100, by: 10) { ahead.add((start..<(start + 5)).map(Self.record)) }
        for start in stride(from: 70, to: 100, by: 10) {
            for number in start..<(start + 5) { #expect(ahead[Self.record(number).address] == Self.record(number)) }
            for number in (start + 5)..<(start + 10) { #expect(ahead[Self.record(number).address] == nil) }
        }
        for number in 0..<70 { #expect(ahead[Self.record(number).address] == nil) }
        ahead.add([])
        #expect(ahead[Self.record(70).address] != nil)
    }

    /// A journal of forty records that was opened anew, so that none is in memory.
    private struct Reopened {
        let files = SimulatedFileSystem()
        let steps: SteppedJournal
        let journal: Journal
        let addresses: [RecordAddress]

        init(keptBytes: Int = 1 << 20) throws {
            var options = JournalOptions(segmentSize: 16 << 10, maxPayload: 128)
            options.keptBytes = keptBytes
            let first = SteppedJournal()
            let before = try Journal.open(directory, options: options, files: files, driver: first) { _ in }
            addresses = try (0..<40).map { try before.submit(1, payload($0)).address }
            before.beginClose()
            first.settle()
            steps = SteppedJournal()
            journal = try Journal.open(directory, options: options, files: files, driver: steps) { _ in }
            steps.settle()
        }

        func read(_ number: Int) -> Result<JournalRecord, JournalError>? {
            let told = Box<Result<JournalRecord, JournalError>?>(nil)
            journal.read(addresses[number]) { told.value = $0 }
            steps.step(.worker(.reader))
            return told.value
        }
    }

    @Test func `a read beside the one before it brings those that follow`() throws {
        let bench = try Reopened()
        #expect(try bench.read(0)?.get().payload == payload(0))
        #expect(bench.journal.kept(bench.addresses[1]) == nil, "one alone brings none")
        #expect(try bench.read(1)?.get().payload == payload(1))
        for number in 2..<40 { #expect(bench.journal.kept(bench.addresses[number])?.payload == payload(number)) }
        #expect(try bench.read(30)?.get() == bench.journal.kept(bench.addresses[30]))
    }

    @Test func `a damaged record ends what is brought, and is said to be damaged when it is asked for`() throws {
        let bench = try Reopened()
        bench.files.flipBit(segmentPath(1), byte: Int(bench.addresses[7].offset) + 45)
        _ = bench.read(0)
        #expect(try bench.read(1)?.get().payload == payload(1))
        #expect(bench.journal.kept(bench.addresses[6])?.payload == payload(6))
        #expect(bench.journal.kept(bench.addresses[7]) == nil && bench.journal.kept(bench.addresses[8]) == nil)
        guard case .failure(.corrupt) = bench.read(7) else {
            Issue.record("a damaged record was read")
            return
        }
        #expect(try bench.read(8)?.get().payload == payload(8))
    }

    @Test func `where much cannot be read at once, what was asked for is read alone`() throws {
        let bench = try Reopened()
        _ = bench.read(0)
        bench.files.faults.failures.append(.init(.read, EIO, on: ".segment", times: 2))
        guard case .failure(.io) = bench.read(1) else {
            Issue.record("a read that failed returned a record")
            return
        }
        bench.files.faults.failures.append(.init(.read, EIO, on: ".segment", times: 1))
        #expect(try bench.read(1)?.get().payload == payload(1))
        #expect(bench.files.faults.failures.allSatisfy { $0.times == 0 })
    }

    @Test func `a journal that keeps nothing reads each record by itself`() throws {
        let bench = try Reopened(keptBytes: 0)
        for number in 0..<40 { #expect(try bench.read(number)?.get().payload == payload(number)) }
        for address in bench.addresses { #expect(bench.journal.kept(address) == nil) }
    }
}
