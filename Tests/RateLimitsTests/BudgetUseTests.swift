import SeededRandom
import Clocks
import DeterministicSimulation
import Testing

@testable import RateLimits

struct BudgetUseTests {
    private let use = BudgetUse(
        savedAt: WallTime(milliseconds: 1_800_000_000_123),
        announced: CallLimits(perSecond: 10, perMinute: 240),
        closedUntil: WallTime(milliseconds: 1_800_000_060_000), open: 31,
        day: DayUse(day: 20_833, used: 1_234, usedDayBefore: 30_000),
        minute: [.init(age: .milliseconds(59_000), count: 17), .init(age: .zero, count: 3)],
        tenants: [
            "uptown": .init(
                announced: CallLimits(tenantPerMinute: 10_000, tenantPerDay: 250_000),
                closedUntil: WallTime(milliseconds: 1_800_000_030_000),
                day: DayUse(day: 20_833, used: 5_678, usedDayBefore: 2),
                minute: [.init(age: .milliseconds(1), count: 300)]),
            "downtown": .init(
                announced: CallLimits(), closedUntil: nil, day: DayUse(day: 20_832, used: 5, usedDayBefore: 0),
                minute: []),
        ],
        otherTenants: .init(
            announced: CallLimits(), closedUntil: nil, day: DayUse(day: 20_833, used: 31, usedDayBefore: 31),
            minute: []))

    @Test func `what is written is read again`() throws {
        #expect(try BudgetUse(bytes: use.bytes) == use)
        var open = use
        open.closedUntil = nil
        open.minute = []
        #expect(try BudgetUse(bytes: open.bytes) == open)
    }

    @Test func `the layout is the documented one`() {
        let bytes = use.bytes
        #expect(bytes.count == 67 + 34 + 2 + (2 + 8 + 34) + (2 + 6 + 42))
        #expect(bytes[0] == 2)
        #expect(bytes[17..<21] == [10, 0, 0, 0])
        #expect(bytes[25..<29] == [0, 0, 0, 0])  // no limit of the day
        #expect(bytes[29..<33] == [31, 0, 0, 0])
        #expect(bytes[49..<55] == [2, 0, 0x78, 0xE6, 0, 0])
        #expect(bytes[101..<105] == [2, 0, 8, 0])  // two tenants, the first of which has a name of eight letters
    }

    @Test func `what version 1 wrote is read; its one tenant is anybody's`() throws {
        func little(_ value: Int64, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        func day(_ used: Int64) -> [UInt8] { little(20_833, 8) + little(used, 4) + little(0, 4) }
        var bytes: [UInt8] = [1]
        bytes += little(1_800_000_000_000, 8) + little(0, 8)
        bytes += little(10, 4) + little(240, 4) + little(30_000, 4) + little(9_000, 4) + little(0, 4)
        bytes += little(24, 4) + day(700) + day(800)
        bytes += little(0, 2) + little(1, 2) + little(500, 4) + little(60, 4)
        let read = try BudgetUse(bytes: bytes)
        #expect(read.announced == CallLimits(perSecond: 10, perMinute: 240, perDay: 30_000))
        #expect(read.open == 24 && read.day.used == 700 && read.minute.isEmpty && read.tenants.isEmpty)
        #expect(
            read.otherTenants
                == .init(
                    announced: CallLimits(tenantPerMinute: 9_000), closedUntil: nil,
                    day: DayUse(day: 20_833, used: 800, usedDayBefore: 0),
                    minute: [.init(age: .milliseconds(500), count: 60)]))
    }

    @Test func `a record cut anywhere is refused`() {
        let bytes = use.bytes
        for length in 0..<bytes.count {
            #expect(throws: BudgetUse.ReadError.tooShort) { try BudgetUse(bytes: Array(bytes[..<length])) }
        }
    }

    @Test func `a later version is refused by name, an addition to this one is ignored`() throws {
        #expect(throws: BudgetUse.ReadError.unknownVersion(3)) { try BudgetUse(bytes: [3] + use.bytes.dropFirst()) }
        #expect(try BudgetUse(bytes: use.bytes + [1, 2, 3]) == use)
    }

    @Test func `random bytes are read or refused, never more`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            var bytes = use.bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 1..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let read = try? BudgetUse(bytes: bytes) else { continue }
            let now = ClockReading(ManualClock().now, wall: use.savedAt)
            var budget = Budget(limits: CallLimits(perMinute: 240, perDay: 30_000), resuming: read, at: now)
            _ = budget.bindingLimit(at: now)
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
        #expect(many.bytes.count < 800)
    }
}
