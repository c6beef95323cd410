import SeededRandom
import Testing

@testable import RateLimits

struct BudgetSimulationTests {
    @Test(arguments: UInt64(1)...16)
    func `no second, minute or day is exceeded, wherever a call arrives and whenever the program dies`(seed: UInt64)
        throws
    {
        var random = SeededGenerator(seed: seed)
        let limits = CallLimits(
            perSecond: Int.random(in: 1...12, using: &random), perMinute: Int.random(in: 5...240, using: &random),
            perDay: Int.random(in: 50...2_000, using: &random),
            tenantPerMinute: Int.random(in: 5...240, using: &random))
        var simulation = BudgetSimulation(
            limits: limits, concurrency: Int.random(in: 1...12, using: &random), callLength: 1...3_000, seed: seed)
        simulation.deathsOneIn = Int.random(in: 20...150, using: &random)
        simulation.lateness = 3_000
        // Begin shortly before midnight.
        simulation.wallAtStart = .seconds(20_001 * 86_400 - Int64.random(in: 10...300, using: &random))
        try simulation.run(for: .seconds(600))

        let trace = simulation.trace
        #expect(trace.mostInAnyWindow(of: .seconds(1)) <= limits.perSecond!, "seed \(seed)")
        #expect(
            trace.mostInAnyWindow(of: .seconds(60)) <= min(limits.perMinute!, limits.tenantPerMinute!), "seed \(seed)")
        #expect(trace.mostInAnyDay(wall: simulation.wallAtStart, skew: .seconds(2)) <= limits.perDay!, "seed \(seed)")
        #expect(trace.calls.count > 20 && simulation.deaths > 0, "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...10)
    func `of a credential with several tenants neither its windows nor any tenant's are exceeded, over restarts`(
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        let limits = CallLimits(
            perSecond: 25, perMinute: Int.random(in: 60...300, using: &random), perDay: 1_000,
            tenantPerMinute: Int.random(in: 5...100, using: &random),
            tenantPerDay: Int.random(in: 100...400, using: &random))
        var simulation = BudgetSimulation(limits: limits, concurrency: 9, callLength: 1...2_000, seed: seed)
        simulation.tenants = Int.random(in: 2...6, using: &random)
        simulation.deathsOneIn = Int.random(in: 40...150, using: &random)
        simulation.wallAtStart = .seconds(20_001 * 86_400 - Int64.random(in: 10...300, using: &random))
        try simulation.run(for: .seconds(600))

        #expect(simulation.trace.mostInAnyWindow(of: .seconds(60)) <= limits.perMinute!, "seed \(seed)")
        #expect(simulation.traceOfTenant.count == simulation.tenants && simulation.deaths > 0, "seed \(seed)")
        for trace in simulation.traceOfTenant.values {
            #expect(trace.mostInAnyWindow(of: .seconds(60)) <= limits.tenantPerMinute!, "seed \(seed)")
            let most = trace.mostInAnyDay(wall: simulation.wallAtStart, skew: .seconds(2))
            #expect(most <= limits.tenantPerDay!, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...10)
    func `a restart forfeits at most the rest of one slice`(seed: UInt64) throws {
        let limits = CallLimits(perSecond: 10, perMinute: 240, perDay: 30_000)
        var simulation = BudgetSimulation(limits: limits, concurrency: 4, callLength: 1...200, seed: seed)
        simulation.deathsOneIn = 100
        try simulation.run(for: .seconds(900))
        let forfeited = try #require(simulation.forfeited)
        #expect((0...24).contains(forfeited), "seed \(seed)")
    }

    @Test(arguments: [
        (CallLimits(perSecond: 10, perMinute: 240, perDay: 30_000), 4.0),
        (CallLimits(perSecond: 25, perMinute: 1_500, perDay: 150_000), 25.0),
        (CallLimits(perSecond: 10), 10.0),
        (CallLimits(perMinute: 60), 1.0),
    ])
    func `while work waits and calls are short, at least 98 % of the allowed calls are made`(
        limits: CallLimits, perSecond: Double
    ) throws {
        var simulation = BudgetSimulation(limits: limits, concurrency: 8, callLength: 1...9, seed: 11)
        simulation.lateness = 1_000
        let minutes = 5.0
        try simulation.run(for: .seconds(Int(minutes * 60)))
        let share = Double(simulation.trace.calls.count) / (perSecond * 60 * minutes)
        #expect(share >= 0.98, "\(share)")
        #expect(simulation.writes <= simulation.trace.calls.count / max(1, (limits.perMinute ?? 600) / 10) + 1)
    }

    @Test(arguments: [1...9, 20...300])
    func `what a peer says of our own calls costs us none`(callLength: ClosedRange<Int>) throws {
        let limits = CallLimits(perSecond: 10, perMinute: 240, perDay: 30_000)
        var simulation = BudgetSimulation(limits: limits, concurrency: 8, callLength: callLength, seed: 13)
        simulation.peerAnnounces = true
        try simulation.run(for: .seconds(600))
        let share = Double(simulation.trace.calls.count) / 2_400
        #expect(share >= 0.98, "\(share)")
        #expect(simulation.trace.mostInAnyWindow(of: .seconds(60)) <= 240)
    }

    @Test func `a small day is used up to the last call, three days in a row`() throws {
        var simulation = BudgetSimulation(limits: CallLimits(perDay: 100), concurrency: 2, callLength: 1...50, seed: 5)
        simulation.wallAtStart = .seconds(20_000 * 86_400 + 3_600)
        try simulation.run(for: .seconds(3 * 86_400 - 3_600 - 10))
        #expect(simulation.trace.calls.count == 300)
    }
}
