import LoadGeneration

/// A histogram as lines of text: a bar for each of a few ranges that grow evenly on a logarithmic scale.
struct HistogramChart {
    let lines: [String]

    /// Steps within a power of ten, the finest first.
    private static let steps: [[Double]] = [
        [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1],
    ]

    /// - Parameter width: of the longest bar, in characters.
    init(_ histogram: LatencyHistogram, width: Int = 40, mostRows: Int = 16) {
        guard histogram.count > 0 else {
            lines = []
            return
        }
        var bounds: [UInt64] = []
        for steps in Self.steps {
            bounds = Self.bounds(around: histogram, steps)
            if bounds.count - 1 <= mostRows { break }
        }
        var counts = [Int](repeating: 0, count: bounds.count - 1)
        for (upTo, count) in histogram.buckets {
            let value = min(max(upTo, histogram.min), histogram.max)
            let place = bounds.dropLast().lastIndex { $0 <= value } ?? 0
            counts[place] += count
        }
        let labels = counts.indices.map { (LatencyText.of(bounds[$0]), LatencyText.of(bounds[$0 + 1])) }
        let (first, second) = (
            labels.map(\.0.count).max() ?? 0, labels.map(\.1.count).max() ?? 0
        )
        let most = counts.max() ?? 1
        lines = counts.enumerated().map { place, count in
            let from = String(repeating: " ", count: first - labels[place].0.count) + labels[place].0
            let to = String(repeating: " ", count: second - labels[place].1.count) + labels[place].1
            let bar = Self.bar(Double(count) / Double(most) * Double(width))
            return "  \(from) – \(to) │\(bar)\(bar.isEmpty ? "" : " ")\(count)"
        }
    }

    /// From a step at or below the shortest to one above the longest.
    private static func bounds(around histogram: LatencyHistogram, _ steps: [Double]) -> [UInt64] {
        var bounds: [UInt64] = [0]
        var power = 1.0
        // A UInt64 has no more than twenty digits.
        for _ in 0..<20 {
            for step in steps {
                let bound = UInt64(min(step * power, 1.8e19))
                if bound <= histogram.min {
                    bounds = [bound]
                } else if bounds.last != bound {
                    bounds.append(bound)
                }
                if bound > histogram.max { return bounds }
            }
            power *= 10
        }
        return bounds + [.max]
    }

    private static func bar(_ length: Double) -> String {
        let eighths = Int((length * 8).rounded(.up))
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + rest
    }
}
