import SeededRandom
import Clocks
import Testing

@testable import RateLimits

struct PermitQueueTests {
    private typealias Gate = PermitQueue<String>

    private func at(_ seconds: Double) -> ClockReading {
        let milliseconds = Int64(seconds * 1_000)
        return ClockReading(
            Instant(offset: .milliseconds(milliseconds)),
            wall: WallTime(milliseconds: 20_000 * 86_400_000 + milliseconds))
    }

    private func gate(_ limits: CallLimits, pacing: DayPacing = .off) -> Gate {
        Gate(WriteAheadBudget(Budget(limits: limits, pacing: pacing, at: at(60))), at: at(60))
    }

    /// Lets through whoever may go at this instant; their calls end at once unless they are kept.
    private func pass(_ gate: inout Gate, at now: ClockReading) -> [String] {
        var passed: [String] = []
        while let turn = gate.turn(at: now) {
            switch turn.act {
            case .write(let draft): gate.written(draft)
            case .wait: return passed
            case .go:
                passed.append(gate.line[turn.position]!)
                gate.finish(gate.admit(turn.position, at: now), learned: nil, at: now)
            }
        }
        return passed
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `a share with 20,000 waiting calls delays another's single call by a few calls' time`(seed: UInt64) {
        var simulation = DaySimulation(
            limits: CallLimits(perSecond: 10, perMinute: 240, perDay: 30_000), seed: seed)
        let other = BudgetShare("other")
        simulation.want(20_000, .live, for: BudgetShare("flooder"), at: .seconds(3_600))
        for _ in 0..<300 {
            let time = Int.random(in: 3_600_000..<7_200_000, using: &simulation.random)
            simulation.want(1, .live, for: other, at: .milliseconds(time))
        }
        simulation.run(from: .seconds(3_500), until: .seconds(7_300))
        #expect(simulation.served.count { $0.share == other } == 300)
        // A call's time is a quarter of a second here. In the first minutes, some more: it began with a burst.
        #expect(simulation.longestWait(of: other) <= .seconds(4), "seed \(seed)")
        #expect(simulation.longestWait(of: other, after: .seconds(3_800)) <= .milliseconds(1_500), "seed \(seed)")
        #expect(simulation.trace.mostInAnyWindow(of: .seconds(60)) <= 240)
        #expect(simulation.served.count >= 240 * 60 * 98 / 100, "seed \(seed)")
    }

    @Test func `shares get calls by their weight, and what one leaves goes to the others`() {
        var gate = gate(CallLimits(perMinute: 12))
        for _ in 0..<30 { _ = gate.join("heavy", .live, for: BudgetShare("heavy", weight: 3)) }
        for _ in 0..<30 { _ = gate.join("light", .live, for: BudgetShare("light")) }
        for _ in 0..<2 { _ = gate.join("rare", .live, for: BudgetShare("rare")) }
        #expect(
            pass(&gate, at: at(60)) == [
                "heavy", "heavy", "heavy", "light", "rare", "heavy", "heavy", "heavy", "light", "rare", "heavy",
                "heavy",
            ])
    }

    @Test func `a tenant whose limits are used up stops no other tenant, and goes on when they open`() {
        var gate = gate(CallLimits(perMinute: 100, tenantPerMinute: 2))
        let (full, free) = (BudgetShare("full", of: "a"), BudgetShare("free", of: "b"))
        for index in 1...3 { _ = gate.join("full \(index)", .live, for: full) }
        #expect(pass(&gate, at: at(60)) == ["full 1", "full 2"])
        _ = gate.join("free 1", .bulk, for: free)
        #expect(pass(&gate, at: at(61)) == ["free 1"])
        guard case .wait(let wait)? = gate.turn(at: at(61))?.act else {
            Issue.record("somebody must look again")
            return
        }
        #expect(wait == .init(opening: .at(at(120.06).instant), window: .tenantMinute))
        #expect(pass(&gate, at: at(120)) == [])
        #expect(pass(&gate, at: at(120.06)) == ["full 3"])
    }

