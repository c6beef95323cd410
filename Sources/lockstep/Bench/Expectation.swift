import Foundation
import LoadGeneration

/// A condition that a benchmark's figures are to meet, such as `accepted.p99<50ms`.
struct Expectation: Equatable {
    enum Metric: Equatable {
        case quantile(Stage, Double)
        case mean(Stage)
        case rate(Stage), count(Stage)
        /// Of all messages sent, in per cent.
        case share(Stage)
        case refused, lost, dead, undelivered
    }

    enum Stage: String { case accepted, delivered }
    enum Relation: String, CaseIterable { case atMost = "<=", atLeast = ">=", below = "<", above = ">" }

    struct Verdict: Equatable {
        var expectation: Expectation
        /// What was measured, for people; nil: nothing was, so that the expectation is not met.
        var measured: String?
        var isMet: Bool

        var sentence: String {
            isMet
                ? "met: \(expectation.text) (\(measured ?? ""))"
                : "NOT met: \(expectation.text) (\(measured ?? "there is none to measure"))"
        }
    }

    let text: String
    private let metric: Metric
    private let relation: Relation
    /// In nanoseconds, per cent or as it is, by metric.
    private let limit: Double

    static let help = [
        "a metric, <, <=, > or >=, and a value: accepted.p99<50ms, delivered.p50<=2s, accepted.rate>=1000, refused<=0.",
        "Metrics: accepted and delivered with .p50 .p90 .p99 .p99.9 .max .mean .rate .count .share,",
        "refused, lost, dead, undelivered",
    ]

    init(_ text: String) throws(UsageError) {
        self.text = text
        let found = Relation.allCases.lazy.compactMap { relation in
            text.range(of: relation.rawValue).map { (relation, $0) }
        }.first
        guard let (relation, range) = found else { throw Self.misread(text) }
        let name = text[..<range.lowerBound].trimmingCharacters(in: .whitespaces)
        let value = text[range.upperBound...].trimmingCharacters(in: .whitespaces)
        guard let metric = Metric(name), let limit = metric.limit(value) else { throw Self.misread(text) }
        (self.metric, self.relation, self.limit) = (metric, relation, limit)
    }

    private static func misread(_ text: String) -> UsageError {
        UsageError("--expect takes \(help.joined(separator: " ")); not “\(text)”")
    }

    func judge(_ report: BenchReport) -> Verdict {
        guard let value = metric.value(in: report) else {
            return Verdict(expectation: self, measured: nil, isMet: false)
        }
        let isMet =
            switch relation {
            case .below: value < limit
            case .atMost: value <= limit
            case .above: value > limit
            case .atLeast: value >= limit
            }
        return Verdict(expectation: self, measured: metric.text(value), isMet: isMet)
    }
}

extension Expectation.Metric {
    init?(_ name: String) {
        switch name {
        case "refused": self = .refused
        case "lost": self = .lost
        case "dead": self = .dead
        case "undelivered": self = .undelivered
        default:
            guard let dot = name.firstIndex(of: "."), let stage = Expectation.Stage(rawValue: String(name[..<dot]))
            else { return nil }
            let measure = name[name.index(after: dot)...]
            switch measure {
            case "mean": self = .mean(stage)
            case "rate": self = .rate(stage)
            case "count": self = .count(stage)
            case "share": self = .share(stage)
            default:
                guard let known = BenchReport.quantiles.first(where: { $0.name == measure }) else { return nil }
                self = .quantile(stage, known.share)
            }
        }
    }

    private var isDuration: Bool {
        switch self {
        case .quantile, .mean: true
        default: false
        }
    }

    fileprivate func limit(_ text: String) -> Double? {
        if isDuration { return LatencyText.parse(text) }
        var digits = text[...]
        switch self {
        case .rate where digits.hasSuffix("/s"): digits = digits.dropLast(2)
        case .share where digits.hasSuffix("%"): digits = digits.dropLast()
        default: break
        }
        return Double(digits).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }

    /// Nil: there is nothing to measure.
    fileprivate func value(in report: BenchReport) -> Double? {
        let ledger = report.ledger
        func histogram(_ stage: Expectation.Stage) -> LatencyHistogram? {
            let histogram = stage == .accepted ? ledger.accepted : ledger.delivered
            return histogram.count == 0 ? nil : histogram
        }
        func count(_ stage: Expectation.Stage) -> Int {
            stage == .accepted ? ledger.accepted.count : ledger.delivered.count
        }
        return switch self {
        case .quantile(let stage, let share): histogram(stage).map { Double($0.quantile(share)) }
        case .mean(let stage): histogram(stage)?.mean
        case .rate(.accepted): report.acceptedPerSecond
        case .rate(.delivered): report.deliveredPerSecond
        case .count(let stage): Double(count(stage))
        case .share(let stage): ledger.sent == 0 ? nil : Double(count(stage)) / Double(ledger.sent) * 100
        case .refused: Double(ledger.refused.values.reduce(0, +))
        case .lost: Double(ledger.lost)
        case .dead: Double(ledger.dead)
        case .undelivered: report.waited == nil ? nil : Double(ledger.undelivered)
        }
    }

    fileprivate func text(_ value: Double) -> String {
        switch self {
        case .quantile, .mean: LatencyText.of(UInt64(value))
        case .rate: String(format: "%.1f/s", value)
        case .share: String(format: "%.2f%%", value)
        default: String(format: "%.0f", value)
        }
    }
}
