import Foundation
import Keap
import Testing
import WireFormats

@testable import KeapBilling

/// Which hooks are registered and revived, and when polls are due.
@Suite struct HookPlanTests {
    private let events = [
        "contact.add", "order.add", "order.edit", "subscription.edit", "invoice.add", "invoice.payment.add", "task.add",
    ]
    private let address = HookPlan.address("https://gym.example", gym: "downtown", token: "t")

    private func plan(_ hooks: [KeapHook]) -> HookPlan {
        HookPlan(hooks: hooks, events: events, address: address, path: HookPlan.path(of: "downtown"))
    }

    private func hook(_ id: Int, _ event: String, _ status: KeapHook.Status?, at address: String? = nil) -> KeapHook {
        KeapHook(id: HookID("\(id)"), event: event, address: address ?? self.address, status: status)
    }

    @Test func `all of bills are registered`() {
        #expect(address == "https://gym.example/hooks/downtown/keap/t")
        let plan = plan([hook(9, "contact.add", .verified)])
        #expect(plan.missing == ["invoice.add", "invoice.payment.add", "order.add", "order.edit", "subscription.edit"])
        #expect(!plan.isHealthy)
    }

    @Test func `nothing is registered twice`() {
        let hooks = events.enumerated().map { hook($0.offset, $0.element, .verified) }
        #expect(plan(hooks).isHealthy)
        let doubled = plan(hooks + [hook(20, "order.add", .inactive)])
        #expect(doubled.isHealthy, "one that works is enough")
    }

    @Test func `the inactive and the unverified are revived`() {
        let hooks = [
            hook(1, "order.add", .inactive), hook(2, "order.edit", .unverified), hook(3, "subscription.edit", nil),
            hook(4, "invoice.add", .verified), hook(5, "invoice.payment.add", .verified),
        ]
        #expect(plan(hooks).silent.map(\.id.text) == ["1", "2", "3"])
        #expect(plan(hooks).missing.isEmpty)
        #expect(!plan(hooks).isHealthy)
    }

    @Test func `hooks of an earlier token are noticed`() {
        let old = hook(1, "order.add", .verified, at: "https://gym.example/hooks/downtown/keap/old")
        let other = hook(2, "order.add", .verified, at: "https://other.example/hook")
        #expect(plan([old, other]).elsewhere == [old])
        #expect(plan([old]).missing.contains("order.add"))
    }

    @Test func `an account without such events is not healthy`() {
        #expect(!HookPlan(hooks: [], events: [], address: address, path: "/x/").isHealthy)
    }

    @Test func `polls are due by the health of hooks`() throws {
        var timer = PollTimer(ReadingSettings())
        var state = ReadingState()
        #expect(timer.due(state, at: morning) == morning)
        state.polledAt = morning
        #expect(timer.due(state, at: morning) == morning + 5 * minute)
        timer.isHealthy = true
        #expect(timer.due(state, at: morning) == morning + 30 * minute)
        #expect(timer.due(state, at: morning - day) == morning - day + 30 * minute, "the clock was set back")

        var ending = KeapSubscription(id: SubscriptionID("1"))
        ending.end = CivilDay("2026-03-21")
        state.due.note(ending, today: DueDates.day(at: morning, in: .gmt))
        let midnight = try #require(CivilDay("2026-03-21")).daysSince1970 * day
        state.polledAt = midnight - 10 * minute
        #expect(timer.due(state, at: midnight - 9 * minute) == midnight)
        state.polledAt = midnight
        #expect(timer.due(state, at: midnight) == midnight + 30 * minute)
        #expect(PollTimer.key(after: state) == "keap-poll/1")
    }
}
