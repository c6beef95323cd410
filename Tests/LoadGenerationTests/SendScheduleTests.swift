import Testing

@testable import LoadGeneration

struct SendScheduleTests {
    @Test func `messages are due evenly, and the first at once`() {
        let schedule = SendSchedule(perSecond: 4, count: 10)
        #expect((0..<6).map(schedule.due) == [0, 250_000_000, 500_000_000, 750_000_000, 1_000_000_000, 1_250_000_000])
    }

    @Test(arguments: [1, 3, 7, 1_000, 9_973, 1_000_000])
    func `a message is released exactly when it is due`(_ rate: Int) {
        let schedule = SendSchedule(perSecond: rate, count: 5_000)
        for number in [0, 1, 2, 3, 500, 4_998, 4_999] {
            let due = schedule.due(number)
            #expect(schedule.released(by: due) >= number + 1)
            if due > 0 { #expect(schedule.released(by: due - 1) <= number) }
        }
        #expect(schedule.released(by: .max) == 5_000)
    }

    @Test func `years at the highest rate overflow nothing`() {
        let schedule = SendSchedule(perSecond: 1_000_000, count: .max)
        #expect(schedule.due(1_000_000 * 86_400 * 365) == 31_536_000 * 1_000_000_000)
        #expect(schedule.released(by: 31_536_000 * 1_000_000_000) == 31_536_000 * 1_000_000 + 1)
    }
}
