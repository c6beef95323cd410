/// Why a call did not succeed, sorted by what the caller must do about it.
package enum ChartMogulFailure: Error, Equatable, Sendable {
    /// ChartMogul will answer the same again: a person must look. `message` is ChartMogul's own, without secrets.
    case refused(status: Int, message: String)
    /// What the path names is unknown.
    case gone(message: String)
    /// Nothing was done: no connection, or ChartMogul takes no calls just now.
    case unavailable(reason: String)
    /// It may or may not have been done.
    case unclear(reason: String)
    /// The key is refused.
    case unauthorized(message: String)
    /// The caller's task was cancelled while the call still waited: nothing was sent.
    case cancelled

    package var message: String {
        switch self {
        case .refused(_, let text), .gone(let text), .unauthorized(let text), .unavailable(let text),
            .unclear(let text):
            text
        case .cancelled: "the call was called off"
        }
    }
}
