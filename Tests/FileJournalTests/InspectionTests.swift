import SeededRandom
import DeterministicSimulation
import Testing

@testable import FileJournal

@Suite struct InspectionTests {
    private static let target = "/salvaged"

    /// Records 1 to 40 over several segments, closed in good order, with their addresses.
    private static func journal(checkpointUpTo: UInt64? = nil) async throws -> (SimulatedFileSystem, [Ticket]) {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        var tickets: [Ticket] = []
        for number in 1...40 { tickets.append(try await journal.append(payload(number), kind: UInt8(number % 2))) }
        if let upTo = checkpointUpTo {
            let records = (1...upTo).map { (kind: UInt8(9), payload: payload(Int($0))) }
            try await journal.checkpoint(records, upTo: upTo, retiring: [])
        }
        await journal.close()
        return (files, tickets)
    }

    private static func flip(_ files: SimulatedFileSystem, _ ticket: Ticket, byte: Int = 41) {
        files.edit(segmentPath(ticket.address.segment)) { $0[Int(ticket.address.offset) + byte] ^= 1 }
    }

    /// Salvages, opens the result, and returns what it tells.
    private static func salvaged(_ files: SimulatedFileSystem) async throws -> (SalvageReport, Opened) {
        let report = try JournalInspection.salvage(directory, into: target, files: files)
        let opened = try Opened(files, at: target)
        #expect(try JournalInspection.verify(target, files: files).isSound)
        return (report, opened)
    }

    @Test func `a sound journal is reported as such, with its counts`() async throws {
        let (files, _) = try await Self.journal(checkpointUpTo: 10)
        let report = try JournalInspection.verify(directory, files: files)
        #expect(report.isSound && report.torn == nil && report.records == 40)
        #expect(report.segments.map(\.file) == files.segments)
        #expect(report.segments.first?.firstSequence == 1 && report.segments.last?.lastSequence == 40)
        #expect(report.segments.reduce(0) { $0 + ($1.kinds[0]?.records ?? 0) } == 20)
        let bytes = report.segments.flatMap(\.kinds.values).reduce(0) { $0 + $1.payloadBytes }
        #expect(bytes == (1...40).reduce(0) { $0 + payload($1).count })
        #expect(report.checkpoint?.upTo == 10 && report.checkpoint?.records == 10)
    }

