import SeededRandom
import Testing

@testable import RateLimits

struct WeightedRoundRobinTests {
    @Test func `live waiters go before bulk ones, each in the order they came`() {
        var line = WeightedRoundRobin<String>()
        for (waiter, urgency) in [("b1", Urgency.bulk), ("l1", .live), ("b2", .bulk), ("l2", .live)] {
            _ = line.join(waiter, urgency)
        }
        #expect(line.count(.live) == 2 && line.count(.bulk) == 2)
        var order: [String?] = []
        while let head = line.head {
            order.append(line[head])
            line.leave(head)
        }
        #expect(order == ["l1", "l2", "b1", "b2"])
        #expect(line.count(.live) == 0 && line.count(.bulk) == 0)
    }

    @Test func `who leaves from the middle is passed over, and leaving twice is leaving once`() {
        var line = WeightedRoundRobin<Int>()
        let positions = (0..<5).map { line.join($0, .bulk) }
        for position in [positions[1], positions[1], positions[0], positions[3]] { line.leave(position) }
        #expect(line.count(.bulk) == 2)
        #expect(line.head == positions[2])
        line.leave(positions[2])
        #expect(line.head == positions[4])
        line.leave(positions[4])
        #expect(line.head == nil)
    }

    @Test(arguments: UInt64(1)...20)
    func `it agrees with a plain list, whichever waiters come and go`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var line = WeightedRoundRobin<Int>()
        var model: [(waiter: Int, urgency: Urgency, position: WeightedRoundRobin<Int>.Position)] = []
        for waiter in 0..<2_000 {
            if Int.random(in: 0..<100, using: &random) < 52 {
                let urgency = Urgency.allCases.randomElement(using: &random)!
                model.append((waiter, urgency, line.join(waiter, urgency)))
            } else if let index = model.indices.randomElement(using: &random) {
                line.leave(model.remove(at: index).position)
            }
            let expected = model.first { $0.urgency == .live } ?? model.first
            #expect(line.head.flatMap { line[$0] } == expected?.waiter, "seed \(seed)")
        }
    }

    private func order(_ line: inout WeightedRoundRobin<String>) -> [String] {
        var order: [String] = []
        while let head = line.head {
            order.append(line[head] ?? "nobody")
            line.serve(head)
        }
        return order
    }

    @Test func `shares take turns, and who comes late waits for one turn of each`() {
        var line = WeightedRoundRobin<String>()
        for index in 1...4 { _ = line.join("a\(index)", .live, for: BudgetShare("a")) }
        _ = line.join("b1", .live, for: BudgetShare("b"))
        _ = line.join("c1", .bulk, for: BudgetShare("c"))
        let first = line.head
        #expect(first.flatMap { line[$0] } == "a1")
        if let first { line.serve(first) }
        _ = line.join("d1", .live, for: BudgetShare("d"))
        #expect(line.before(BudgetShare("e"), .live) == 3)
        #expect(order(&line) == ["b1", "a2", "d1", "a3", "a4", "c1"])
        #expect(line.isEmpty)
    }

    @Test func `who was away saves nothing up`() {
        var line = WeightedRoundRobin<String>()
        for index in 1...2 { _ = line.join("a\(index)", .live, for: BudgetShare("a", weight: 2)) }
        _ = line.join("b1", .live, for: BudgetShare("b"))
        #expect(order(&line) == ["a1", "a2", "b1"])
        for index in 1...6 {
            _ = line.join("b\(index)", .live, for: BudgetShare("b"))
            _ = line.join("a\(index)", .live, for: BudgetShare("a", weight: 2))
        }
        #expect(order(&line) == ["b1", "a1", "a2", "b2", "a3", "a4", "b3", "a5", "a6", "b4", "b5", "b6"])
    }

    @Test func `a share set aside keeps its positions, and comes back as one that has just come`() {
        var line = WeightedRoundRobin<String>()
        for index in 1...2 {
            for name in ["a", "b"] { _ = line.join("\(name)\(index)", .live, for: BudgetShare(name)) }
        }
        line.setAside(BudgetShare("a"))
        let late = line.join("a3", .live, for: BudgetShare("a"))
        #expect(line.head(.live).flatMap { line[$0] } == "b1")
        #expect(line.first(of: BudgetShare("a")).flatMap { line[$0] } == "a1")
        line.setAside(BudgetShare("b"))
        #expect(line.head == nil && line.count(.live) == 5)
        line.bringBack(BudgetShare("b"))
        line.bringBack(BudgetShare("a"))
        line.leave(late)
        #expect(order(&line) == ["b1", "a1", "b2", "a2"])
    }

    @Test func `a lower rank goes before higher ones of its share, whenever it comes`() {
        var line = WeightedRoundRobin<String>()
        for rank: UInt64 in [5, 9, 7, 6] { _ = line.join("\(rank)", .live, rank: rank) }
        #expect(order(&line) == ["5", "6", "7", "9"])
    }
}
