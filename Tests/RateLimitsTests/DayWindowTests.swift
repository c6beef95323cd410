import Clocks
import RateLimits
import Testing

struct DayWindowTests {
    private let midnight = WallTime.startOf(day: 20_000)

    private func at(_ seconds: Double) -> WallTime {
        WallTime(milliseconds: midnight.milliseconds + Int64(seconds * 1_000))
    }

    private func spend(_ count: Int, of window: inout DayWindow, at wall: WallTime) {
        for _ in 0..<count {
            window.start(at: wall)
            window.finish(at: wall)
        }
    }

    @Test func `a used day opens again after midnight, when also a peer's slow clock shows the new day`() {
        var window = DayWindow(limit: 3, at: at(-3_600))
        spend(3, of: &window, at: at(-3_600))
        #expect(window.opening(at: at(-3_600)) == at(2))
        #expect(window.opening(at: at(0)) == at(2))
        #expect(window.opening(at: at(1.999)) == at(2))
        #expect(window.opening(at: at(2)) == nil)
        #expect(window.use == DayUse(day: 20_000, used: 0, usedDayBefore: 3))
    }

    @Test func `a call near midnight counts in both days`() {
        var window = DayWindow(limit: 10, at: at(-60))
        spend(1, of: &window, at: at(-60))
        spend(2, of: &window, at: at(-1))
        spend(3, of: &window, at: at(1))
        #expect(window.use == DayUse(day: 20_000, used: 5, usedDayBefore: 6))
    }

    @Test func `a call that runs across midnight counts in both days`() {
        var window = DayWindow(limit: 2, at: at(-60))
        window.start(at: at(-60))
        window.finish(at: at(30))
        #expect(window.use == DayUse(day: 20_000, used: 1, usedDayBefore: 1))
        window.start(at: at(30))
        #expect(window.opening(at: at(30)) == at(86_402))
    }

    @Test func `a clock that falls back keeps the day's use, even across midnight`() {
        var window = DayWindow(limit: 3, at: at(60))
        spend(3, of: &window, at: at(60))
        #expect(window.opening(at: at(-120)) == at(86_402))
        #expect(window.opening(at: at(3 - 86_400)) == at(86_402))
        #expect(window.opening(at: at(120)) == at(86_402))
        #expect(window.opening(at: at(86_402)) == nil)
    }

    @Test func `a clock that had been years ahead does not close the budget for years`() {
        var window = DayWindow(limit: 3, at: at(400 * 86_400))
        spend(3, of: &window, at: at(400 * 86_400))
        // The use is carried to the true day, since that is where it belongs.
        #expect(window.opening(at: at(60)) == at(86_402))
        #expect(window.opening(at: at(86_402)) == nil)
    }

    @Test func `what the peer counted beyond our own is counted as well, on the day it speaks of`() {
        var window = DayWindow(limit: 10, at: at(60))
        spend(2, of: &window, at: at(60))
        window.observe(used: 9, on: 20_000, at: at(61))
        #expect(window.use.used == 9)
        window.observe(used: 4, on: 20_000, at: at(62))
        #expect(window.use.used == 9)
        window.observe(used: 10, on: 19_999, at: at(63))
        window.observe(used: 10, on: 20_001, at: at(63))
        #expect(window.use == DayUse(day: 20_000, used: 9, usedDayBefore: 10))
        #expect(window.opening(at: at(63)) == nil)
    }

    @Test func `the day of a call is known unless midnight may have passed`() {
        #expect(DayWindow.day(from: at(3), to: at(30)) == 20_000)
        #expect(DayWindow.day(from: at(1), to: at(30)) == nil)
        #expect(DayWindow.day(from: at(-30), to: at(-3)) == 19_999)
        #expect(DayWindow.day(from: at(-30), to: at(-1)) == nil)
    }

    @Test func `days before 1970 are days, too`() {
        #expect(WallTime(milliseconds: -1).day == -1)
        #expect(WallTime(milliseconds: -86_400_000).day == -1)
        #expect(WallTime(milliseconds: 0).day == 0)
    }

    @Test func `what was open when the program died may have arrived on each day since`() {
        let use = DayUse(day: 19_999, used: 40, usedDayBefore: 7)
        let same = DayWindow(limit: 100, resuming: use, open: 5, at: at(-3_600))
        #expect(same.use == use)
        let next = DayWindow(limit: 100, resuming: use, open: 5, at: at(3_600))
        #expect(next.use == DayUse(day: 20_000, used: 5, usedDayBefore: 40))
        let later = DayWindow(limit: 100, resuming: use, open: 5, at: at(3 * 86_400))
        #expect(later.use == DayUse(day: 20_003, used: 5, usedDayBefore: 5))
    }
}
