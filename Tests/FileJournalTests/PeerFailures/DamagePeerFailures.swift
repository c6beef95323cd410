import SeededRandom
import Foundation
import FileJournal
import DeterministicSimulation
import Testing

/// What others made of bytes that had changed; see `Peer` for the table.
@Suite struct DamagePeerFailures {
    private static let target = "/salvaged"

    /// Twenty durable records, as a kill leaves them.
    private static func disk() throws -> (SimulatedFileSystem, [Ticket]) {
        let peer = try Peer()
        let tickets = try (1...20).map { try peer.submitDurably(payload($0)) }
        return (peer.files.kill(), tickets)
    }

    private static func salvaged(_ files: SimulatedFileSystem) throws -> (SalvageReport, [JournalRecord]) {
        let report = try JournalInspection.salvage(directory, into: target, files: files)
        var records: [JournalRecord] = []
        _ = try Journal.open(target, options: .small, files: files, driver: SteppedJournal()) {
            if case .tail(let record) = $0 { records.append(record) }
        }
        return (report, records)
    }

    @Test func `a wrong checksum is not the end of the log, as it was for zeebe`() throws {
        let (files, tickets) = try Self.disk()
        let ticket = tickets[9]
        files.flipBit(segmentPath(ticket.address.segment), byte: Int(ticket.address.offset) + 41)
        let damage = Damage(
            file: segmentPath(ticket.address.segment), offset: UInt64(ticket.address.offset),
            reason: "the record's checksum is wrong")
        #expect(throws: JournalError.corrupt(damage)) { try Peer(files) }
        #expect(try JournalInspection.verify(directory, files: files).records == 19, "it looks past the bad one")
    }

    @Test func `damaged files stay as they were found, where Artemis deleted them`() throws {
        let (files, tickets) = try Self.disk()
        files.flipBit(segmentPath(tickets[9].address.segment), byte: Int(tickets[9].address.offset) + 41)
        let before = files.paths.map { files.content($0) }
        #expect(throws: JournalError.self) { try Peer(files) }
        _ = try JournalInspection.verify(directory, files: files)
        _ = try JournalInspection.salvage(directory, into: Self.target, files: files)
        #expect(files.paths.filter { $0.hasPrefix(directory + "/") }.map { files.content($0) } == before)
    }

    @Test func `a torn tail is copied before it is cut, and so many copies are kept`() throws {
        let disk = try Self.disk()
        var files = disk.0
        let last = disk.1[19]
        let path = segmentPath(last.address.segment)
        for round in 1...20 {
            files.flipBit(path, byte: Int(last.address.offset) + 41)
            let torn = try #require(files.content(path)).dropFirst(Int(last.address.offset))
            let peer = try Peer(files)
            let copy = try #require(peer.journal.recovery.torn?.copy)
            #expect(files.content(copy).map { torn.starts(with: $0) } == true)
            #expect(files.paths.filter { $0.contains("torn") }.count == min(round, 16))
            _ = try peer.submitDurably(payload(20))
            files = files.kill()
        }
    }

    @Test func `one bad record is isolated and the rest opens, where Artemis did not start`() throws {
        let (files, tickets) = try Self.disk()
        files.flipBit(segmentPath(tickets[9].address.segment), byte: Int(tickets[9].address.offset) + 41)
        let (report, records) = try Self.salvaged(files)
        #expect(records.map(\.sequence) == (1...20).filter { $0 != 10 })
        #expect(report.skipped.map(\.sequences) == [10...10])
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `one wrong bit costs one record at most, where it cost NATS a stream`(seed: UInt64) throws {
        let (files, tickets) = try Self.disk()
        var random = SeededGenerator(seed: seed)
        let path = try #require(files.segments.randomElement(using: &random))
        let used = try #require(files.content(path)?.lastIndex { $0 != 0 })
        files.flipBit(path, byte: Int.random(in: 0...used, using: &random), bit: Int.random(in: 0..<8, using: &random))
        let (_, records) = try Self.salvaged(files)
        #expect(records.count >= 19, "seed \(seed)")
        for record in records {
            #expect(record.payload == payload(Int(record.sequence)), "seed \(seed)")
            #expect(record.address == tickets[Int(record.sequence) - 1].address, "seed \(seed)")
        }
    }

    /// A disk that puts the write after these somewhere else, and goes on as if nothing were.
    private static func misdirected(_ landing: FileFaults.Misdirection.Landing) throws -> SimulatedFileSystem {
        let peer = try Peer()
        for number in 1...20 {
            if number == 15 { peer.files.faults.misdirections = [.init(landing, on: ".segment")] }
            _ = try peer.submitDurably(payload(number))
        }
        return peer.files.crash()
    }

    @Test func `a write that went to another place is noticed there and here (TigerBeetle)`() throws {
        for landing in [FileFaults.Misdirection.Landing.shifted(by: -256), .file(segmentPath(1)), .nowhere] {
            let files = try Self.misdirected(landing)
            let error = #expect(throws: JournalError.self) { try Peer(files) }
            guard case .corrupt = error else {
                Issue.record("\(landing): \(error.map { "\($0)" } ?? "opened")")
                continue
            }
            let (report, records) = try Self.salvaged(files)
            #expect(!records.contains { $0.sequence == 15 }, "\(landing)")
            #expect(records.allSatisfy { $0.payload == payload(Int($0.sequence)) }, "\(landing)")
            #expect(report.skipped.contains { $0.sequences?.contains(15) == true }, "\(landing)")
            // At most the record itself and the two that its bytes may have covered.
            #expect(records.count >= 16, "\(landing)")
        }
    }

    @Test func `a place in the middle of a record harms none, where nsq put the whole file away`() async throws {
        let (files, tickets) = try Self.disk()
        let peer = try Peer(files)
        let told = Box<[Result<JournalRecord, JournalError>]>([])
        for ticket in tickets {
            var inside = ticket.address
            inside.offset += 16
            peer.journal.read(inside) { told.value.append($0) }
            peer.journal.read(ticket.address) { told.value.append($0) }
        }
        peer.steps.settle()
        let found = told.value.map { try? $0.get().payload }
        #expect(found == (1...20).flatMap { [nil, payload($0)] })
    }

    @Test func `a record of an unknown kind is kept, where vapor's queue threw it away`() throws {
        let peer = try Peer()
        let ticket = try peer.submit(payload(1), kind: 255)
        #expect(peer.sync(ticket))
        let again = try Peer(peer.files.crash())
        let record = JournalRecord(kind: 255, sequence: 1, address: ticket.address, payload: payload(1))
        #expect(again.told == [.tail(record)])
    }
}
