import FileJournal
import DeterministicSimulation
import Testing

@Suite struct TornTailTests {
    /// Records 1 to 5, each synced before the next, and the disk as a kill leaves it: no seal.
    private static func crashed(_ options: JournalOptions = .small) async throws -> (SimulatedFileSystem, [Ticket]) {
        let files = SimulatedFileSystem()
        let journal = try Opened(files, options).journal
        var tickets: [Ticket] = []
        for number in 1...5 { tickets.append(try await journal.appendDurably(payload(number))) }
        let crashed = files.kill()
        await journal.close()
        return (crashed, tickets)
    }

    @Test func `a tail cut at any byte costs the cut record only, and a copy is kept`() async throws {
        let (crashed, tickets) = try await Self.crashed()
        let content = try #require(crashed.content(segmentPath(1)))
        let start = Int(tickets[4].address.offset)
        let end = try #require(content.lastIndex { $0 != 0 })
        for cut in start...end {
            let files = crashed.kill()
            files.edit(segmentPath(1)) {
                $0.replaceSubrange(cut..., with: [UInt8](repeating: 0, count: $0.count - cut))
            }
            let opened = try Opened(files)
            #expect(opened.tail.map(\.payload) == (1...4).map(payload), "cut at \(cut)")
            // Nothing of it left is the same as never written.
            if cut == start {
                #expect(opened.journal.recovery.torn == nil)
            } else {
                let torn = try #require(opened.journal.recovery.torn, "cut at \(cut)")
                #expect(torn.file == segmentPath(1) && torn.offset == UInt64(start))
                #expect(files.content(torn.copy).map { content.starts(with: content[..<start] + $0) } == true)
            }
            await opened.journal.close()
        }
    }

    @Test func `a file that ends in the middle of a record is a torn tail too`() async throws {
        let (crashed, tickets) = try await Self.crashed()
        let start = Int(tickets[4].address.offset)
        for cut in stride(from: start, to: start + 60, by: 7) {
            let files = crashed.kill()
            files.edit(segmentPath(1)) { $0.removeLast($0.count - cut) }
            let opened = try Opened(files)
            #expect(opened.tail.count == 4, "cut at \(cut)")
            #expect(try await opened.journal.appendDurably(payload(5)) == tickets[4])
            await opened.journal.close()
        }
    }

    @Test(arguments: 0..<4)
    func `damage in a record that a later one knows to be synced is no torn tail`(index: Int) async throws {
        let (crashed, tickets) = try await Self.crashed()
        let start = Int(tickets[index].address.offset)
        for byte in start..<Int(tickets[index + 1].address.offset) {
            let files = crashed.kill()
            files.edit(segmentPath(1)) { $0[byte] ^= 0x10 }
            let before = files.paths
            do {
                _ = try Opened(files)
                Issue.record("byte \(byte) may be damaged")
            } catch JournalError.corrupt(let damage) {
                #expect(damage.file == segmentPath(1) && damage.offset == UInt64(start))
                #expect("\(JournalError.corrupt(damage))".contains("lockstep journal verify \(directory)`"))
            }
            #expect(files.paths == before)
        }
    }

