import ChartMogul
import ChartMogulFeed
import ChartMogulSimulator
import Connectors
import Keap
import SeededRandom
import Synchronization
import Testing
import WireFormats

/// Lives of contacts that follow from a seed, each with what ChartMogul must come to show of it, worked out apart.
private struct ModelledLife {
    private(set) var told: [BillingChange] = []
    /// When what is earned changes, and to what; nil while there is no subscription.
    private(set) var course: [(time: Int64, units: Int?)] = []
    private(set) var churns: [Int64] = []

    init(_ random: inout SeededGenerator) {
        var bills = Bills(start: "2025-01-15")
        var (isOn, units) = (true, Int64.random(in: 1_000...20_000, using: &random))
        func day(_ month: Int, _ day: Int, _ time: String) -> String {
            let (year, number) = (2025 + month / 12, month % 12 + 1)
            return "\(year)-\(number < 10 ? "0" : "")\(number)-\(day < 10 ? "0" : "")\(day)T\(time)Z"
        }
        for month in 0..<24 {
            let (order, time) = ("\(100 + month)", day(month, 15, "09:14:00"))
            if Int.random(in: 0..<8, using: &random) == 0 { units = Int64.random(in: 1_000...20_000, using: &random) }
            switch (isOn, Int.random(in: 0..<10, using: &random)) {
            case (true, 0) where month > 0:
                // It stops on the day of a bill, before it.
                bills.change(day(month, 15, "08:00:00")) {
                    ($0.end, $0.isActive) = (CivilDay(String(time.prefix(10))), false)
                }
                isOn = false
                course.append((at(day(month, 15, "00:00:00")), nil))
                churns.append(at(day(month, 15, "00:00:00")))
            case (true, 1):
                // It fails, is cancelled for that, and is paid later: as if it had never been cancelled.
                bills.bill(order, time, units: units, paid: false)
                bills.pay(order, nil, day(month, 15, "09:14:02"), isSuccessful: false)
                course.append((at(time), Int(units)))
                told.append(BillingChange(bills.snapshot(day(month, 15, "09:20:00"))))
                bills.change(day(month, 18, "08:00:00")) {
                    ($0.end, $0.isActive) = (CivilDay(String(time.prefix(8)) + "18"), false)
                }
                told.append(BillingChange(bills.snapshot(day(month, 18, "08:00:05"))))
                bills.pay(order, "8\(order)", day(month, 24, "10:00:00"))
                bills.change(day(month, 24, "10:00:01")) { ($0.end, $0.isActive) = (nil, true) }
            case (true, 2) where month > 0:
                // An end is set and taken back before it comes.
                bills.change(day(month, 12, "08:00:00")) { $0.end = CivilDay(String(time.prefix(8)) + "25") }
                told.append(BillingChange(bills.snapshot(day(month, 12, "08:00:05"))))
                bills.change(day(month, 13, "08:00:00")) { $0.end = nil }
                bills.bill(order, time, units: units)
                course.append((at(time), Int(units)))
            case (true, 3):
                // Billed wrongly, and put right.
                bills.bill(order, time, units: units + 500)
                told.append(BillingChange(bills.snapshot(day(month, 15, "09:20:00"))))
                bills.edit(order, day(month, 16, "09:00:00")) {
                    $0.order.total?.units = units
                    $0.order.items[0].pricePerUnit?.units = units
                }
                course.append((at(time), Int(units)))
            case (false, 0...5):
                break
            case (_, let chance):
                if !isOn { bills.change(day(month, 15, "08:00:00")) { ($0.end, $0.isActive) = (nil, true) } }
                isOn = true
                bills.bill(order, time, units: units)
                if chance == 9 {
                    bills.pay(order, "7\(order)", day(month, 20, "10:00:00"), amount: "1.00", method: .refund)
                }
                course.append((at(time), Int(units)))
            }
            told.append(BillingChange(bills.snapshot(day(month, 27, "12:00:00"))))
        }
    }

    func units(at time: Int64) -> Int? { course.last { $0.time <= time }?.units ?? nil }
}

@Suite struct ModelTests {
    private static let end = at("2027-01-01T00:00:00Z")

    private func compare(_ books: SimulatedBooks, _ life: ModelledLife, _ seed: UInt64) {
        let subscriptions = books.world.subscriptions(account: SimulatedBooks.key)
        #expect(subscriptions.count == 1, "seed \(seed)")
        guard let subscription = subscriptions.first else { return }
        #expect(subscription.churns.map(\.milliseconds) == life.churns, "seed \(seed)")
        #expect(subscription.scheduledCancellations == [], "seed \(seed)")
        for time in stride(from: at("2025-01-15T12:00:00Z"), to: Self.end, by: 86_400_000) {
            let period = subscription.periods.first { period in
                period.from.milliseconds <= time && period.to.map { time < $0.milliseconds } ?? true
            }
            #expect(
                period.map { $0.revenue["USD"] ?? 0 } == life.units(at: time), "seed \(seed), \(ISO8601.text(time))")
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `two years end with the model's revenue and churns, in order and with faults`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let life = ModelledLife(&random)
        let books = SimulatedBooks()
        let lane = Lane(books, try settings())
        let faults = Mutex(SeededGenerator(seed: seed &+ 1_000))
        books.draw { _ in
            switch faults.withLock({ Int.random(in: 0..<20, using: &$0) }) {
            case 0: .lostAnswer
            case 1: .lostRequest
            case 2: .page
            case 3: .killed
            default: .answered
            }
        }
        for change in life.told {
            let (delivery, _) = try await lane.deliver(change, now: change.snapshot.readAt)
            if case .done = delivery { continue }
            Issue.record("seed \(seed): \(delivery)")
        }
        compare(books, life, seed)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `two years end the same in any order, told twice`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let life = ModelledLife(&random)
        let books = SimulatedBooks()
        let lane = Lane(books, try settings())
        for change in (life.told + life.told).shuffled(using: &random) {
            let (delivery, _) = try await lane.deliver(change, now: Self.end)
            if case .done = delivery { continue }
            Issue.record("seed \(seed): \(delivery)")
        }
        compare(books, life, seed)
        let calls = books.calls
        for change in life.told { _ = try await lane.deliver(change, now: Self.end) }
        #expect(books.calls == calls, "seed \(seed)")
    }
}
