import SeededRandom
import Testing

@testable import ChartMogulSimulator

/// The periods that the simulator builds, beside a model that looks at one day after the other and knows no periods.
@Suite struct RevenueByDayTests {
    private struct Bill {
        var day: Int
        var amount: Int
        var cancelledOn: Int?
        var isVoided: Bool
    }

    /// What is earned at the end of a day: the newest bills' sum, unless a cancellation came after them.
    private static func earned(on day: Int, _ bills: [Bill], _ events: [Int]) -> Int {
        let bills = bills.filter { !$0.isVoided }
        guard let newest = bills.map(\.day).filter({ $0 <= day }).max() else { return 0 }
        let cancellations = events + bills.compactMap(\.cancelledOn)
        if cancellations.contains(where: { $0 > newest && $0 <= day }) { return 0 }
        return bills.filter { $0.day == newest }.reduce(0) { $0 + $1.amount }
    }

    @Test(arguments: 0..<40) func `periods say of each day what the bills and cancellations do`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let shop = Shop()
        let lastDay = 60
        func date(_ day: Int) -> String {
            let start = WorldTime("2026-01-01") ?? WorldTime(milliseconds: 0)
            return start.advanced(byMilliseconds: Int64(day) * 86_400_000).text
        }
        var bills: [Bill] = []
        for number in 0..<Int.random(in: 1...6, using: &random) {
            let bill = Bill(
                day: Int.random(in: 0..<lastDay, using: &random), amount: Int.random(in: 0...3, using: &random) * 1_000,
                cancelledOn: Bool.random(using: &random) ? Int.random(in: 0..<lastDay, using: &random) : nil,
                isVoided: Int.random(in: 0..<5, using: &random) == 0)
            let cancelled = bill.cancelledOn.map { #","cancelled_at":"\#(date($0))""# } ?? ""
            shop.bill("\(number)", date(bill.day), date(bill.day + 30), bill.amount, more: cancelled)
            if bill.isVoided {
                let path = "/v1/data_sources/\(shop.source)/invoices/i\(number)/status"
                #expect(shop.caller.call("PUT", path, #"{"status":"voided"}"#).status == 200)
            }
            bills.append(bill)
        }
        var events: [Int] = []
        for number in 0..<Int.random(in: 0...3, using: &random) {
            let day = Int.random(in: 0..<lastDay, using: &random)
            #expect(shop.event("e\(number)", "subscription_cancelled", date(day)).status == 201)
            if Bool.random(using: &random) {
                let back = #","retracted_event_id":"e\#(number)""#
                #expect(shop.event("r\(number)", "subscription_event_retracted", date(day), more: back).status == 201)
            } else {
                events.append(day)
            }
        }
        let periods = shop.caller.world.subscriptions(account: "gym").first?.periods ?? []
        for day in 0..<(lastDay + 5) {
            guard let end = WorldTime(date(day))?.advanced(byMilliseconds: 86_399_999) else { continue }
            let held = periods.filter { $0.from <= end && ($0.to.map { end < $0 } ?? true) }
            #expect(held.count <= 1, "seed \(seed), day \(day)")
            let expected = RevenueByDayTests.earned(on: day, bills, events)
            #expect(held.first?.revenue["USD"] ?? 0 == expected, "seed \(seed), day \(day): \(bills), \(events)")
        }
    }
}
