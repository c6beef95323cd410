import Foundation
import LoadGeneration

/// The figures of a benchmark.
struct BenchReport {
    /// Messages a second that were asked for.
    var rate: Int
    var connections: Int
    var gyms: Int
    var people: Int
    var ledger: BenchLedger
    /// From the first message to the last answer.
    var seconds: Double
    /// How long deliveries were waited for after that; nil: they were not asked about.
    var waited: Double?
    var isInterrupted: Bool

    static let quantiles: [(name: String, share: Double)] = [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1),
    ]

    var acceptedPerSecond: Double { seconds > 0 ? Double(ledger.accepted.count) / seconds : 0 }

    var deliveredPerSecond: Double {
        let last = Double(ledger.lastDelivery) / 1e9
        return last > 0 ? Double(ledger.delivered.count) / last : 0
    }

    var text: String {
        var lines = [
            "\(number(ledger.sent)) messages in \(Self.rounded(seconds)) s (\(number(rate)) a second were due) over "
                + "\(connections) connections, about \(number(people)) people in each of \(gyms) "
                + "\(gyms == 1 ? "gym" : "gyms")"
        ]
        if isInterrupted { lines[0] += "; interrupted" }
        let table = TextTable(
            header: ["", "COUNT", "A SECOND"] + Self.quantiles.map { $0.name.uppercased() },
            alignment: [.left] + Array(repeating: .right, count: 2 + Self.quantiles.count),
            rows: [row("durable 202", ledger.accepted, acceptedPerSecond)]
                + (waited == nil ? [] : [row("delivered", ledger.delivered, deliveredPerSecond)]))
        lines += [""] + table.lines + [""] + notes
        let chart = HistogramChart(ledger.accepted)
        if !chart.lines.isEmpty { lines += ["", "until the durable 202:"] + chart.lines }
        let second = HistogramChart(ledger.delivered)
        if !second.lines.isEmpty { lines += ["", "until delivered:"] + second.lines }
        return lines.joined(separator: "\n")
    }

    private func row(_ name: String, _ histogram: LatencyHistogram, _ perSecond: Double) -> [String] {
        [name, number(histogram.count), number(Int(perSecond.rounded()))]
            + Self.quantiles.map { histogram.count == 0 ? "-" : LatencyText.of(histogram.quantile($0.share)) }
    }

    /// One sentence for each thing that was not as it should be, or that explains a figure.
    private var notes: [String] {
        var notes = ["Times count from when a message was due, not from when a connection was free for it."]
        for (status, count) in ledger.refused.sorted(by: { $0.key < $1.key }) {
            notes.append("\(number(count)) were answered \(status) and not accepted.")
        }
        if ledger.lost > 0 { notes.append("\(number(ledger.lost)) got no answer.") }
        if ledger.longestDelay > 1_000_000 {
            notes.append(
                "Up to \(LatencyText.of(ledger.longestDelay)) passed until a due message went out (no connection was free, "
                    + "or this machine was busy); that is part of its time.")
        }
        if ledger.superseded > 0 {
            notes.append("\(number(ledger.superseded)) were delivered by a newer message about the same person.")
        }
        if ledger.dead > 0 { notes.append("\(number(ledger.dead)) became dead letters.") }
        if let waited, ledger.undelivered > 0 {
            notes.append(
                "\(number(ledger.undelivered)) were not delivered within \(Self.rounded(waited)) s after the last answer."
            )
        }
        return notes
    }

    private func number(_ number: Int) -> String {
        number.formatted(.number.locale(Locale(identifier: "en_US")))
    }

    private static func rounded(_ seconds: Double) -> String { String(format: "%.1f", seconds) }
}