    @Test func `a tenant's calls that run hold its positions until one ends`() throws {
        var gate = gate(CallLimits(tenantPerMinute: 1))
        let share = BudgetShare("full", of: "a")
        for index in 1...2 { _ = gate.join("full \(index)", .live, for: share) }
        if case .write(let draft)? = gate.turn(at: at(60))?.act { gate.written(draft) }
        let turn = gate.turn(at: at(60))
        let permit = gate.admit(try #require(turn).position, at: at(60))
        #expect(gate.turn(at: at(90))?.act == .wait(.init(opening: .whenACallEnds, window: .tenantMinute)))
        gate.finish(permit, learned: nil, at: at(100))
        #expect(gate.turn(at: at(100))?.act == .wait(.init(opening: .at(at(160.06).instant), window: .tenantMinute)))
        #expect(pass(&gate, at: at(160.06)) == ["full 2"])
    }

    @Test func `a refusal for a tenant's sake closes for that tenant alone`() throws {
        var gate = gate(CallLimits(perMinute: 100))
        let (refused, other) = (BudgetShare("refused", of: "a"), BudgetShare("other", of: "b"))
        _ = gate.join("first", .live, for: refused)
        if case .write(let draft)? = gate.turn(at: at(60))?.act { gate.written(draft) }
        let turn = gate.turn(at: at(60))
        let permit = gate.admit(try #require(turn).position, at: at(60))
        gate.close(tenantOf: permit, until: at(300).instant, at: at(60))
        gate.finish(permit, learned: nil, at: at(60))
        _ = gate.join("second", .live, for: refused)
        _ = gate.join("other", .live, for: other)
        #expect(pass(&gate, at: at(61)) == ["other"])
        #expect(gate.status(at: at(61)).tenants.map(\.closedFor) == [.seconds(239), nil])
        #expect(pass(&gate, at: at(300)) == ["second"])
    }

    @Test func `bulk calls that the pace holds back let live ones pass`() {
        var gate = gate(CallLimits(perDay: 100), pacing: DayPacing(reserve: 50, burst: 80))
        for _ in 0..<100 { _ = gate.join("bulk", .bulk, for: BudgetShare("a")) }
        #expect(pass(&gate, at: at(60)).count == 31)
        #expect(gate.outlook(for: BudgetShare("b"), .bulk, at: at(60)).window == .pace)
        _ = gate.join("live", .live, for: BudgetShare("b"))
        #expect(pass(&gate, at: at(61)) == ["live"])
        guard case .wait(let wait)? = gate.turn(at: at(61))?.act else {
            Issue.record("the bulk calls wait")
            return
        }
        #expect(wait.window == .pace)
        #expect(pass(&gate, at: at(43_200)).count == 65 - 32)
    }

    @Test func `the outlook counts who goes before, and how long that takes`() {
        var gate = gate(CallLimits(perSecond: 10, perMinute: 60, perDay: 1_000))
        #expect(
            gate.outlook(for: BudgetShare("b"), .live, at: at(60))
                == .init(
                    window: nil, opensIn: .zero, callsBefore: 0, estimate: .zero))
        for _ in 0..<500 { _ = gate.join("a", .live, for: BudgetShare("a")) }
        for _ in 0..<3 { _ = gate.join("b", .live, for: BudgetShare("b")) }
        // Its own three, and three or four turns of the other's.
        #expect(gate.outlook(for: BudgetShare("b"), .live, at: at(60)).callsBefore == 7)
        #expect(gate.outlook(for: BudgetShare("a"), .live, at: at(60)).callsBefore == 503)
        let bulk = gate.outlook(for: BudgetShare("b"), .bulk, at: at(60))
        #expect(bulk.callsBefore == 503)
        #expect(gate.outlook(for: BudgetShare("b"), .bulk, behind: 40, at: at(60)).callsBefore == 543)
        // Sixty at once, the others one a second.
        #expect(bulk.estimate == .seconds(443))
        for _ in 0..<600 { _ = gate.join("a", .live, for: BudgetShare("a")) }
        let tomorrow = gate.outlook(for: BudgetShare("a"), .live, at: at(60)).estimate
        #expect(tomorrow == .seconds(86_340 + 103))
    }

    @Test func `a quota that the day's pace spreads is not said to end before the day does`() {
        var gate = PermitQueue<String>(
            WriteAheadBudget(Budget(limits: CallLimits(perDay: 1_000), pacing: .standard, at: at(60))), at: at(60))
        for _ in 0..<300 { _ = gate.join("x", .live, for: BudgetShare("a")) }
        #expect(pass(&gate, at: at(600)).count == 300)
        _ = gate.join("x", .live, for: BudgetShare("a"))
        let status = gate.status(at: at(3_670))
        #expect((status.callsPerHour ?? 0) > 300 && status.runsOutIn == nil)
    }

    @Test func `a backlog of several days ends so many days later`() {
        let gate = gate(CallLimits(perSecond: 10, perDay: 1_000))
        let day = gate.delay(after: 1_500, for: BudgetShare("a"), .live, at: at(60))
        let week = gate.delay(after: 7_500, for: BudgetShare("a"), .live, at: at(60))
        #expect(day == .seconds(86_400 - 60 + 50))
        #expect(week == .seconds(7 * 86_400 - 60 + 50))
    }

    @Test func `the status tells who waits, the pace, and when the day's quota runs out`() {
        var gate = gate(CallLimits(perDay: 1_000))
        _ = gate.join("x", .live, for: BudgetShare("a"))
        for _ in 0..<199 { _ = gate.join("x", .bulk, for: BudgetShare("b")) }
        #expect(gate.status(at: at(60)).shares == [BudgetShare("a"): [.live: 1], BudgetShare("b"): [.bulk: 199]])
        #expect(pass(&gate, at: at(60)).count == 200)
        #expect(gate.status(at: at(61)).callsPerHour == nil)
        let status = gate.status(at: at(60 + 1_800))
        #expect(status.callsPerHour == 400)
        #expect(status.runsOutIn == nil, "half an hour says nothing of the day")
        #expect(status.shares.isEmpty)
        for _ in 0..<100 { _ = gate.join("x", .live, for: BudgetShare("a")) }
        #expect(pass(&gate, at: at(60 + 1_800)).count == 100)
        #expect(gate.status(at: at(3_670)).runsOutIn == nil, "nothing waits that could go on like this")
        _ = gate.join("x", .live, for: BudgetShare("a"))
        let later = gate.status(at: at(3_670))
        #expect(later.callsPerHour == 101)
        #expect(later.runsOutIn == .seconds(3_600) * 700 / 101)
        // An hour later none of them counts.
        #expect(gate.status(at: at(3 * 3_600)).callsPerHour == 0)
        #expect(gate.status(at: at(3 * 3_600)).runsOutIn == nil)
    }

    @Test(arguments: UInt64(1)...12)
    func `whichever waiters come and go, none is forgotten and each share keeps its order`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var gate = PermitQueue<Int>(
            WriteAheadBudget(
                Budget(
                    limits: CallLimits(perSecond: 20, perMinute: 300, tenantPerMinute: 90),
                    pacing: .standard, at: at(60))), at: at(60))
        let shares = (0..<9).map { BudgetShare("\($0)", of: "\($0 / 2)", weight: $0 % 3 + 1) }
        var waiting: [Int: (share: BudgetShare, urgency: Urgency, position: WeightedRoundRobin<Int>.Position)] = [:]
        var running: [Permit] = []
        var now = 60.0
        for waiter in 0..<3_000 {
            now += Double.random(in: 0...0.2, using: &random)
            if Int.random(in: 0..<10, using: &random) < 6 {
                let share = shares.randomElement(using: &random)!
                let urgency = Urgency.allCases.randomElement(using: &random)!
                waiting[waiter] = (share, urgency, gate.join(waiter, urgency, for: share))
            } else if let left = waiting.keys.sorted().randomElement(using: &random), waiter % 3 == 0 {
                gate.leave(waiting.removeValue(forKey: left)!.position)
            }
            if !running.isEmpty, Bool.random(using: &random) {
                gate.finish(running.removeFirst(), learned: nil, at: at(now))
            }
            act(at: now)
        }
        while !waiting.isEmpty, now < 10_000 {
            for permit in running { gate.finish(permit, learned: nil, at: at(now)) }
            running = []
            now += 0.3
            act(at: now)
        }
        #expect(waiting.isEmpty, "seed \(seed)")

        func act(at now: Double) {
            while let turn = gate.turn(at: at(now)) {
                switch turn.act {
                case .write(let draft): gate.written(draft)
                case .wait: return
                case .go:
                    let waiter = gate.line[turn.position]!
                    let gone = waiting.removeValue(forKey: waiter)!
                    let isFirst = !waiting.contains {
                        $0.key < waiter && $0.value.share == gone.share && $0.value.urgency == gone.urgency
                    }
                    #expect(isFirst, "seed \(seed)")
                    running.append(gate.admit(turn.position, at: at(now)))
                }
            }
        }
    }
}
