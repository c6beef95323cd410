/// Why a call did not succeed, sorted by what the caller must do about it.
package enum KeapFailure: Error, Equatable, Sendable {
    /// Keap will answer the same again (4xx): a person must look. `message` is Keap's own, without secrets.
    case refused(status: Int, message: String)

    /// The id in the path is unknown to Keap (404, `CONTACT_NOT_FOUND`). The caller forgets it and looks again.
    case gone(message: String)

    /// Nothing was done: the connection failed before the request was sent, or Keap said 429 or 503.
    case unavailable(reason: String)

    /// The request may or may not have been done, or only in part: a time-out, a reset, a 500, an answer that cannot be
    /// read.
    case unclear(reason: String)

    /// The credential itself is refused (401): nothing on this account works until it is mended.
    case unauthorized(message: String)

    /// The caller's task was cancelled while the call still waited: nothing was sent.
    case cancelled

    /// Nothing was sent: what the call was to write back had been read too long ago by the time it could go.
    case stale

    /// Some of several tags were done. The rest was not, because of this, which was none of the caller's fault.
    indirect case partly(KeapFailure)
}

extension KeapFailure {
    /// Whether this refusal may be about what was sent, so that Keap may take less of it; else it is about the right to
    /// send anything.
    package var mayBlameContent: Bool {
        if case .refused(let status, _) = self { [0, 400, 409, 413, 422].contains(status) } else { false }
    }

    /// What Keap said, or what happened.
    package var message: String {
        switch self {
        case .refused(_, let text): text
        case .gone(let text), .unauthorized(let text), .unavailable(let text), .unclear(let text): text
        case .cancelled: "the call was called off"
        case .stale: "what it was to write back was read too long ago"
        case .partly(let failure): failure.message
        }
    }
}
