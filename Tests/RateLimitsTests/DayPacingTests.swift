import SeededRandom
import Clocks
import Testing

@testable import RateLimits

struct DayPacingTests {
    private static let key = CallLimits(perSecond: 10, perMinute: 240, perDay: 30_000)
    /// A fifth of a key's minute and day, so that a day is simulated in a fifth of the time.
    private static let small = CallLimits(perSecond: 10, perMinute: 48, perDay: 6_000)
    private static let flooder = BudgetShare("flooder")
    private static let other = BudgetShare("other")

    private func at(_ hours: Double) -> WallTime {
        WallTime(milliseconds: 20_000 * 86_400_000 + Int64(hours * 3_600_000))
    }

    @Test(arguments: [(0.0, 22_500, 16_500), (6, 24_375, 19_875), (12, 26_250, 23_250), (24, 30_000, 30_000)])
    func `both releases grow evenly and reach the whole quota when the day ends`(
        hour: Double, live: Int, bulk: Int
    ) {
        let pacing = DayPacing.standard
        #expect(pacing.released(.live, of: 30_000, on: 20_000, at: at(hour)) == live)
        #expect(pacing.released(.bulk, of: 30_000, on: 20_000, at: at(hour)) == bulk)
        #expect(DayPacing.off.released(.bulk, of: 30_000, on: 20_000, at: at(hour)) == 30_000)
    }

    @Test func `a clock that fell behind the day counts as at its beginning`() {
        #expect(DayPacing.standard.released(.live, of: 30_000, on: 20_000, at: at(-50)) == 22_500)
    }

    @Test(arguments: UInt64(1)...30)
    func `the opening is the first millisecond at which so many are released`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let pacing = DayPacing(
                reserve: Int.random(in: 0...100, using: &random), burst: Int.random(in: 0...100, using: &random))
            let limit = [1, 7, 500, 30_000, 1_000_000_000].randomElement(using: &random)!
            let used = Int.random(in: 0...limit, using: &random)
            let now = at(Double.random(in: 0...24, using: &random))
            let urgency = Urgency.allCases.randomElement(using: &random)!
            func released(_ time: WallTime) -> Int { pacing.released(urgency, of: limit, on: 20_000, at: time) }
            let opening = pacing.opening(urgency, used: used, of: limit, on: 20_000, at: now)
            if used >= limit {
                #expect(opening == nil, "seed \(seed)")  // that is the day's to say
            } else if released(now) > used {
                #expect(opening == nil, "seed \(seed)")
            } else {
                let opening = try #require(opening, "seed \(seed)")
                #expect(opening > now && opening <= at(24), "seed \(seed)")
                #expect(released(opening) > used && released(opening - 1) <= used, "seed \(seed)")
            }
        }
    }

    @Test func `a flood of live calls from midnight leaves the evening something every few seconds`() {
        var simulation = DaySimulation(limits: Self.small, seed: 1)
        simulation.want(9_000, .live, for: Self.flooder, at: .zero)
        for turn in 0..<70 { simulation.want(1, .live, for: Self.other, at: .seconds(18 * 3_600 + 300 * turn)) }
        simulation.run()
        // A quarter of the quota is released evenly: here one call every 57.6 s, every second of which is the other's.
        #expect(simulation.longestWait(of: Self.other) <= .seconds(120))
        expectGoodUse(of: simulation)
    }

    @Test(arguments: [UInt64(2), 3])
    func `a flood of bulk calls from midnight never keeps live ones waiting, as long as these fit into their reserve`(
        seed: UInt64
    ) {
        var simulation = DaySimulation(limits: Self.small, seed: seed)
        simulation.want(9_000, .bulk, for: Self.flooder, at: .zero)
        for _ in 0..<300 {
            let time = Int.random(in: 600..<86_000, using: &simulation.random)
            simulation.want(
                Int.random(in: 1...6, using: &simulation.random), .live, for: Self.other, at: .seconds(time))
        }
        simulation.run()
        #expect(simulation.longestWait(of: Self.other) <= .seconds(20), "seed \(seed)")
        expectGoodUse(of: simulation)
    }

    @Test func `an import alone uses the whole day, most of it at once`() {
        var simulation = DaySimulation(limits: Self.key, seed: 4)
        simulation.want(45_000, .bulk, for: Self.flooder, at: .zero)
        simulation.run()
        #expect(simulation.served.count { $0.start < .seconds(2 * 3_600) } >= 16_500)
        expectGoodUse(of: simulation)
    }

    @Test func `an import in the evening finds what the day left`() {
        var simulation = DaySimulation(limits: Self.small, seed: 5)
        simulation.want(600, .live, for: Self.other, at: .seconds(9 * 3_600))
        simulation.want(9_000, .bulk, for: Self.flooder, at: .seconds(20 * 3_600))
        simulation.run()
        expectGoodUse(of: simulation)
    }

    @Test(arguments: [UInt64(6), 7])
    func `live calls alone are as fast as without pacing while they stay below their curve`(seed: UInt64) {
        func starts(_ pacing: DayPacing) -> [Duration] {
            var simulation = DaySimulation(limits: Self.small, seed: seed)
            simulation.pacing = pacing
            var left = 4_500
            while left > 0 {
                let count = min(left, Int.random(in: 1...600, using: &simulation.random))
                let time = Int.random(in: 0..<70_000, using: &simulation.random)
                simulation.want(count, .live, for: Self.other, at: .seconds(time))
                left -= count
            }
            simulation.run()
            return simulation.served.map(\.start)
        }
        #expect(starts(.standard) == starts(.off), "seed \(seed)")
    }

    /// At least 98 % of what the day and the minutes released, and no window exceeded.
    private func expectGoodUse(of simulation: DaySimulation, _ place: SourceLocation = #_sourceLocation) {
        let trace = simulation.trace
        #expect(trace.calls.count <= simulation.limits.perDay!, sourceLocation: place)
        #expect(trace.calls.count >= simulation.limits.perDay! * 98 / 100, sourceLocation: place)
        #expect(trace.mostInAnyWindow(of: .seconds(60)) <= simulation.limits.perMinute!, sourceLocation: place)
        #expect(trace.mostInAnyWindow(of: .seconds(1)) <= 10, sourceLocation: place)
    }
}
