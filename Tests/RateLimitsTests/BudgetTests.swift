import Clocks
import Testing

@testable import RateLimits

struct BudgetTests {
    private static let midnight = WallTime.startOf(day: 20_000)

    /// Seconds since a midnight.
    private func at(_ seconds: Double) -> ClockReading {
        let milliseconds = Int64(seconds * 1_000)
        return ClockReading(
            Instant(offset: .milliseconds(milliseconds)),
            wall: WallTime(milliseconds: Self.midnight.milliseconds + milliseconds))
    }

    private func spend(_ count: Int, of budget: inout Budget, at now: ClockReading) {
        for _ in 0..<count { call(&budget, at: now) }
    }

    private func call(_ budget: inout Budget, learning: ReportedLimits? = nil, at now: ClockReading) {
        guard case .go(let permit) = budget.take(at: now) else {
            Issue.record("the budget is closed: \(String(describing: budget.bindingLimit(at: now)))")
            return
        }
        budget.finish(permit, learned: learning, at: now)
    }

    @Test func `calls are spaced evenly within the second`() {
        var budget = Budget(limits: CallLimits(perSecond: 10), at: at(60))
        call(&budget, at: at(60))
        #expect(budget.take(at: at(60)) == .wait(.init(opening: .at(at(60.05).instant), window: .spacing)))
        call(&budget, at: at(60.1))
    }

    @Test func `the limit that opens last is the one waited for, and a refusal takes from none`() {
        var budget = Budget(limits: CallLimits(perMinute: 2, perDay: 3, tenantPerMinute: 3), at: at(60))
        spend(2, of: &budget, at: at(60))
        #expect(budget.take(at: at(60)) == .wait(.init(opening: .at(at(120.06).instant), window: .minute)))
        call(&budget, at: at(121))
        #expect(budget.take(at: at(121)) == .wait(.init(opening: .at(at(86_402).instant), window: .day)))
        let status = budget.status(at: at(121))
        let windows = status.windows + status.tenants.flatMap(\.windows)
        #expect(windows.map(\.window) == [.minute, .day, .tenantMinute])
        #expect(windows.map(\.used) == [1, 3, 1])
        #expect(windows.map(\.limit) == [2, 3, 3])
        #expect(windows.map(\.opensIn) == [.zero, .seconds(86_281), .zero])
    }

    @Test func `the tenant's day is a limit of its own`() {
        var budget = Budget(limits: CallLimits(perDay: 9, tenantPerDay: 1), at: at(60))
        call(&budget, at: at(60))
        #expect(budget.bindingLimit(at: at(60))?.window == .tenantDay)
    }

    @Test func `without limits nothing waits`() {
        var budget = Budget(limits: CallLimits(), at: at(60))
        spend(1_000, of: &budget, at: at(60))
        #expect(budget.status(at: at(60)).windows.isEmpty)
    }

    @Test func `a call that holds the last place is waited for`() throws {
        var budget = Budget(limits: CallLimits(perMinute: 1), at: at(60))
        let permit = try #require(budget.take(at: at(60)).permit)
        #expect(budget.bindingLimit(at: at(500)) == .init(opening: .whenACallEnds, window: .minute))
        #expect(budget.status(at: at(500)).windows.first?.opensIn == nil)
        budget.finish(permit, at: at(500))
        #expect(budget.bindingLimit(at: at(500)) == .init(opening: .at(at(560.06).instant), window: .minute))
    }

    @Test func `announced limits replace the defaults, down and up, but never above the ceiling`() {
        var budget = Budget(limits: CallLimits(perMinute: 240), ceiling: CallLimits(perMinute: 500), at: at(60))
        call(&budget, learning: ReportedLimits(minute: .init(limit: 3)), at: at(60))
        #expect(budget.limits.perMinute == 3)
        spend(2, of: &budget, at: at(60))
        #expect(budget.bindingLimit(at: at(60))?.window == .minute)
        call(&budget, learning: ReportedLimits(minute: .init(limit: 400)), at: at(200))
        #expect(budget.limits.perMinute == 400)
        call(&budget, learning: ReportedLimits(minute: .init(limit: 9_999)), at: at(200))
        #expect(budget.limits.perMinute == 500)
    }

    @Test func `a limit is learned where none was known`() {
        var budget = Budget(limits: CallLimits(), at: at(60))
        call(
            &budget,
            learning: ReportedLimits(
                perSecond: 5, day: .init(limit: 100), tenantMinute: .init(limit: 10), tenantDay: .init(limit: 1_000)),
            at: at(60))
        #expect(budget.limits == CallLimits(perSecond: 5, perDay: 100))
        let tenant = budget.status(at: at(60)).tenants.first
        #expect(tenant?.windows.map(\.limit) == [10, 1_000])
        #expect(budget.bindingLimit(at: at(60)) == nil)  // the call was taken before there was a spacing
        call(&budget, at: at(60))
        #expect(budget.bindingLimit(at: at(60))?.window == .spacing)
    }

