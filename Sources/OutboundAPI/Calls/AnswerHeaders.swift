package import RateLimits

/// What an API's headers say beside the content of an answer. All of it may be missing.
package protocol AnswerHeaders {
    init(_ headers: [String: String])

    /// Nil if no header speaks of a limit.
    var reportedLimits: ReportedLimits? { get }
    /// The API's name for the account.
    var account: String? { get }
    /// Of a refusal: whether only the account's own limits are used up, whatever the credential still has.
    var isTenantExhausted: Bool { get }
    /// When a throttled caller may come back, in milliseconds since 1970.
    func reopening(now: Int64) -> Int64
    /// How long the API asks to be left alone, beside a failure that is no refusal.
    func pause(now: Int64) -> Duration?
}
