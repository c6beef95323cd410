import Testing

@testable import DurableQueue

@Suite(.timeLimit(.minutes(30))) struct IdempotencyKeyTests {
    private func job(_ key: String?, of tenant: TenantID = .gym, person: String = "ann") -> NewJob {
        NewJob(tenant: tenant, kind: 1, keys: [.id(person)], payload: [1], idempotencyKey: key)
    }

    @Test func `a job that comes again is the job that it was, and nothing is stored`() async throws {
        let bench = try await QueueHarness()
        let first = try await bench.queue.accept(job("event 1"))
        #expect(first.isNew)
        let again = try await bench.queue.accept(job("event 1", person: "bob"))
        #expect(again == Acceptance(id: first.id, isNew: false))
        #expect(try await bench.queue.enqueue(job("event 1")) == first.id)
        #expect(bench.log.records.count == 1)
        #expect(try await bench.queue.accept(job("event 2")).isNew)
        #expect(try await bench.queue.accept(job(nil)).isNew)
        #expect(try await bench.queue.accept(job("event 1", of: .other)).isNew)
    }

    @Test func `a job that comes again while the first is being synced waits for the same sync`() async throws {
        let bench = try await QueueHarness()
        bench.log.hold(.syncs)
        async let first = bench.queue.accept(job("event 1"))
        await bench.expect("the first waits") { bench.log.heldCount == 1 }
        async let again = bench.queue.accept(job("event 1"))
        await bench.expect("the second waits as well") { bench.log.heldCount == 2 }
        bench.log.letGo()
        let (a, b) = (try await first, try await again)
        #expect(a.isNew)
        #expect(b == Acceptance(id: a.id, isNew: false))
        #expect(bench.log.records.count == 1)
    }

    @Test func `after a sync that failed a job that comes again is refused, and taken after the restart`() async throws
    {
        let bench = try await QueueHarness()
        bench.log.hold(.syncs)
        async let first = QueueError.of { _ = try await bench.queue.accept(job("event 1")) }
        await bench.expect("the first waits") { bench.log.heldCount == 1 }
        async let again = QueueError.of { _ = try await bench.queue.accept(job("event 1")) }
        await bench.expect("the second waits as well") { bench.log.heldCount == 2 }
        bench.log.fail("EIO")
        #expect(await first == .poisoned("EIO"))
        #expect(await again == .poisoned("EIO"))
        // Also those that come later: nothing that was not stored is known.
        await #expect(throws: QueueError.poisoned("EIO")) { _ = try await bench.queue.accept(job("event 1")) }
        await #expect(throws: QueueError.poisoned("EIO")) {
            _ = try await bench.queue.job(withIdempotencyKey: "event 1", of: .gym)
        }
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        #expect(try await next.queue.accept(job("event 1")).isNew)
    }

    @Test func `what was stored before the disk failed is still known`() async throws {
        let bench = try await QueueHarness()
        let first = try await bench.queue.accept(job("event 1"))
        bench.log.fail("EIO")
        #expect(try await bench.queue.accept(job("event 1")) == Acceptance(id: first.id, isNew: false))
    }

    @Test func `a job that was refused by a full disk is not known`() async throws {
        let bench = try await QueueHarness()
        bench.log.setFull(true)
        await #expect(throws: QueueError.full) { _ = try await bench.queue.accept(job("event 1")) }
        bench.log.setFull(false)
        #expect(try await bench.queue.accept(job("event 1")).isNew)
    }

    @Test(arguments: [false, true])
    func `a key is known again after a restart that reads no payload`(hasCheckpoint: Bool) async throws {
        let bench = try await QueueHarness()
        let ids = [try await bench.queue.enqueue(job("event 1")), try await bench.queue.enqueue(job("event 2"))]
        try await bench.running { await bench.expect(ids, are: .done) }
        let second = try await QueueHarness(log: bench.log.crash(.killed, luck: 1))
        let pending = try await second.queue.enqueue(job("event 3"))
        if hasCheckpoint { try await second.queue.checkpoint() }
        var log = second.log
        for _ in 0..<3 {
            let next = try await QueueHarness(log: log.crash(.powerLost, luck: 0))
            for (key, id) in [("event 1", ids[0]), ("event 2", ids[1]), ("event 3", pending)] {
                #expect(try await next.queue.accept(job(key)) == Acceptance(id: id, isNew: false))
            }
            #expect(next.log.reads == 0)
            try await next.queue.checkpoint()
            log = next.log
        }
    }

    @Test func `known are the keys of all jobs that are not finished, and of the others each tenant's newest`()
        async throws
    {
        let most = AcceptedKeys.mostPerTenant
        var keys = AcceptedKeys()
        func print(_ number: Int) -> KeyFingerprint {
            KeyFingerprint(low: UInt64(number) << 40, high: UInt64(number) << 50)
        }
        for number in 1...(most + 100) {
            // Every tenth is never finished.
            keys.add(print(number), of: JobID(rawValue: UInt64(number)), tenant: UInt32(number % 2)) {
                $0.rawValue % 10 == 0
            }
        }
        for number in (most + 101)...(3 * most) {
            keys.add(print(number), of: JobID(rawValue: UInt64(number)), tenant: 1) { $0.rawValue % 10 == 0 }
        }
        // The first tenant has not come to its bound.
        #expect(keys.job(with: print(2)) == JobID(rawValue: 2))
        #expect(keys.job(with: print(3)) == nil)
        // All that the second added last are there.
        #expect(keys.job(with: print(3 * most)) == JobID(rawValue: UInt64(3 * most)))
        #expect(keys.job(with: print(2 * most + 1)) == JobID(rawValue: UInt64(2 * most + 1)))
        let open = most + 110 - (most + 100) % 10
        #expect(keys.job(with: print(open)) == JobID(rawValue: UInt64(open)))
        keys.close(JobID(rawValue: UInt64(open)))
        #expect(keys.job(with: print(open)) == nil)
    }

    @Test func `of a long backlog all keys are known, also after a checkpoint, and go when their jobs are done`()
        async throws
    {
        let bench = try await QueueHarness()
        let count = AcceptedKeys.mostPerTenant + 500
        for number in 0..<count {
            _ = try await bench.queue.enqueue(job("event \(number)", person: "person \(number % 16)"))
        }
        try await bench.queue.checkpoint()
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        for number in 0..<count { #expect(try await !next.queue.accept(job("event \(number)")).isNew) }
        try await next.running {
            await next.expect("all are done") { await next.queue.counts().done == UInt64(count) }
        }
        #expect(try await next.queue.job(withIdempotencyKey: "event 499", of: .gym) == nil)
        #expect(try await next.queue.job(withIdempotencyKey: "event 500", of: .gym) != nil)
    }

    @Test func `a key of any length is known again`() async throws {
        let bench = try await QueueHarness()
        let endless = String(repeating: "e", count: 70_000)
        #expect(try await bench.queue.accept(job(endless)).isNew)
        #expect(try await !bench.queue.accept(job(endless)).isNew)
        #expect(try await bench.queue.accept(job(endless + "e")).isNew)
        let next = try await QueueHarness(log: bench.log.crash(.powerLost, luck: 0))
        #expect(try await !next.queue.accept(job(endless)).isNew)
    }
}