    @Test func `a ceiling holds from the start`() {
        let budget = Budget(
            limits: CallLimits(perMinute: 240), ceiling: CallLimits(perMinute: 100, perDay: 7), at: at(60))
        #expect(budget.limits == CallLimits(perMinute: 100, perDay: 7))
    }

    @Test(arguments: [0, -1, Int.min])
    func `a limit that lets nothing through is not believed`(limit: Int) {
        var budget = Budget(limits: CallLimits(perSecond: 10, perMinute: 240), at: at(60))
        call(&budget, learning: ReportedLimits(perSecond: limit, minute: .init(limit: limit)), at: at(60))
        #expect(budget.limits == CallLimits(perSecond: 10, perMinute: 240))
    }

    private func used(_ budget: inout Budget, _ window: BudgetWindow, at now: ClockReading) -> Int? {
        let status = budget.status(at: now)
        return (status.windows + status.tenants.flatMap(\.windows)).first { $0.window == window }?.used
    }

    /// A budget that made so many calls for a tenant, as it would be kept.
    private func use(of calls: Int, announcing announced: ReportedLimits? = nil, at now: ClockReading)
        -> BudgetUse
    {
        var budget = Budget(limits: CallLimits(perMinute: 240, perDay: 30_000, tenantPerDay: 250_000), at: now)
        for _ in 0..<calls {
            guard case .go(let permit) = budget.take(of: "t", at: now) else { continue }
            budget.finish(permit, learned: announced, at: now)
        }
        return budget.use(reserving: 0, at: now)
    }

    @Test func `what two gates used that are counted together counts in each window`() {
        let now = at(0)
        var budget = Budget(
            limits: CallLimits(perMinute: 240, perDay: 30_000, tenantPerDay: 250_000), resuming: use(of: 5, at: now),
            at: now)
        budget.absorb(use(of: 7, at: now), at: now)
        #expect(used(&budget, .minute, at: now) == 12)
        #expect(used(&budget, .day, at: now) == 12)
        #expect(used(&budget, .tenantDay, at: now) == 12)
        // The minute forgets, the day does not.
        #expect(used(&budget, .minute, at: at(120)) == 0)
        #expect(used(&budget, .day, at: at(120)) == 12)
    }

    @Test func `where the peer told both what it counts, the day is not counted twice`() {
        let now = at(3_600)
        let said = ReportedLimits(
            day: .init(limit: 30_000, used: 20_000), tenantDay: .init(limit: 250_000, used: 20_000))
        var budget = Budget(
            limits: CallLimits(perMinute: 240, perDay: 30_000), resuming: use(of: 2, announcing: said, at: now), at: now
        )
        let more = ReportedLimits(
            day: .init(limit: 30_000, used: 20_100), tenantDay: .init(limit: 250_000, used: 20_100))
        budget.absorb(use(of: 2, announcing: more, at: now), at: now)
        #expect(used(&budget, .day, at: now) == 20_101)
        #expect(used(&budget, .tenantDay, at: now) == 20_101)
    }

    @Test func `another's use of yesterday does not count today, and its refusal holds`() {
        var budget = Budget(limits: CallLimits(perDay: 100), at: at(86_400 + 60))
        var other = use(of: 9, at: at(0))
        other.closedUntil = (at(86_400 + 60).wall + 30_000)
        budget.absorb(other, at: at(86_400 + 60))
        #expect(used(&budget, .day, at: at(86_400 + 60)) == 0)
        #expect(budget.commonBindingLimit(at: at(86_400 + 60))?.window == .closed)
        #expect(budget.commonBindingLimit(at: at(86_400 + 91)) == nil)
    }

    @Test func `a call that was never made gives back what it took of the windows`() {
        var budget = Budget(
            limits: CallLimits(perDay: 2, tenantPerMinute: 2, tenantPerDay: 2), at: at(60))
        for second in stride(from: 0.0, to: 50, by: 1) {
            guard case .go(let permit) = budget.take(at: at(60 + second)) else {
                Issue.record("second \(second)")
                return
            }
            budget.release(permit, at: at(60 + second))
        }
        #expect(budget.leftToday == 2)
        #expect(budget.bindingLimit(at: at(200)) == nil)
    }

