import AsyncPrimitives
import DeterministicSimulation
import SeededRandom
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(30))) struct KeyedLockTests {
    @Test func `a key goes to those who wait in the order they came`() async throws {
        let lock = KeyedLock<String, Void>()
        let first = try #require(await lock.acquire("a"))
        let other = try #require(await lock.acquire("b"))
        let order = try await withThrowingTaskGroup(of: (Int, KeyedLock<String, Void>.Hold?).self) { group in
            for number in 0..<5 {
                group.addTask { (number, await lock.acquire("a")) }
                try await until { lock.waiting(for: "a") > number }
            }
            first.release()
            var order: [Int] = []
            for try await (number, hold) in group {
                order.append(number)
                hold?.release()
            }
            return order
        }
        #expect(order == [0, 1, 2, 3, 4])
        other.release()
        #expect(await lock.acquire("a") != nil)
    }

    @Test func `one that is cancelled while waiting holds nothing and stops no other`() async throws {
        let lock = KeyedLock<String, Void>()
        let first = try #require(await lock.acquire("a"))
        let waiter = Task { await lock.acquire("a") }
        try await until { lock.waiting(for: "a") > 0 }
        let second = Task { await lock.acquire("a") }
        try await until { lock.waiting(for: "a") >= 2 }
        waiter.cancel()
        #expect(await waiter.value == nil)
        first.release()
        let held = try #require(await second.value)

        // Cancelled before it came to wait at all.
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await lock.acquire("a")
        }
        #expect(await late.value == nil)
        held.release()
        // A second release takes the key from no one.
        let again = try #require(await lock.acquire("a"))
        held.release()
        let last = Task { await lock.acquire("a") }
        try await until { lock.waiting(for: "a") == 1 }
        again.release()
        #expect(await last.value != nil)
    }

    @Test func `a bulk holder knows that a live caller waits, and who holds a key can be asked`() async throws {
        let lock = KeyedLock<String, Int>()
        let bulk = try #require(await lock.acquire("a", rank: .bulk, for: 1))
        let other = Task { await lock.acquire("a", rank: .bulk, for: 2) }
        try await until { lock.waiting(for: "a") == 1 }
        #expect(!bulk.isWantedLive.isFired)
        let live = Task { await lock.acquire("a", for: 3) }
        await bulk.isWantedLive.wait()
        #expect(lock.holder { $0 == 3 } == 1 && lock.holder { $0 == 1 } == nil)
        bulk.release()
        let held = try #require(await live.value)
        #expect(lock.holder { $0 == 2 } == 3 && !held.isWantedLive.isFired)
        held.release()
        #expect(await other.value?.owner == 2)
    }

    /// Callers of three keys come, wait, are cancelled and let go in the order that a seed gives.
    @Test(arguments: Seeds.all(200)) func `one at a time holds each key and none is forgotten, whatever is cancelled`(
        seed: UInt64
    ) throws {
        let found = try simulate(seed: seed) { _ in
            let (lock, log) = (KeyedLock<Int, Int>(), KeyLog())
            await withTaskGroup(of: Void.self) { group in
                var random = SeededGenerator(seed: seed)
                for caller in 0..<40 {
                    let key = Int.random(in: 0..<3, using: &random)
                    let rank: LockRank = Bool.random(using: &random) ? .live : .bulk
                    let heldFor = Int.random(in: 0..<6, using: &random)
                    let cancelledAfter = Bool.random(using: &random) ? Int.random(in: 0..<40, using: &random) : nil
                    if cancelledAfter == nil { log.mustHold(caller) }
                    group.addTask {
                        await withTaskGroup(of: Void.self) { run in
                            run.addTask {
                                guard let hold = await lock.acquire(key, rank: rank, for: caller) else { return }
                                log.begin(key, caller)
                                for _ in 0..<heldFor { await Task.yield() }
                                log.end(key)
                                hold.release()
                            }
                            guard let cancelledAfter else { return }
                            for _ in 0..<cancelledAfter { await Task.yield() }
                            run.cancelAll()
                        }
                    }
                }
            }
            return (log.faults, log.missing, (0..<3).map { lock.waiting(for: $0) })
        }
        #expect(
            found.0.isEmpty && found.1.isEmpty && found.2 == [0, 0, 0],
            "\(found) \(Seeds.replay(seed, "one at a time holds each key"))")
    }
}

/// Who held which key, and what was wrong about it.
private final class KeyLog: Sendable {
    private struct State {
        var holders: [Int: Int] = [:]
        var awaited: Set<Int> = []
        var faults: [String] = []
    }

    private let state = Mutex(State())

    var faults: [String] { state.withLock(\.faults) }
    /// Those never cancelled that did not get their key.
    var missing: Set<Int> { state.withLock(\.awaited) }

    func mustHold(_ caller: Int) { state.withLock { _ = $0.awaited.insert(caller) } }

    func begin(_ key: Int, _ caller: Int) {
        state.withLock { state in
            if let other = state.holders[key] { state.faults.append("\(caller) and \(other) hold \(key)") }
            state.holders[key] = caller
            state.awaited.remove(caller)
        }
    }

    func end(_ key: Int) { state.withLock { $0.holders[key] = nil } }
}
