import OutboundAPI
import RateLimits

/// ChartMogul's headers announce no limits: at most when to come back.
struct ChartMogulHeaders: AnswerHeaders {
    private let headers: [String: String]

    init(_ headers: [String: String]) { self.headers = headers }

    var reportedLimits: ReportedLimits? { nil }
    var account: String? { nil }
    var isTenantExhausted: Bool { false }

    /// From one second to a minute ahead.
    func reopening(now: Int64) -> Int64 { now + min(max(delay(now) ?? 1_000, 1_000), 60_000) }

    func pause(now: Int64) -> Duration? { delay(now).map { .milliseconds(min($0, 600_000)) } }

    private func delay(_ now: Int64) -> Int64? {
        headers["retry-after"].flatMap { RetryAfter.delay($0, now: now) }.flatMap { $0 > 0 ? $0 : nil }
    }
}