    @Test func `what the peer said meanwhile may have been about others, so nothing is given back then`() {
        var budget = Budget(limits: CallLimits(perDay: 10), at: at(60))
        guard case .go(let first) = budget.take(at: at(60)), case .go(let unsent) = budget.take(at: at(61)) else {
            Issue.record("there is room")
            return
        }
        budget.finish(first, learned: ReportedLimits(day: .init(used: 2)), at: at(62))
        budget.release(unsent, at: at(63))
        #expect(budget.leftToday == 8)
    }

    @Test func `a call of before midnight that was never made counts on neither day`() {
        let midnight = 86_400.0
        var budget = Budget(limits: CallLimits(perDay: 10), at: at(midnight - 60))
        guard case .go(let permit) = budget.take(at: at(midnight - 30)) else {
            Issue.record("there is room")
            return
        }
        #expect(budget.bindingLimit(at: at(midnight + 30)) == nil)
        budget.release(permit, at: at(midnight + 30))
        #expect(budget.leftToday == 10)
    }

    @Test func `absurdly large numbers are survived`() throws {
        var budget = Budget(limits: CallLimits(perSecond: 10, perMinute: 240), at: at(60))
        let window = ReportedLimits.Window(limit: .max, used: .max, available: .min)
        call(
            &budget,
            learning: ReportedLimits(
                perSecond: .max, minute: window, day: window, tenantMinute: window, tenantDay: window, dayEnds: .max),
            at: at(60))
        #expect(budget.limits.perSecond == 1_000_000_000)
        // An end of the day that cannot be does not keep the rest from being believed.
        #expect(budget.bindingLimit(at: at(60))?.window == .day)
        var sliced = WriteAheadBudget(budget)
        let draft = try #require(sliced.step(at: at(86_600)).draft)
        #expect(!draft.use.bytes.isEmpty)
    }

    @Test func `what others used leaves us the smaller remainder`() {
        var budget = Budget(limits: CallLimits(perMinute: 240, perDay: 30_000), at: at(60))
        call(
            &budget, learning: ReportedLimits(minute: .init(used: 238), day: .init(limit: 500, available: 1)),
            at: at(60))
        call(&budget, at: at(61))
        #expect(budget.bindingLimit(at: at(61)) == .init(opening: .at(at(86_402).instant), window: .day))
        #expect(budget.status(at: at(61)).windows.map(\.used) == [239, 500])
    }

    @Test func `fewer than we know of changes nothing`() {
        var budget = Budget(limits: CallLimits(perMinute: 3, perDay: 3), at: at(60))
        spend(2, of: &budget, at: at(60))
        call(&budget, learning: ReportedLimits(minute: .init(used: 1), day: .init(used: 1)), at: at(60))
        #expect(budget.status(at: at(60)).windows.map(\.used) == [3, 3])
    }

    @Test func `yesterday's use, told after midnight, does not count today`() throws {
        var budget = Budget(limits: CallLimits(perDay: 10), at: at(-60))
        let midnight = Self.midnight.milliseconds
        let first = try #require(budget.take(at: at(-10)).permit)
        let second = try #require(budget.take(at: at(-10)).permit)
        budget.finish(first, learned: ReportedLimits(day: .init(used: 10), dayEnds: midnight), at: at(5))
        #expect(budget.bindingLimit(at: at(5)) == nil)
        // Without the end of its day, it may speak of either.
        budget.finish(second, learned: ReportedLimits(day: .init(used: 10)), at: at(6))
        #expect(budget.bindingLimit(at: at(6)) == nil)
        call(&budget, learning: ReportedLimits(day: .init(used: 10), dayEnds: midnight + 86_400_000), at: at(7))
        #expect(budget.bindingLimit(at: at(7))?.window == .day)
    }

    @Test func `a refusal closes the budget; the furthest instant holds`() {
        var budget = Budget(limits: CallLimits(perMinute: 240), at: at(60))
        budget.close(until: at(90).instant, at: at(60))
        budget.close(until: at(70).instant, at: at(61))
        #expect(budget.take(at: at(62)) == .wait(.init(opening: .at(at(90).instant), window: .closed)))
        #expect(budget.status(at: at(62)).closedFor == .seconds(28))
        call(&budget, at: at(90))
        #expect(budget.status(at: at(90)).closedFor == nil)
    }

    @Test func `no refusal closes for longer than 25 hours`() {
        var budget = Budget(limits: CallLimits(), at: at(0))
        budget.close(until: at(1e9).instant, at: at(0))
        #expect(budget.bindingLimit(at: at(0))?.opening == .at(at(90_000).instant))
    }
}
