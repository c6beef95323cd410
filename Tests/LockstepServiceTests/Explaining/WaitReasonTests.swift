import DeterministicSimulation
import Keap
import OutboundAPI
import Testing

@testable import RateLimits
@testable import LockstepService

struct WaitReasonTests {
    private func obstacle(
        _ window: BudgetWindow?, opensIn: Duration? = .zero, before: Int = 0, estimate: Duration? = .zero,
        _ change: (inout BudgetStatus) -> Void = { _ in }
    ) async -> WaitReason? {
        let gate = BudgetGate(
            limits: CallLimits(
                perSecond: 10, perMinute: 240, perDay: 30_000, tenantPerMinute: 10_000, tenantPerDay: 250_000),
            clock: ManualClock(wallOrigin: 0), saved: nil, save: { _ in })
        var status = await gate.status(tenants: ["gym"])
        change(&status)
        let outlook = BudgetOutlook(window: window, opensIn: opensIn, callsBefore: before, estimate: estimate)
        return WaitReason(status, outlook, tenant: "gym")
    }

    private func fill(_ window: BudgetWindow, of windows: inout [BudgetStatus.Window]) {
        for place in windows.indices where windows[place].window == window {
            windows[place].used = windows[place].limit
        }
    }

    @Test func `where calls go out at once there is none`() async {
        #expect(WaitReason(CircuitReport.closed) == nil)
        #expect(await obstacle(nil) == nil)
        #expect(await obstacle(.spacing, opensIn: .milliseconds(100)) == nil)
    }

    @Test func `a window that is full says what is used, when it opens and who goes before`() async throws {
        let full = await obstacle(.minute, opensIn: .seconds(12), before: 8, estimate: .seconds(14)) { status in
            fill(.minute, of: &status.windows)
        }
        let obstacle = try #require(full)
        #expect(obstacle.sentence.contains("240 of 240 calls in this minute"))
        #expect(obstacle.sentence.contains("opens in 12 s"))
        #expect(obstacle.sentence.contains("8 calls go before it"))
        #expect(obstacle.spacing == .milliseconds(250))
        #expect(obstacle.lasts == .seconds(14))
    }

    @Test func `a day that is used up opens at its end`() async throws {
        let full = await obstacle(.day, opensIn: .seconds(5 * 3_600)) { fill(.day, of: &$0.windows) }
        let obstacle = try #require(full)
        #expect(obstacle.sentence.contains("30000 of 30000 calls on this UTC day"))
        #expect(obstacle.sentence.contains("opens in 5 h"))
    }

    @Test func `the account's own limits are told as the account's`() async throws {
        let full = await obstacle(.tenantDay, opensIn: .seconds(5 * 3_600)) {
            fill(.tenantDay, of: &$0.tenants[0].windows)
        }
        #expect(try #require(full).sentence.contains("250000 of the Keap account's 250000 calls on this UTC day"))
    }

    @Test func `the pace of the day is told apart from a quota that is used up`() async throws {
        let obstacle = try #require(await obstacle(.pace, opensIn: .seconds(90)))
        #expect(obstacle.sentence.contains("spread over the day"))
        #expect(obstacle.sentence.contains("90 s"))
    }

    @Test func `a window that opens when a call ends has no estimate`() async throws {
        let obstacle = try #require(await obstacle(.second, opensIn: nil, estimate: nil))
        #expect(obstacle.sentence.contains("when a running call ends"))
        #expect(obstacle.lasts == nil)
    }

    @Test func `a refusal of Keap's names the time it said`() async throws {
        let closed = await obstacle(.closed, opensIn: .seconds(180), estimate: .seconds(180)) { status in
            status.closedFor = .seconds(180)
        }
        let obstacle = try #require(closed)
        #expect(obstacle.sentence.contains("Keap refused a call"))
        #expect(obstacle.sentence.contains("in 3 min"))
        #expect(obstacle.lasts == .seconds(180))
    }

    @Test func `calls that wait their turn are an obstacle too`() async throws {
        let obstacle = try #require(await obstacle(nil, before: 240, estimate: .seconds(60)))
        #expect(obstacle.sentence.contains("240 calls go before it"))
        #expect(obstacle.lasts == .seconds(60))
    }

    @Test func `an open circuit says why, since when, and that it is tried`() throws {
        let failing = try #require(WaitReason(.open(reason: "HTTP 503", openFor: .seconds(40), isCredential: false)))
        #expect(failing.sentence.contains("HTTP 503"))
        #expect(failing.sentence.contains("40 s"))
        #expect(failing.lasts == nil)
        let refused = try #require(WaitReason(.open(reason: "expired", openFor: .seconds(40), isCredential: true)))
        #expect(refused.sentence.contains("refused the gym's key"))
    }

    @Test(arguments: [
        (Duration.zero, "1 s"), (.milliseconds(1_200), "2 s"), (.seconds(119), "119 s"), (.seconds(150), "3 min"),
        (.seconds(7_199), "120 min"), (.seconds(3 * 3_600), "3 h"),
    ])
    func `times are said as one would say them`(_ time: Duration, _ text: String) {
        #expect(time.roughly == text)
    }
}
