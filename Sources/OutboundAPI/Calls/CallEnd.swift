/// How a call ended: what its caller hears, and what that says beyond its caller.
package struct CallEnd<Answer: Sendable>: Sendable {
    package var answer: Answer
    package var meaning: CallMeaning
    /// Set if the API neither did it nor refused it.
    package var failed: FailedCall?
    /// Whether there was an answer, be it one that says nothing.
    package var isAnswered = false
    /// Whether a connection was made, so far as is known.
    package var isReached = true

    package init(_ answer: Answer, _ meaning: CallMeaning) {
        self.answer = answer
        self.meaning = meaning
    }
}

/// What the end of a call means, whichever API it was made on.
package enum CallMeaning: Equatable, Sendable {
    case success
    /// The API answered and meant it: it will answer the same again.
    case refused(FailureKind)
    /// The API counted too many calls and did nothing.
    case throttled
    /// The API neither did it, as far as is known, nor refused it.
    case doubtful(FailureKind, reason: String)
    /// The credentials are refused.
    case unauthorized(reason: String)
    /// Not sent, for a reason that says nothing of the API.
    case unsent
}

package enum FailureKind: String, CaseIterable, Sendable {
    case refused, gone, unavailable, unclear, unauthorized
    /// Before it was sent: no call was spent.
    case cancelled
}

/// Why a call was not sent.
package enum CallNotSent: Error, Equatable, Sendable {
    /// Its caller was cancelled while it waited.
    case cancelled
    case noPermit(reason: String)
    /// Calls of its endpoint fail for now.
    case heldBack(reason: String)
}

extension CircuitBreaker.Outcome {
    package init<Answer>(_ call: CallEnd<Answer>) {
        self =
            switch call.meaning {
            case .success, .refused: .success
            case .throttled, .unsent: .nothing
            case .unauthorized(let reason): .unauthorized(reason: reason)
            case .doubtful(_, let reason) where !call.isReached: .unreachable(reason: reason)
            case .doubtful(_, let reason): .failure(reason: reason, of: call.failed?.subject, pause: call.failed?.pause)
            }
    }
}
