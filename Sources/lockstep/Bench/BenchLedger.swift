import LoadGeneration

/// What became of a benchmark's messages: each ended once, and each accepted one is finished once.
struct BenchLedger {
    enum Finish: Equatable {
        case delivered
        /// A newer message about the same person was delivered in its place.
        case superseded
        case dead
    }

    /// From when a message was due to its durable 202.
    private(set) var accepted = LatencyHistogram()
    /// From when a message was due to its end in Keap.
    private(set) var delivered = LatencyHistogram()
    private(set) var sent = 0
    /// Messages that were answered otherwise, by status.
    private(set) var refused: [Int: Int] = [:]
    /// Messages without an answer: whether they were accepted is not known.
    private(set) var lost = 0
    private(set) var superseded = 0
    private(set) var dead = 0
    /// How late the last message was sent, for want of a free connection; nanoseconds.
    private(set) var longestDelay: UInt64 = 0
    /// When the last one was delivered; nanoseconds since the start.
    private(set) var lastDelivery: UInt64 = 0

    /// When the load began; milliseconds since 1970, as the service tells times.
    let start: Int64
    /// When each accepted job that is not finished was due.
    private var open: [UInt64: UInt64] = [:]
    /// Jobs that were finished before their 202 was read; also others' jobs.
    private var early: [UInt64: (Finish, at: Int64)] = [:]

    init(start: Int64) { self.start = start }

    /// Accepted and not finished.
    var undelivered: Int { open.count }
    var oldestUndelivered: UInt64? { open.keys.min() }

    mutating func ended(_ ended: LoadGenerator.Ended) {
        sent += 1
        longestDelay = max(longestDelay, ended.sending.sent - min(ended.sending.sent, ended.sending.due))
        guard case .answer(let answer) = ended.outcome else {
            lost += 1
            return
        }
        guard answer.status == 202 || answer.status == 200 else {
            refused[answer.status, default: 0] += 1
            return
        }
        accepted.record(ended.latency)
        guard answer.status == 202, let job = Self.job(in: answer.body) else { return }
        open[job] = ended.sending.due
        if let (finish, at) = early.removeValue(forKey: job) { finished(job, finish, at: at) }
    }

    /// - Parameter at: milliseconds since 1970, of the service's clock.
    mutating func finished(_ job: UInt64, _ finish: Finish, at: Int64) {
        guard let due = open.removeValue(forKey: job) else {
            // Not ours, or its answer is being read. Bounded, should others send more than we.
            if early.count >= 1_000_000 { early.removeAll() }
            early[job] = (finish, at)
            return
        }
        switch finish {
        case .dead: dead += 1
        case .delivered, .superseded:
            if finish == .superseded { superseded += 1 }
            // The service tells whole milliseconds, rounded down: counted up to the end of that one.
            let end = UInt64(clamping: at - start + 1).multipliedReportingOverflow(by: 1_000_000).partialValue
            lastDelivery = max(lastDelivery, end)
            delivered.record(end > due ? end - due : 0)
        }
    }

    /// The number in `{"job":"17"}`.
    private static func job(in body: [UInt8]) -> UInt64? {
        var number: UInt64?
        for byte in body {
            if (48...57).contains(byte) {
                let (product, overflow) = (number ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, more) = product.addingReportingOverflow(UInt64(byte - 48))
                if overflow || more { return nil }
                number = sum
            } else if number != nil {
                return number
            }
        }
        return nil
    }
}
