import Testing

@testable import LockstepLimits

struct BudgetUseTests {
    private let use = BudgetUse(
        savedAt: WallTime(milliseconds: 1_800_000_000_123),
        announced: CallLimits(perSecond: 10, perMinute: 240, tenantPerMinute: 10_000, tenantPerDay: 250_000),
        closedUntil: WallTime(milliseconds: 1_800_000_060_000), open: 31,
        day: DayUse(day: 20_833, used: 1_234, usedDayBefore: 30_000),
        tenantDay: DayUse(day: 20_833, used: 5_678, usedDayBefore: 2),
        minute: [.init(age: .milliseconds(59_000), count: 17), .init(age: .zero, count: 3)],
        tenantMinute: [.init(age: .milliseconds(1), count: 300)])

    @Test func `what is written is read again`() throws {
        #expect(try BudgetUse(bytes: use.bytes) == use)
        var open = use
        open.closedUntil = nil
        open.minute = []
        #expect(try BudgetUse(bytes: open.bytes) == open)
    }

    @Test func `the layout is the documented one`() {
        let bytes = use.bytes
        #expect(bytes.count == 101)
        #expect(bytes[0] == 1)
        #expect(bytes[17..<21] == [10, 0, 0, 0])
        #expect(bytes[25..<29] == [0, 0, 0, 0])  // no limit of the day
        #expect(bytes[37..<41] == [31, 0, 0, 0])
        #expect(bytes[73..<79] == [2, 0, 0x78, 0xE6, 0, 0])
    }

    @Test func `a record cut anywhere is refused`() {
        let bytes = use.bytes
        for length in 0..<bytes.count {
            #expect(throws: BudgetUse.ReadError.tooShort) { try BudgetUse(bytes: Array(bytes[..<length])) }
        }
    }

    @Test func `a later version is refused by name, an addition to this one is ignored`() throws {
        #expect(throws: BudgetUse.ReadError.unknownVersion(2)) { try BudgetUse(bytes: [2] + use.bytes.dropFirst()) }
        #expect(try BudgetUse(bytes: use.bytes + [1, 2, 3]) == use)
    }

    @Test func `random bytes are read or refused, never more`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            var bytes = use.bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 1..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let read = try? BudgetUse(bytes: bytes) else { continue }
            let now = Moment(ManualClock().now, wall: use.savedAt)
            var budget = Budget(limits: CallLimits(perMinute: 240, perDay: 30_000), resuming: read, at: now)
            _ = budget.obstacle(at: now)
            _ = budget.use(reserving: 24, at: now).bytes
        }
    }

    @Test func `runs of one second are written as one, as young as the youngest`() throws {
        var many = use
        many.minute = (0..<6_000).map { .init(age: .milliseconds(60_000 - 10 * $0), count: 1) }
        let read = try BudgetUse(bytes: many.bytes)
        #expect(read.minute.count == 61)
        #expect(read.minute.map(\.count).reduce(0, +) == 6_000)
        #expect(read.minute.last?.age == .milliseconds(10))
        #expect(many.bytes.count < 700)
    }
}
