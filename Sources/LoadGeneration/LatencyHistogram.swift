/// Counts of durations in log-linear buckets: of any length, at most 1/128 too long, in constant memory.
package struct LatencyHistogram: Equatable, Sendable {
    /// Buckets of each doubling, and of the exact values below.
    private static let linear = 128
    private static let bits = 7

    private var counts = [Int](repeating: 0, count: (64 - bits + 1) * linear)
    package private(set) var count = 0
    /// In nanoseconds, exactly.
    package private(set) var max: UInt64 = 0
    package private(set) var min: UInt64 = .max
    private var sum = 0.0

    package init() {}

    package var mean: Double { count == 0 ? 0 : sum / Double(count) }

    package mutating func record(_ nanoseconds: UInt64) {
        counts[Self.bucket(of: nanoseconds)] += 1
        count += 1
        sum += Double(nanoseconds)
        max = Swift.max(max, nanoseconds)
        min = Swift.min(min, nanoseconds)
    }

    package mutating func add(_ other: LatencyHistogram) {
        for (bucket, more) in other.counts.enumerated() where more > 0 { counts[bucket] += more }
        count += other.count
        sum += other.sum
        max = Swift.max(max, other.max)
        min = Swift.min(min, other.min)
    }

    /// The least duration that this share of all is not above, by nearest rank; 0 if there are none.
    ///
    /// - Parameter share: 0 to 1. 1 is the exact maximum.
    package func quantile(_ share: Double) -> UInt64 {
        let rank = Swift.max(1, Int((share * Double(count)).rounded(.up)))
        guard rank < count else { return max }
        var seen = 0
        for (bucket, here) in counts.enumerated() where here > 0 {
            seen += here
            if seen >= rank { return Swift.min(max, Self.upperBound(of: bucket)) }
        }
        return max
    }

    /// Each bucket that is not empty: its longest duration, and how many are in it.
    package var buckets: [(upTo: UInt64, count: Int)] {
        counts.enumerated().filter { $0.element > 0 }.map { (Self.upperBound(of: $0.offset), $0.element) }
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= linear else { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - bits
        return (shift + 1) * linear + Int(value >> UInt64(shift)) - linear
    }

    private static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= linear else { return UInt64(bucket) }
        let (row, column) = (bucket / linear, bucket % linear)
        let shift = UInt64(row - 1)
        return (UInt64(linear + column) << shift) | ((1 << shift) - 1)
    }
}
