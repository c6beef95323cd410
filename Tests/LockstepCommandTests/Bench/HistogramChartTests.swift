import LoadGeneration
import Testing

@testable import lockstep

struct HistogramChartTests {
    private func histogram(_ values: [UInt64]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        return histogram
    }

    @Test func `bars are as long as their counts, in ranges that cover all`() {
        let values: [UInt64] =
            Array(repeating: 1_600_000, count: 40) + Array(repeating: 2_100_000, count: 20) + [9_000_000]
        #expect(
            HistogramChart(histogram(values), width: 10).lines == [
                "  1.50 ms – 2.00 ms │██████████ 40",
                "  2.00 ms – 2.50 ms │█████ 20",
                "  2.50 ms – 3.00 ms │0",
                "  3.00 ms – 4.00 ms │0",
                "  4.00 ms – 5.00 ms │0",
                "  5.00 ms – 6.00 ms │0",
                "  6.00 ms – 8.00 ms │0",
                "  8.00 ms – 10.0 ms │▎ 1",
            ])
    }

    @Test func `no row is lost, and there are few, whatever the values`() {
        #expect(HistogramChart(LatencyHistogram()).lines.isEmpty)
        for values: [UInt64] in [[0], [0, 0, 1], [1, .max], [5, 1_000, 1_000_000, 3_600_000_000_000], [.max]] {
            let lines = HistogramChart(histogram(values)).lines
            let total = lines.reduce(0) { $0 + (Int($1.split { " │".contains($0) }.last ?? "") ?? 0) }
            #expect(total == values.count, "\(lines)")
            #expect(lines.count <= 21)
        }
    }
}