    @Test func `verify changes nothing, and works beside a running journal`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        _ = try await journal.appendDurably(payload(1))
        let content = files.content(segmentPath(1))
        let report = try JournalInspection.verify(directory, files: files)
        #expect(report.isSound && report.records == 1)
        #expect(files.content(segmentPath(1)) == content)
        #expect(throws: JournalError.inUse(directory: directory, holder: "held by another process")) {
            try JournalInspection.salvage(directory, into: Self.target, files: files)
        }
        await journal.close()
    }

    @Test func `every damaged place is named, and the records after it are counted`() async throws {
        let (files, tickets) = try await Self.journal()
        for index in [2, 17, 30] { Self.flip(files, tickets[index]) }
        let report = try JournalInspection.verify(directory, files: files)
        #expect(
            report.damage
                == [2, 17, 30].map { index in
                    let address = tickets[index].address
                    return Damage(
                        file: segmentPath(address.segment), offset: UInt64(address.offset),
                        reason: "the record's checksum is wrong")
                })
        #expect(report.records == 37)
    }

    @Test func `a torn tail is told apart from damage`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        _ = try await journal.appendDurably(payload(1))
        let last = try await journal.appendDurably(payload(2))
        let crashed = files.kill()
        await journal.close()
        Self.flip(crashed, last)
        let report = try JournalInspection.verify(directory, files: crashed)
        #expect(report.isSound && report.records == 1)
        #expect(report.torn?.offset == UInt64(last.address.offset))

        let (salvage, opened) = try await Self.salvaged(crashed)
        #expect(opened.tail.map(\.payload) == [payload(1)] && salvage.records == 1)
        #expect(salvage.skipped.map(\.damage.offset) == [UInt64(last.address.offset)])
        await opened.journal.close()
    }

    @Test(arguments: [[0], [5], [2, 3, 4], [10, 39], Array(0..<40)])
    func `salvage keeps every good record at its place, and says which are gone`(bad: [Int]) async throws {
        let (files, tickets) = try await Self.journal()
        for index in bad { Self.flip(files, tickets[index]) }
        #expect(throws: JournalError.self) { try Opened(files) }

        let (report, opened) = try await Self.salvaged(files)
        let good = tickets.indices.filter { !bad.contains($0) }
        #expect(opened.tail.map(\.sequence) == good.map { tickets[$0].sequence })
        #expect(opened.tail.map(\.address) == good.map { tickets[$0].address })
        #expect(opened.tail.map(\.payload) == good.map { payload($0 + 1) })
        #expect(report.records == good.count)
        let gone = report.skipped.compactMap(\.sequences).flatMap { Array($0) }
        #expect(gone == bad.map { UInt64($0 + 1) })
        #expect(opened.journal.recovery.skippedSequences == UInt64(bad.count))

        let next = try await opened.journal.appendDurably(payload(41))
        #expect(next.sequence == 41)
        await opened.journal.close()
        let again = try Opened(files, at: Self.target)
        #expect(again.tail.count == good.count + 1)
        await again.journal.close()
    }

    @Test func `salvage survives a lost segment and a lost segment header`() async throws {
        let (files, tickets) = try await Self.journal()
        files.erase(segmentPath(2))
        files.edit(segmentPath(4)) { $0[20] ^= 1 }
        #expect(throws: JournalError.self) { try Opened(files) }
        let report = try JournalInspection.verify(directory, files: files)
        #expect(
            report.damage == [
                Damage(file: segmentPath(2), offset: 0, reason: "the segment is missing"),
                Damage(file: segmentPath(4), offset: 0, reason: "the segment header's checksum is wrong"),
            ])

        let (salvage, opened) = try await Self.salvaged(files)
        #expect(opened.tail.map(\.address) == tickets.map(\.address).filter { $0.segment != 2 })
        #expect(salvage.skipped.map(\.damage) == report.damage)
        await opened.journal.close()
    }

    @Test func `salvage keeps the good records of a damaged checkpoint`() async throws {
        let (files, tickets) = try await Self.journal(checkpointUpTo: 20)
        let content = try #require(files.content("\(directory)/checkpoint"))
        let fifth = try #require(content.firstRange(of: payload(5)))
        files.edit("\(directory)/checkpoint") { $0[fifth.lowerBound] ^= 1 }
        Self.flip(files, tickets[30])
        #expect(try JournalInspection.verify(directory, files: files).damage.count == 2)

        let (report, opened) = try await Self.salvaged(files)
        #expect(opened.checkpoint == (1...20).filter { $0 != 5 }.map(payload))
        #expect(opened.tail.map(\.sequence) == (21...40).filter { $0 != 31 })
        #expect(report.checkpointRecords == 19 && report.skipped.count == 2)
        await opened.journal.close()
    }

    @Test func `without the checkpoint's head every record that is left is told`() async throws {
        let (files, _) = try await Self.journal(checkpointUpTo: 20)
        files.edit("\(directory)/checkpoint") { $0[0] ^= 1 }
        let (report, opened) = try await Self.salvaged(files)
        #expect(opened.checkpoint.isEmpty && opened.tail.map(\.payload) == (1...40).map(payload))
        #expect(report.skipped.map(\.damage.reason) == ["no checkpoint of a known version"])
        await opened.journal.close()
    }

    @Test func `a checkpoint alone can be salvaged`() async throws {
        let (files, _) = try await Self.journal(checkpointUpTo: 40)
        for path in files.segments { files.erase(path) }
        let (report, opened) = try await Self.salvaged(files)
        #expect(opened.checkpoint == (1...40).map(payload) && opened.tail.isEmpty)
        #expect(report.checkpointRecords == 40 && !report.skipped.isEmpty)
        #expect(try await opened.journal.appendDurably(payload(41)).sequence == 41)
        await opened.journal.close()
        let again = try Opened(files, at: Self.target)
        #expect(again.tail.map(\.payload) == [payload(41)])
        await again.journal.close()
    }

    @Test func `records that only a checkpoint tells of are missed when their segments are gone`() async throws {
        let (files, tickets) = try await Self.journal(checkpointUpTo: 40)
        let last = tickets[39].address.segment
        files.erase(segmentPath(last))
        #expect(throws: JournalError.self) { try Opened(files) }
        let (_, opened) = try await Self.salvaged(files)
        #expect(opened.checkpoint == (1...40).map(payload))
        #expect(try await opened.journal.appendDurably(payload(41)).sequence == 41)
        await opened.journal.close()
    }

    @Test func `salvage writes only into an empty directory`() async throws {
        let (files, _) = try await Self.journal()
        files.put("\(Self.target)/mine", [1])
        #expect(throws: JournalError.notEmpty(directory: Self.target)) {
            try JournalInspection.salvage(directory, into: Self.target, files: files)
        }
        #expect(files.paths.filter { $0.hasPrefix(Self.target) } == ["\(Self.target)/mine"])
    }

    @Test func `a segment of a newer version is not touched by anyone`() async throws {
        let (files, _) = try await Self.journal()
        files.edit(segmentPath(1)) { content in
            content[8] = 9
            // A right checksum for a version that is not known here.
            var checksum: [UInt8] = []
            checksum.append(littleEndian: CRC32C.checksum(Array(content[..<60])))
            content.replaceSubrange(60..<64, with: checksum)
        }
        let error = JournalError.unknownVersion(file: segmentPath(1), version: 9)
        #expect(throws: error) { try Opened(files) }
        #expect(throws: error) { try JournalInspection.verify(directory, files: files) }
        #expect(throws: error) { try JournalInspection.salvage(directory, into: Self.target, files: files) }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `whatever is damaged, verify and salvage end, and what they keep is true`(seed: UInt64) async throws {
        let (files, tickets) = try await Self.journal(checkpointUpTo: seed % 2 == 0 ? nil : seed % 40 + 1)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let path = try #require(
                (files.segments + files.paths.filter { $0.hasSuffix("checkpoint") }).randomElement(using: &random))
            let noise = (0..<Int.random(in: 1...90, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            files.edit(path) { content in
                let start = Int.random(in: 0..<content.count, using: &random)
                for (index, byte) in noise.enumerated() where start + index < content.count {
                    content[start + index] = byte
                }
                if Int.random(in: 0..<8, using: &random) == 0 { content.removeLast(content.count - start) }
            }
        }
        let known = Dictionary(uniqueKeysWithValues: tickets.indices.map { (tickets[$0].sequence, $0) })
        let report = try JournalInspection.verify(directory, files: files)
        let opens = (try? Opened(files.kill()))
        #expect((opens != nil) == report.isSound, "seed \(seed): \(report.damage)")
        await opens?.journal.close()
        let (salvage, opened) = try await Self.salvaged(files)
        for record in opened.tail {
            let index = try #require(known[record.sequence], "seed \(seed)")
            #expect(record.payload == payload(index + 1) && record.address == tickets[index].address, "seed \(seed)")
        }
        #expect(salvage.records == report.records, "seed \(seed)")
        await opened.journal.close()
    }
}
