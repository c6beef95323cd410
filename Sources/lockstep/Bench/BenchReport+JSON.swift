import Foundation
import LoadGeneration

extension BenchReport {
    /// The same figures; durations in milliseconds.
    func json(_ verdicts: [Expectation.Verdict]) -> String {
        var object: [String: Any] = [
            "rate": rate, "connections": connections, "gyms": gyms, "people": people, "sent": ledger.sent,
            "seconds": Self.exact(seconds), "interrupted": isInterrupted, "lost": ledger.lost,
            "accepted": Self.object(ledger.accepted, acceptedPerSecond),
            "refused": Dictionary(uniqueKeysWithValues: ledger.refused.map { ("\($0.key)", $0.value) }),
            "longestDelay": Self.milliseconds(ledger.longestDelay),
            "expectations": verdicts.map { verdict in
                [
                    "expected": verdict.expectation.text, "met": verdict.isMet,
                    "measured": verdict.measured ?? NSNull() as Any,
                ]
            },
        ]
        if waited != nil {
            object["delivered"] = Self.object(ledger.delivered, deliveredPerSecond)
            object["superseded"] = ledger.superseded
            object["dead"] = ledger.dead
            object["undelivered"] = ledger.undelivered
        }
        // Numbers, texts, and lists and objects of them.
        let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .prettyPrinted])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private static func object(_ histogram: LatencyHistogram, _ perSecond: Double) -> [String: Any] {
        var object: [String: Any] = [
            "count": histogram.count, "perSecond": exact(perSecond),
            "mean": exact(histogram.mean / 1e6),
            "histogram": histogram.buckets.map { ["upTo": milliseconds($0.upTo), "count": $0.count] as [String: Any] },
        ]
        for (name, share) in quantiles where histogram.count > 0 {
            object[name] = milliseconds(histogram.quantile(share))
        }
        return object
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> NSDecimalNumber { exact(Double(nanoseconds) / 1e6) }

    /// To the microsecond, without the digits that a binary fraction brings along.
    private static func exact(_ number: Double) -> NSDecimalNumber {
        NSDecimalNumber(string: String(format: "%.3f", number), locale: Locale(identifier: "en_US_POSIX"))
    }
}
