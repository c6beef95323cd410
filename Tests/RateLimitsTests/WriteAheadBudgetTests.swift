import Clocks
import Testing

@testable import RateLimits

struct WriteAheadBudgetTests {
    private static let midnight = WallTime.startOf(day: 20_000)

    /// Seconds since a midnight; the clock began at 1,000 s before it.
    private func at(_ seconds: Double) -> ClockReading {
        let milliseconds = Int64(seconds * 1_000)
        return ClockReading(
            Instant(offset: .milliseconds(1_000_000 + milliseconds)),
            wall: WallTime(milliseconds: Self.midnight.milliseconds + milliseconds))
    }

    private func fresh(_ limits: CallLimits, at now: ClockReading) -> WriteAheadBudget {
        WriteAheadBudget(Budget(limits: limits, at: now))
    }

    /// Steps until something is not a call; finishes each call at once.
    private func spend(_ budget: inout WriteAheadBudget, upTo most: Int, at now: ClockReading) -> Int {
        for spent in 0..<most {
            guard let permit = budget.step(at: now).permit else { return spent }
            budget.finish(permit, learned: nil, at: now)
        }
        return most
    }

    private func writeSlice(_ budget: inout WriteAheadBudget, at now: ClockReading) -> BudgetUse? {
        guard let draft = budget.step(at: now).draft else { return nil }
        budget.written(draft)
        return draft.use
    }

    @Test func `a slice is on disk before its first call, and is a tenth of a minute's calls`() throws {
        var budget = fresh(CallLimits(perMinute: 240), at: at(60))
        let use = try #require(writeSlice(&budget, at: at(60)))
        #expect(use.open == 24)
        #expect(use.day.used == 24)
        #expect(spend(&budget, upTo: 1_000, at: at(60)) == 12)
        #expect(spend(&budget, upTo: 1_000, at: at(63)) == 12)
        let next = try #require(writeSlice(&budget, at: at(64)))
        #expect(next.open == 24)
        #expect(next.day.used == 48)
        #expect(next.minute == [.init(age: .seconds(4), count: 12), .init(age: .seconds(1), count: 12)])
    }

    @Test func `a draft that was not written grants nothing`() {
        var budget = fresh(CallLimits(perMinute: 240), at: at(60))
        #expect(budget.step(at: at(60)).draft != nil)
        #expect(budget.step(at: at(61)).draft != nil)
        #expect(budget.budget.granted == 0)
    }

    @Test(arguments: [
        (CallLimits(perMinute: 5), 1), (CallLimits(perSecond: 1), 6), (CallLimits(), 100),
        (CallLimits(perMinute: 240, tenantPerMinute: 100), 10), (CallLimits(perMinute: 240, perDay: 7), 7),
    ])
    func `a slice is small, at least one call, and never more than the day has left`(limits: CallLimits, size: Int) {
        var budget = fresh(limits, at: at(60))
        #expect(writeSlice(&budget, at: at(60))?.open == size)
    }

    @Test func `settling gives the rest of the slice back`() {
        var budget = fresh(CallLimits(perMinute: 240), at: at(60))
        _ = writeSlice(&budget, at: at(60))
        #expect(spend(&budget, upTo: 3, at: at(60)) == 3)
        let draft = budget.settlement(at: at(61))
        budget.written(draft)
        #expect(draft.use.open == 0)
        #expect(draft.use.day.used == 3)
        #expect(budget.step(at: at(61)).draft != nil)
    }

    @Test func `after a restart the last slice counts as used then, and earlier calls when they ended`() throws {
        var budget = fresh(CallLimits(perMinute: 48, perDay: 1_000), at: at(60))
        for second in stride(from: 60.0, through: 70, by: 5) {
            _ = writeSlice(&budget, at: at(second))
            #expect(spend(&budget, upTo: 4, at: at(second)) == 4)
        }
        let draft = try #require(budget.step(at: at(80)).draft)
        let use = try BudgetUse(bytes: draft.use.bytes)

        var restarted = Budget(limits: CallLimits(perMinute: 48, perDay: 1_000), resuming: use, at: at(90))
        func used(_ seconds: Double) -> [Int] { restarted.status(at: at(seconds)).windows.map(\.used) }
        #expect(used(90) == [16, 16])
        #expect(used(120.1) == [12, 16])
        #expect(used(130.1) == [4, 16])
        #expect(used(150) == [4, 16])
        #expect(used(150.1) == [0, 16])
    }

    @Test func `a wall clock that fell back while we were down makes nothing older`() {
        var budget = fresh(CallLimits(perMinute: 10), at: at(60))
        for _ in 0..<10 {
            _ = writeSlice(&budget, at: at(60))
            _ = spend(&budget, upTo: 1, at: at(60))
        }
        let use = budget.settlement(at: at(60)).use
        let later = ClockReading(at(70).instant, wall: at(-7_200).wall)
        var restarted = Budget(limits: CallLimits(perMinute: 10), resuming: use, at: later)
        #expect(restarted.bindingLimit(at: later)?.opening == .at(at(130.06).instant))
    }

    @Test func `a closed budget is written before anybody waits for it, and stays closed after a restart`() throws {
        var budget = fresh(CallLimits(perMinute: 240), at: at(60))
        _ = writeSlice(&budget, at: at(60))
        budget.close(until: at(500).instant, at: at(60))
        let use = try #require(writeSlice(&budget, at: at(61)))
        #expect(budget.step(at: at(61)).wait?.window == .closed)

        var restarted = Budget(limits: CallLimits(perMinute: 240), resuming: use, at: at(300))
        #expect(restarted.bindingLimit(at: at(300)) == .init(opening: .at(at(500.001).instant), window: .closed))
    }

    @Test func `announced limits are written, and hold after a restart below a new ceiling`() throws {
        var budget = fresh(CallLimits(perMinute: 240), at: at(60))
        _ = writeSlice(&budget, at: at(60))
        let permit = try #require(budget.step(at: at(60)).permit)
        budget.finish(permit, learned: ReportedLimits(minute: .init(limit: 100), day: .init(limit: 500)), at: at(60))
        let use = try #require(writeSlice(&budget, at: at(60)))
        #expect(use.open == 23)  // the slice goes on
        let restarted = Budget(
            limits: CallLimits(perMinute: 240), ceiling: CallLimits(perDay: 50), resuming: use, at: at(100))
        #expect(restarted.limits == CallLimits(perMinute: 100, perDay: 50))
    }

    @Test func `a record that cannot be read makes seconds and minutes begin as full`() {
        let limits = CallLimits(perSecond: 10, perMinute: 240, tenantPerMinute: 10_000)
        var budget = Budget(limits: limits, resuming: .unreadable(limits: limits, at: at(60).wall), at: at(60))
        let status = budget.status(tenants: ["downtown"], at: at(60))
        #expect(status.windows.map(\.used) == [240, 240])
        #expect(status.tenants.first?.windows.map(\.used) == [10_000])
        #expect(budget.bindingLimit(at: at(60))?.opening == .at(at(120.06).instant))
        #expect(budget.bindingLimit(at: at(120.06)) == nil)
    }
}
