import Testing

@testable import DurableQueue

@Suite(.timeLimit(.minutes(30))) struct LargeMetadataTests {
    private func value(_ count: Int, _ seed: UInt8) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) ^ seed }
    }

    @Test func `a value of any size is there after a restart, with and without a checkpoint`() async throws {
        let bench = try await QueueHarness()
        let (large, small) = (value(9_000_000, 1), value(10, 2))
        try await bench.queue.setMetadata("directory", large, durable: true)
        try await bench.queue.setMetadata("other", small, durable: true)
        #expect(await bench.queue.metadata("directory") == large)
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        #expect(await next.queue.metadata("directory") == large)
        try await next.queue.checkpoint()
        let last = try await QueueHarness(log: next.log.crash(.powerLost, luck: 0))
        #expect(await last.queue.metadata("directory") == large)
        #expect(await last.queue.metadata("other") == small)
    }

    @Test func `it grows, changes and shrinks, and what it was leaves nothing behind`() async throws {
        let bench = try await QueueHarness()
        for (count, seed) in [(5, 1), (3_000_000, 2), (2_000_000, 3), (700_000, 4), (0, 5), (2_000_000, 6)] {
            let value = value(count, UInt8(seed))
            try await bench.queue.setMetadata("directory", value, durable: true)
            #expect(await bench.queue.metadata("directory") ?? [] == value)
        }
        try await bench.queue.setMetadata("directory", [], durable: true)
        #expect(await bench.queue.state.metadata.isEmpty)
    }

    @Test func `a crash at any record between leaves the value before or the one after`() async throws {
        let bench = try await QueueHarness()
        let (old, new) = (value(1_500_000, 1), value(1_700_000, 2))
        try await bench.queue.setMetadata("directory", old, durable: true)
        let before = bench.log.records.count
        try await bench.queue.setMetadata("directory", new, durable: true)
        let records = bench.log.records
        var seen: Set<Bool> = []
        for end in before...records.count {
            let log = MemoryLog()
            for record in records.prefix(end) { log.plant(record.kind, record.payload) }
            let found = await (try QueueHarness(log: log)).queue.metadata("directory")
            #expect(found == old || found == new, "after \(end) records")
            seen.insert(found == new)
        }
        #expect(seen == [false, true])
    }

    @Test func `a note that may be lost is dropped on a full disk and counted, one that calls depend on is kept`()
        async throws
    {
        let bench = try await QueueHarness()
        bench.log.setFull(true)
        await #expect(throws: QueueError.full) { try await bench.queue.setMetadata("attention", [1], durable: false) }
        #expect(await bench.queue.standing.droppedMetadata == 1)
        try await bench.queue.setMetadata("budget", [1], durable: true)
        #expect(await bench.queue.metadata("budget") == [1])
        try await bench.queue.setMetadata("directory", value(2_000_000, 1), durable: true)
        #expect(await bench.queue.metadata("directory") == value(2_000_000, 1))
    }
}
