import Foundation
import FileJournal
import DeterministicSimulation
import Testing

/// Reading back while the machine has trouble: an error says so, nothing is taken for damaged, and it goes well later.
@Suite struct FailedReadTests {
    @Test(arguments: [(FileError.Operation.read, EIO), (.read, ENOMEM), (.size, EIO), (.open, EMFILE), (.open, ENOMEM)])
    func `a read that fails is an error of the disk, not damage, and the same read succeeds after it`(
        operation: FileError.Operation, code: Int32
    ) async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        let ticket = try await journal.appendDurably(payload(1))
        files.fail(operation, code, on: ".segment")
        let error = await #expect(throws: JournalError.self) { _ = try await journal.read(ticket.address) }
        guard case .io(let cause) = error else {
            Issue.record("told as \(String(describing: error))")
            return
        }
        #expect(cause.code == code)
        #expect(try await journal.read(ticket.address).payload == payload(1))
        #expect(journal.stats().poisoned == nil)
        _ = try await journal.appendDurably(payload(2))
        await journal.close()
    }

    @Test func `without a descriptor to be had, another segment's makes way`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        var tickets: [Ticket] = []
        while Set(tickets.map(\.address.segment)).count < 3 {
            tickets.append(try await journal.appendDurably(payload(tickets.count)))
        }
        let last = tickets[tickets.count - 1]
        #expect(try await journal.read(tickets[0].address).payload == payload(0))
        files.fail(.open, EMFILE, on: ".segment")
        #expect(try await journal.read(last.address).payload == payload(tickets.count - 1))
        #expect(try await journal.read(tickets[0].address).payload == payload(0))
        await journal.close()
    }

    @Test func `a segment's file that is gone may come back`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        let ticket = try await journal.appendDurably(payload(1))
        let bytes = try #require(files.content(segmentPath(1)))
        files.erase(segmentPath(1))
        await #expect(throws: JournalError.segmentMissing(ticket.address)) { try await journal.read(ticket.address) }
        files.put(segmentPath(1), bytes)
        #expect(try await journal.read(ticket.address).payload == payload(1))
        await journal.close()
    }
}
