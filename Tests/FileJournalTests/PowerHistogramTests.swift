import Testing

@testable import FileJournal

@Suite struct PowerHistogramTests {
    @Test func `a value is counted under the power of two that bounds it`() {
        var histogram = PowerHistogram()
        for value in [0, 1, 2, 3, 4, 5, 1000, UInt64(1) << 40] { histogram.add(value) }
        #expect(histogram.counts[0] == 2 && histogram.counts[1] == 1 && histogram.counts[2] == 2)
        #expect(histogram.counts[3] == 1 && histogram.counts[10] == 1 && histogram.counts[24] == 1)
        #expect(histogram.count == 8 && PowerHistogram.bound(10) == 1024)
    }
}
