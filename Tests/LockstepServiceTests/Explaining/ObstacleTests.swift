import Keap
import LockstepLimits
import Testing

@testable import LockstepService

struct ObstacleTests {
    private func budget(_ change: (inout BudgetStatus) -> Void = { _ in }) async -> BudgetStatus {
        let gate = BudgetGate(
            limits: CallLimits(perSecond: 10, perMinute: 240, perDay: 30_000), clock: ContinuousClock(), wall: { 0 },
            saved: nil, save: { _ in })
        var status = await gate.status()
        change(&status)
        return status
    }

    private func open(_ window: BudgetWindow, in time: Duration?, _ status: inout BudgetStatus) {
        status.obstacle = window
        for place in status.windows.indices where status.windows[place].window == window {
            status.windows[place].opensIn = time
            status.windows[place].used = status.windows[place].limit
        }
    }

    @Test func `where calls go out at once there is none`() async {
        #expect(Obstacle(CircuitReport.closed) == nil)
        let free = await budget()
        #expect(Obstacle(free) == nil)
    }

    @Test func `a window that is full says what is used, when it opens and who waits`() async throws {
        let status = await budget { status in
            open(.minute, in: .seconds(12), &status)
            status.waiting = [.live: 8]
        }
        let obstacle = try #require(Obstacle(status))
        #expect(obstacle.sentence.contains("240 of 240 calls in this minute"))
        #expect(obstacle.sentence.contains("opens in 12 s"))
        #expect(obstacle.sentence.contains("8 calls wait"))
        #expect(obstacle.spacing == .milliseconds(250))
        #expect(obstacle.lasts == .seconds(14), "eight calls take two seconds at 240 a minute")
    }

    @Test func `a day that is used up opens at its end`() async throws {
        let status = await budget { status in open(.day, in: .seconds(5 * 3_600), &status) }
        let obstacle = try #require(Obstacle(status))
        #expect(obstacle.sentence.contains("30000 of 30000 calls on this UTC day"))
        #expect(obstacle.sentence.contains("opens in 5 h"))
    }

    @Test func `a window that opens when a call ends has no estimate`() async throws {
        let status = await budget { status in open(.second, in: nil, &status) }
        let obstacle = try #require(Obstacle(status))
        #expect(obstacle.sentence.contains("when a running call ends"))
        #expect(obstacle.lasts == nil)
    }

    @Test func `a refusal of Keap's names the time it said`() async throws {
        let status = await budget { $0.closedFor = .seconds(180) }
        let obstacle = try #require(Obstacle(status))
        #expect(obstacle.sentence.contains("Keap refused a call"))
        #expect(obstacle.sentence.contains("in 3 min"))
        #expect(obstacle.lasts == .seconds(180))
    }

    @Test func `calls that wait their turn are an obstacle too`() async throws {
        let status = await budget { $0.waiting = [.live: 1, .bulk: 239] }
        let obstacle = try #require(Obstacle(status))
        #expect(obstacle.sentence.contains("240 calls wait"))
        #expect(obstacle.lasts == .seconds(60))
    }

    @Test func `an open circuit says why, since when, and that it is tried`() throws {
        let failing = try #require(Obstacle(.open(reason: "HTTP 503", openFor: .seconds(40), isCredential: false)))
        #expect(failing.sentence.contains("HTTP 503"))
        #expect(failing.sentence.contains("40 s"))
        #expect(failing.lasts == nil)
        let refused = try #require(Obstacle(.open(reason: "expired", openFor: .seconds(40), isCredential: true)))
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
