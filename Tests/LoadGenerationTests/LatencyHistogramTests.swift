import Testing

@testable import LoadGeneration

struct LatencyHistogramTests {
    @Test func `a quantile is at most a 128th above the exact one, and never below`() {
        var histogram = LatencyHistogram()
        var exact: [UInt64] = []
        var value: UInt64 = 1
        for step in 0..<4_000 {
            // From nanoseconds to hours, without a pattern of the buckets' own.
            value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            exact.append(value >> UInt64(20 + step % 40))
            histogram.record(exact[step])
        }
        exact.sort()
        for share in [0.001, 0.1, 0.5, 0.9, 0.99, 0.999] {
            let right = exact[max(1, Int((share * 4_000).rounded(.up))) - 1]
            let told = histogram.quantile(share)
            #expect(told >= right && told - right <= right / 128, "\(share): \(told) for \(right)")
        }
        #expect(histogram.quantile(1) == exact.last && histogram.max == exact.last && histogram.min == exact.first)
        #expect(histogram.buckets.reduce(0) { $0 + $1.count } == 4_000)
    }

    @Test func `short durations, the longest and none at all`() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == 0 && histogram.mean == 0 && histogram.buckets.isEmpty)
        for value: UInt64 in [0, 1, 127, 128, 255] { histogram.record(value) }
        #expect(histogram.buckets.map(\.upTo) == [0, 1, 127, 128, 255])
        #expect(histogram.quantile(0.4) == 1 && histogram.mean == 102.2)
        histogram.record(.max)
        #expect(histogram.quantile(1) == .max && histogram.quantile(0.99) == .max)
    }

    @Test func `two added are one of all`() {
        var (a, b, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for value: UInt64 in 0..<1_000 {
            both.record(value * 1_001)
            if value % 3 == 0 { a.record(value * 1_001) } else { b.record(value * 1_001) }
        }
        a.add(b)
        #expect(a == both)
    }
}
