import Testing

@testable import DurableQueue

/// What tasks bring side by side is taken in one turn.
@Suite(.timeLimit(.minutes(30))) struct TurnQueueTests {
    @Test func `the first to bring something leads, and takes all that comes until its turn, in order`() {
        let queue = TurnQueue<Int>()
        #expect(queue.add { _ in 1 })
        #expect(!queue.add { _ in 2 })
        #expect(!queue.add { leads in leads ? 0 : 3 })
        #expect(queue.take() == [1, 2, 3])
        #expect(queue.add { leads in leads ? 4 : 0 }, "the next leads again")
        #expect(queue.take() == [4])
        #expect(queue.take() == [])
    }

    @Test func `jobs that come side by side are all on disk when their callers go on`() async throws {
        let bench = try await QueueHarness()
        bench.log.hold(.syncs)
        let people = (0..<60).map { "person \($0 % 7)" }
        let ids = try await withThrowingTaskGroup(of: JobID.self) { group in
            for person in people { group.addTask { try await bench.add(person) } }
            await bench.expect("all took their places") { bench.log.records.count == people.count }
            #expect(bench.log.heldCount <= people.count)
            #expect(bench.log.durableSequence == 0)
            bench.log.letGo()
            var ids: [JobID] = []
            for try await id in group {
                #expect(bench.log.durableSequence >= id.rawValue, "job \(id) was confirmed too soon")
                ids.append(id)
            }
            return ids
        }
        #expect(ids.map(\.rawValue).sorted() == (1...60).map { UInt64($0) })
        #expect(await bench.queue.pending(of: .gym) == 60)
    }

    @Test func `when the sync that they share fails, all callers are told`() async throws {
        let bench = try await QueueHarness()
        bench.log.hold(.syncs)
        let errors = await withTaskGroup(of: QueueError?.self) { group in
            for number in 0..<20 {
                group.addTask { await QueueError.of { _ = try await bench.add("person \(number)") } }
            }
            await bench.expect("all took their places") { bench.log.records.count == 20 }
            bench.log.fail("EIO")
            return await group.reduce(into: [QueueError?]()) { $0.append($1) }
        }
        #expect(errors == [QueueError?](repeating: .poisoned("EIO"), count: 20))
    }

    @Test func `of jobs that come side by side each is refused for its own reason`() async throws {
        let bench = try await QueueHarness()
        let tooLarge = NewJob(
            tenant: .gym, kind: 1, keys: [.id("ann")], payload: [UInt8](repeating: 1, count: (1 << 20) + 1))
        let keyless = NewJob(tenant: .gym, kind: 1, keys: [], payload: [])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { _ = try await bench.add("person \(number)") }
                group.addTask {
                    let error = await QueueError.of { _ = try await bench.queue.enqueue(tooLarge) }
                    #expect(error == .tooLarge(bytes: (1 << 20) + 1, limit: 1 << 20))
                }
                group.addTask {
                    guard case .unusable = await QueueError.of({ _ = try await bench.queue.enqueue(keyless) }) else {
                        Issue.record("a job without a key was taken")
                        return
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await bench.queue.pending(of: .gym) == 20)
    }
}
