import Clocks
import Testing

@testable import LockstepService
@testable import RateLimits

/// The small values that alerts are decided by.
@Suite struct AlertSignsTests {
    private func at(_ seconds: Int64, wall: Int64? = nil) -> ClockReading {
        ClockReading(
            Instant(offset: .seconds(seconds)), wall: WallTime(milliseconds: 1_000_000 + (wall ?? seconds) * 1_000))
    }

    @Test func `a clock that is set by more than a minute is told for an hour`() {
        var clock = ClockJump()
        clock.look(at: at(0))
        clock.look(at: at(5, wall: 60))
        #expect(clock.jump == nil, "55 s are no jump")
        clock.look(at: at(10, wall: 7_265))
        #expect(clock.jump?.milliseconds == 7_200_000)
        clock.look(at: at(3_605, wall: 10_860))
        #expect(clock.jump != nil)
        clock.look(at: at(3_610, wall: 10_865))
        #expect(clock.jump == nil)
        clock.look(at: at(3_615, wall: 0))
        #expect(clock.jump.map { $0.milliseconds < 0 } == true)
    }

    @Test func `dead letters are news for a day, for each gym once`() {
        var letters = NewDeadLetters()
        let day = NewDeadLetters.memory
        #expect(letters.look(["east": 2, "west": 0], at: 0) == ["east": 2])
        #expect(letters.look(["east": 3], at: day - 1) == ["east": 3])
        #expect(letters.look(["east": 3], at: 2 * day - 2) == ["east": 3])
        #expect(letters.look(["east": 3], at: 2 * day) == [:], "nothing new for a day")
        #expect(letters.look(["east": 1], at: 2 * day + 1) == [:], "discarding is no news")
        #expect(letters.look(["east": 2], at: 2 * day + 2) == ["east": 2])
        #expect(letters.look([:], at: 2 * day + 3) == [:])
        #expect(letters.look(["east": 2], at: 2 * day + 4) == ["east": 2])
    }

    private func status(
        used: Int, limit: Int = 24_000, perHour: Int?, waiting: Int = 3, released: Int? = nil, dayEndsIn: Duration
    ) -> BudgetStatus {
        var status = BudgetStatus(
            windows: [.init(window: .day, limit: limit, used: used, opensIn: .zero)], tenants: [],
            pace: .init(pacing: .off, released: [.live: released ?? limit], opensIn: [:]), closedFor: nil,
            bindingLimit: nil, running: 0, granted: 0, callsPerHour: perHour, dayEndsIn: dayEndsIn)
        status.isPaceOfAnHour = perHour != nil
        status.waiting = [.live: waiting]
        return status
    }

    @Test func `a budget that ends before the day does says when`() throws {
        let end = try #require(BudgetEnd(status(used: 20_000, perHour: 2_000, dayEndsIn: .seconds(7 * 3_600))))
        #expect(end.endsIn == .seconds(7_200) && !end.isSlowedOnly)
        #expect(BudgetEnd(status(used: 20_000, perHour: 500, dayEndsIn: .seconds(7 * 3_600))) == nil)
        #expect(
            BudgetEnd(status(used: 20_000, perHour: nil, dayEndsIn: .seconds(7 * 3_600))) == nil, "too early to say")
        #expect(BudgetEnd(status(used: 24_000, perHour: nil, dayEndsIn: .seconds(60)))?.endsIn == .zero)
        #expect(BudgetEnd(status(used: 24_000, perHour: nil, waiting: 0, dayEndsIn: .seconds(60))) == nil)
    }

    @Test func `what is released meanwhile makes it last longer`() throws {
        // 3,000 of the day are withheld and come back at 1,000 an hour.
        let paced = status(used: 20_000, perHour: 2_000, released: 21_000, dayEndsIn: .seconds(3 * 3_600))
        let end = try #require(BudgetEnd(paced))
        #expect(end.endsIn == .seconds(3_600) && end.isSlowedOnly)
        let slow = status(used: 20_000, perHour: 1_000, released: 21_000, dayEndsIn: .seconds(3 * 3_600))
        #expect(BudgetEnd(slow) == nil)
    }

    @Test func `a disk is nearly full below a twentieth and two gigabytes, or below what a journal needs`() {
        #expect(DiskRoom(free: 100 << 20, size: 1 << 40).isNearlyFull)
        #expect(DiskRoom(free: 1 << 30, size: 100 << 30).isNearlyFull)
        #expect(!DiskRoom(free: 3 << 30, size: 100 << 30).isNearlyFull)
        #expect(!DiskRoom(free: 1 << 30, size: 10 << 30).isNearlyFull)
    }

    @Test func `the web hook is told in order, at most two hundred wait, and pauses grow to five minutes`() {
        var outbox = AlertOutbox()
        let alerts = (0..<203).map { number in
            AlertChange(
                alert: Alert(
                    id: "\(number)", subject: .init(.clockJumped), gyms: [], since: 0, ended: nil, sentence: "",
                    remedy: ""))
        }
        outbox.add(alerts)
        #expect(outbox.waiting.count == 200 && outbox.dropped == 3 && outbox.next?.alert.id == "3")
        outbox.remove("3-opened")
        outbox.remove("3-opened")
        #expect(outbox.next?.alert.id == "4" && outbox.waiting.count == 199)
        #expect([1, 2, 3, 9, 10, 1_000].map(AlertOutbox.pause) == [1, 2, 4, 256, 300, 300].map(Duration.seconds))
    }
}
