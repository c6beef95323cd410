import LoadGeneration

/// A benchmark's figures so far, in one line.
struct BenchProgress {
    var count: Int
    var sent: Int
    var refused: Int
    var undelivered: Int
    /// Of the durable 202s; nil: there is none yet.
    var p99: UInt64?

    init(_ ledger: BenchLedger, of count: Int) {
        self.count = count
        sent = ledger.sent
        refused = ledger.refused.values.reduce(0, +)
        undelivered = ledger.undelivered
        p99 = ledger.accepted.count == 0 ? nil : ledger.accepted.quantile(0.99)
    }

    var text: String {
        var text = "\(Terminal.bar(sent, of: count)) \(sent) of \(count)"
        if let p99 { text += " · 202 p99 \(LatencyText.of(p99))" }
        if refused > 0 { text += " · \(refused) refused" }
        if undelivered > 0 { text += " · \(undelivered) to deliver" }
        return text
    }
}