    @Test func `a synced record that became zeros is damage, not the end`() async throws {
        let (files, tickets) = try await Self.crashed()
        let range = Int(tickets[1].address.offset)..<Int(tickets[2].address.offset)
        files.edit(segmentPath(1)) { $0.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count)) }
        let reason = "zeros where a record should be, and data after them"
        let damage = Damage(file: segmentPath(1), offset: UInt64(range.lowerBound), reason: reason)
        #expect(throws: JournalError.corrupt(damage)) { try Opened(files) }
    }

    @Test func `the last record of a journal closed in good order cannot be taken for torn`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        let ticket = try await journal.append(payload(1))
        await journal.close()
        files.edit(segmentPath(1)) { $0[Int(ticket.address.offset) + 41] ^= 1 }
        let damage = Damage(file: segmentPath(1), offset: 64, reason: "the record's checksum is wrong")
        #expect(throws: JournalError.corrupt(damage)) { try Opened(files) }
    }

    @Test func `a batch that reached the disk in the wrong order is torn, though whole records follow`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        _ = try await journal.appendDurably(payload(1))
        let lost = try await journal.append(payload(2))
        let next = try await journal.append(payload(3))
        try await journal.written(next)
        let crashed = files.kill()
        await journal.close()
        crashed.edit(segmentPath(1)) { content in
            for byte in Int(lost.address.offset)..<Int(next.address.offset) { content[byte] = 0 }
        }
        let opened = try Opened(crashed)
        #expect(opened.tail.map(\.payload) == [payload(1)])
        #expect(opened.journal.recovery.torn?.offset == UInt64(lost.address.offset))
        // The number and the place of what was lost are used again; what lay behind it must not come back.
        #expect(try await opened.journal.appendDurably(payload(4)) == lost)
        await opened.journal.close()
        let again = try Opened(crashed)
        #expect(again.tail.map(\.payload) == [payload(1), payload(4)])
        await again.journal.close()
    }

    @Test func `what was cut stays cut, though power goes again before the next sync`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        let lost = try await journal.append(payload(2))
        let next = try await journal.append(payload(3))
        try await journal.written(next)
        let crashed = files.kill()
        await journal.close()
        crashed.edit(segmentPath(1)) { content in
            for byte in Int(lost.address.offset)..<Int(next.address.offset) { content[byte] = 0 }
        }
        let opened = try Opened(crashed)
        // As long as the one that was lost, so that the one behind it would follow it.
        let again = try await opened.journal.append(payload(2).reversed())
        try await opened.journal.written(again)
        for seed in 0..<32 as Range<UInt64> {
            let last = try Opened(crashed.crash(seed: seed))
            #expect(last.tail.isEmpty || last.tail.map(\.payload) == [payload(2).reversed()], "seed \(seed)")
            await last.journal.close()
        }
        await opened.journal.close()
    }

    @Test func `a torn tail that the checkpoint covers is damage`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        let ticket = try await journal.appendDurably(payload(1))
        try await journal.checkpoint(one(payload(1)), upTo: 1, retiring: [])
        let crashed = files.kill()
        await journal.close()
        crashed.edit(segmentPath(1)) { $0[Int(ticket.address.offset) + 41] ^= 1 }
        #expect {
            try Opened(crashed)
        } throws: { error in
            if case JournalError.corrupt = error { true } else { false }
        }
    }

    @Test func `a bad record in a segment that is not the last is damage`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        var last = try await journal.append(payload(0))
        while last.address.segment == 1 { last = try await journal.appendDurably(payload(0)) }
        let crashed = files.kill()
        await journal.close()
        let content = try #require(crashed.content(segmentPath(1)))
        let end = try #require(content.lastIndex { $0 != 0 })
        crashed.edit(segmentPath(1)) { $0[end] ^= 1 }
        #expect(throws: JournalError.self) { try Opened(crashed) }
        // A lost end shows too: the next segment says how the one before ended.
        crashed.edit(segmentPath(1)) { content in
            for byte in (end / 8 * 8 - 40)..<content.count { content[byte] = 0 }
        }
        #expect(throws: JournalError.self) { try Opened(crashed) }
    }

    @Test func `a missing segment is named`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        for number in 1...60 { _ = try await journal.append(payload(number)) }
        await journal.close()
        #expect(files.segments.count > 3)
        for id in 1...2 as ClosedRange<UInt32> {
            let damaged = files.kill()
            damaged.erase(segmentPath(id))
            let damage = Damage(file: segmentPath(id), offset: 0, reason: "the segment is missing")
            #expect(throws: JournalError.corrupt(damage)) { try Opened(damaged) }
        }
    }

    @Test func `only so many copies of torn tails are kept`() async throws {
        let (crashed, tickets) = try await Self.crashed()
        var files = crashed
        for _ in 0..<20 {
            files.edit(segmentPath(1)) { $0[Int(tickets[4].address.offset)] = 1 }
            let opened = try Opened(files)
            #expect(opened.tail.count == 4)
            let next = files.kill()
            await opened.journal.close()
            files = next
        }
        let copies = files.paths.filter { $0.contains("torn-") }
        #expect(copies.count == 16)
        #expect(copies.contains(segmentPath(1) + ".torn-20"))
    }
}
