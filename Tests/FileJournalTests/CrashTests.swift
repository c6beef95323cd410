import FileJournal
import DeterministicSimulation
import Testing

/// A workload that power or a kill cuts short after every single call that changes something, then opened again.
@Suite struct CrashTests {
    /// What the workload was told before the end.
    struct Told {
        var submitted: [UInt64: [UInt8]] = [:]
        var written: UInt64 = 0
        var durable: UInt64 = 0
        var checkpointed: UInt64 = 0
    }

    private static func run(on files: SimulatedFileSystem, records: Int = 26) async -> Told {
        var told = Told()
        guard let opened = try? Opened(files) else { return told }
        let journal = opened.journal
        for number in 1...records {
            guard let ticket = try? await journal.append(payload(number)) else { break }
            told.submitted[ticket.sequence] = payload(number)
            switch number % 3 {
            case 0: if (try? await journal.durable(ticket)) != nil { told.durable = ticket.sequence }
            case 1: if (try? await journal.written(ticket)) != nil { told.written = ticket.sequence }
            default: break
            }
            guard number == records / 2 || number == records * 3 / 4 else { continue }
            let upTo = journal.durableSequence
            let records = (1...upTo).map { (kind: UInt8(2), payload: told.submitted[$0] ?? []) }
            let retiring = journal.segments.map(\.id)
            if (try? await journal.checkpoint(records, upTo: upTo, retiring: retiring)) != nil {
                told.checkpointed = upTo
                told.durable = max(told.durable, upTo)
            }
        }
        await journal.close()
        return told
    }

    /// Everything that opening tells, as the payloads of records 1, 2, 3 and so on.
    private static func history(_ opened: Opened) -> [[UInt8]] { opened.checkpoint + opened.tail.map(\.payload) }

    /// - Parameter promised: the last record that must be there.
    private static func check(
        _ files: SimulatedFileSystem, _ told: Told, promised: UInt64, _ where: Comment
    ) async throws {
        let first = try Opened(files)
        let history = history(first)
        #expect(UInt64(history.count) >= promised, `where`)
        #expect(history.indices.allSatisfy { history[$0] == told.submitted[UInt64($0 + 1)] }, `where`)
        #expect(UInt64(first.checkpoint.count) >= told.checkpointed, `where`)
        // Whatever was found goes on being true, and the journal works.
        let ticket = try await first.journal.appendDurably(payload(1000))
        #expect(ticket.sequence == UInt64(history.count + 1), `where`)
        await first.journal.close()
        let second = try Opened(files)
        #expect(Self.history(second) == history + [payload(1000)], `where`)
        #expect(second.journal.recovery.torn == nil, `where`)
        #expect(!files.paths.contains { $0.hasSuffix("tmp") }, `where`)
        await second.journal.close()
        #expect(try JournalInspection.verify(directory, files: files).isSound, `where`)
    }

    @Test func `after a loss of power at any call, every durable record is there, in order`() async throws {
        let whole = SimulatedFileSystem()
        let told = await Self.run(on: whole)
        #expect(told.durable == 26 - 26 % 3 && told.checkpointed > 0)

        var cut = 0
        // The threads do not take the same number of calls each time; stop where a whole run fits.
        for call in 0..<(whole.changes + 20) {
            let files = SimulatedFileSystem()
            files.failPower(at: call)
            let told = await Self.run(on: files)
            if files.isOff { cut += 1 }
            try await Self.check(
                files.crashLosingEverythingUnsynced(), told, promised: told.durable, "all dropped at call \(call)")
            for seed in 0..<3 as Range<UInt64> {
                let after = files.crash(seed: seed)
                try await Self.check(after, told, promised: told.durable, "call \(call), seed \(seed)")
            }
        }
        // Otherwise this proved less than it says.
        #expect(cut > 50)
    }

    @Test func `after a kill at any call, every written record is there`() async throws {
        let whole = SimulatedFileSystem()
        _ = await Self.run(on: whole)
        for call in 0..<whole.changes {
            let files = SimulatedFileSystem()
            files.failPower(at: call)
            let told = await Self.run(on: files)
            try await Self.check(
                files.kill(), told, promised: max(told.written, told.durable), "killed at call \(call)")
        }
    }

    @Test func `a loss of power during recovery itself changes nothing`() async throws {
        let files = SimulatedFileSystem()
        // A torn record after durable ones, and a segment that a checkpoint retired but that came back.
        let journal = try Opened(files).journal
        for number in 1...12 { _ = try await journal.appendDurably(payload(number)) }
        let retired = try #require(files.content(segmentPath(1)))
        let checkpoint = (1...12).map { (kind: UInt8(2), payload: payload($0)) }
        try await journal.checkpoint(checkpoint, upTo: 12, retiring: journal.segments.map(\.id))
        let last = try await journal.appendDurably(payload(13))
        let crashed = files.kill()
        await journal.close()
        let live = segmentPath(last.address.segment)
        crashed.edit(live) { $0[Int(last.address.offset) + 45] ^= 1 }
        crashed.put(segmentPath(1), retired)

        let whole = crashed.kill()
        let before = whole.changes
        try await Opened(whole).journal.close()
        #expect(whole.segments == [live], "what the checkpoint retired is removed when a crash left it behind")
        for call in 0..<(whole.changes - before) {
            for seed in 0..<4 as Range<UInt64> {
                let cut = crashed.kill()
                cut.failPower(at: call)
                if let opened = try? Opened(cut) { await opened.journal.close() }
                let opened = try Opened(cut.crash(seed: seed))
                #expect(Self.history(opened) == (1...12).map(payload), "call \(call), seed \(seed)")
                await opened.journal.close()
            }
        }
    }
}
