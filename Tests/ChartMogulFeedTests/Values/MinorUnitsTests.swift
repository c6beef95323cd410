import SeededRandom
import Testing

@testable import ChartMogulFeed

@Suite struct MinorUnitsTests {
    @Test(arguments: [
        ("49", "USD", 4_900), ("49.5", "EUR", 4_950), ("49.00", "usd", 4_900), ("4900", "JPY", 4_900),
        ("4900.000", "JPY", 4_900), ("1.234", "KWD", 1_234), ("1.2", "BHD", 1_200), ("-3.07", "GBP", -307),
        ("0", "USD", 0), ("0.1", "USD", 10),
    ])
    func `an amount is read to the last unit of its currency`(text: String, currency: String, units: Int64) {
        #expect(MinorUnits.units(text, of: currency) == units)
    }

    @Test(arguments: [
        ("49.005", "USD"), ("0.5", "JPY"), ("1.2345", "KWD"), ("", "USD"), (".5", "USD"), ("1e3", "USD"),
        ("1,5", "USD"),
        ("--1", "USD"), ("99999999999999999999", "USD"), ("1000000000000000", "USD"), ("٣", "USD"), ("-", "USD"),
    ])
    func `nothing is rounded, and what is no amount is none`(text: String, currency: String) {
        #expect(MinorUnits.units(text, of: currency) == nil)
    }

    @Test func `parts add up, and the rest goes where rounding lost most`() {
        #expect(MinorUnits.spread(100, over: [1, 1, 1]) == [34, 33, 33])
        #expect(MinorUnits.spread(10, over: [2_000, 1_000]) == [7, 3])
        #expect(MinorUnits.spread(5, over: [0, 0]) == [5, 0])
        #expect(MinorUnits.spread(0, over: [3, 4]) == [0, 0])
        #expect(MinorUnits.spread(7, over: []) == [])
        #expect(MinorUnits.spread(MinorUnits.largest, over: [MinorUnits.largest, 1]) == [MinorUnits.largest - 1, 1])
    }

    @Test func `parts always add up, and none is further than one unit from its share`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let amount = Int64.random(in: 0...1_000_000, using: &random)
            let weights = (0..<Int.random(in: 1...7, using: &random)).map { _ in
                Int64.random(in: 0...50_000, using: &random)
            }
            let parts = MinorUnits.spread(amount, over: weights)
            #expect(parts.reduce(0, +) == amount)
            let sum = weights.reduce(0, +)
            guard sum > 0 else { continue }
            for (part, weight) in zip(parts, weights) {
                let floor = amount * weight / sum
                #expect(part == floor || part == floor + 1)
            }
        }
    }
}
