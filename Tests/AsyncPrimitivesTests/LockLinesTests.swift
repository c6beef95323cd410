import DeterministicSimulation
import SeededRandom
import Testing

@testable import AsyncPrimitives

/// The lock's decisions as a ledger: who comes, who leaves, who holds the key then.
@Suite struct LockLinesTests {
    @Test func `live callers go before bulk ones, each rank in its order`() {
        var lines = LockLines<String, Int>()
        #expect(lines.enter(1, for: "a", .bulk) == 1)
        #expect(lines.enter(2, for: "a", .bulk) == 1)
        #expect(lines.enter(3, for: "a", .live) == 1)
        #expect(lines.enter(4, for: "a", .bulk) == 1)
        #expect(lines.enter(5, for: "a", .live) == 1)
        #expect(lines.enter(6, for: "b", .bulk) == 6)
        #expect(lines.waiters(for: "a") == [3, 5, 2, 4])
        #expect(lines.holder { $0 == 4 } == 1 && lines.holder { $0 == 6 } == nil)
        #expect([1, 3, 5, 2, 4].map { lines.leave($0, "a") } == [3, 5, 2, 4, nil])
        #expect(lines.holder(of: "a") == nil && lines.holder(of: "b") == 6)
    }

    @Test func `a waiter that leaves hands on nothing, and a stranger takes nothing away`() {
        var lines = LockLines<String, Int>()
        _ = (lines.enter(1, for: "a", .live), lines.enter(2, for: "a", .live), lines.enter(3, for: "a", .bulk))
        #expect(lines.leave(2, "a") == nil && lines.leave(9, "a") == nil && lines.leave(9, "b") == nil)
        #expect(lines.holder(of: "a") == 1 && lines.waiters(for: "a") == [3])
        #expect(lines.leave(1, "a") == 3)
        #expect(lines.leave(1, "a") == nil && lines.holder(of: "a") == 3)
    }

    @Test(arguments: Seeds.all(50)) func `the holder's place goes to the first of the best rank`(seed: UInt64) {
        var (lines, random) = (LockLines<Int, Int>(), SeededGenerator(seed: seed))
        // By key: those there, in the order they came, the holder wherever it came.
        var there: [Int: [(caller: Int, rank: LockRank)]] = [:]
        var holders: [Int: Int] = [:]
        for caller in 0..<400 {
            let key = Int.random(in: 0..<4, using: &random)
            if Bool.random(using: &random) {
                let rank: LockRank = Bool.random(using: &random) ? .live : .bulk
                let holder = lines.enter(caller, for: key, rank)
                if holders[key] == nil { holders[key] = caller }
                there[key, default: []].append((caller, rank))
                #expect(holder == holders[key])
            } else if let leaving = there[key]?.randomElement(using: &random)?.caller {
                there[key]?.removeAll { $0.caller == leaving }
                var next: Int?
                if holders[key] == leaving {
                    next = (there[key]?.first { $0.rank == .live } ?? there[key]?.first)?.caller
                    holders[key] = next
                }
                #expect(lines.leave(leaving, key) == next, "\(Seeds.replay(seed, "the holder's place"))")
            }
        }
    }
}
