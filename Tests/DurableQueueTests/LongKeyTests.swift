import Testing

@testable import DurableQueue

@Suite(.timeLimit(.minutes(30))) struct LongKeyTests {
    private static let long = String(repeating: "ü", count: 5_000)

    @Test(arguments: ["", "short", String(repeating: "x", count: 1_024)])
    func `a key that fits stays as it is`(key: String) { #expect(key.shortened(to: 1_024) == key) }

    @Test(arguments: [64, 65, 66, 67, 1_024]) func `a long key becomes one that fits, always the same`(limit: Int) {
        let short = Self.long.shortened(to: limit)
        #expect(short.utf8.count <= limit)
        #expect(short == Self.long.shortened(to: limit))
        #expect(short.shortened(to: limit) == short)
    }

    @Test func `long keys that differ in one place only are told apart`() {
        let keys = ["a" + Self.long, Self.long + "a", Self.long, Self.long + "ü"]
        #expect(Set(keys.map { $0.shortened(to: 1_024) }).count == keys.count)
    }

    @Test func `a job with an endless key is taken, and leads to the lane of that key, also after a restart`()
        async throws
    {
        let bench = try await QueueHarness()
        let ids = [
            try await bench.add(Self.long), try await bench.add(Self.long), try await bench.add(Self.long + "a"),
        ]
        let lanes = [await bench.queue.job(ids[0])?.lane, await bench.queue.job(ids[1])?.lane]
        #expect(lanes[0] != nil && lanes[0] == lanes[1])
        #expect(await bench.queue.job(ids[2])?.lane != lanes[0])
        try await bench.queue.checkpoint()
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        let again = try await next.add(Self.long)
        #expect(await next.queue.job(again)?.lane == lanes[0])
        let retried = try await next.queue.enqueue(
            NewJob(tenant: .gym, kind: 1, keys: [], payload: [], unroutable: "no name"))
        try await next.queue.retry(retried, keys: [.id(Self.long)])
        #expect(await next.queue.job(retried)?.lane == lanes[0])
    }
}
