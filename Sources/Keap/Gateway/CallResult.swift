import OutboundAPI

/// How a call that was sent ended.
enum CallResult<Answer: Sendable>: Sendable {
    case success(Answer)
    /// Keap counted too many calls and did nothing.
    case throttled(reason: String)
    case failure(KeapFailure)

    init(_ response: APIResponse, to request: APIRequest, _ read: (APIResponse) throws(KeapFailure) -> Answer) {
        switch Verdict(response, to: request) {
        case .throttled: self = .throttled(reason: FailureMessage.read(response))
        case .failure(let failure): self = .failure(failure)
        case .success:
            do throws(KeapFailure) {
                self = .success(try read(response))
            } catch {
                self = .failure(error)
            }
        }
    }

    init(_ failure: TransportFailure, of request: APIRequest) {
        switch failure {
        case .notSent(let reason): self = .failure(.unavailable(reason: reason))
        // Nothing was to be done, so nothing is in doubt.
        case .unclear(let reason):
            self = .failure(request.isRead ? .unavailable(reason: reason) : .unclear(reason: reason))
        }
    }

    func get() throws(KeapFailure) -> Answer {
        switch self {
        case .success(let answer): return answer
        case .throttled(let reason): throw .unavailable(reason: reason)
        case .failure(let failure): throw failure
        }
    }

    /// Whether Keap neither did it nor refused it.
    var isDoubtful: Bool {
        switch self {
        case .failure(.unavailable), .failure(.unclear): true
        default: false
        }
    }

    var withoutAnswer: CallResult<Void> {
        switch self {
        case .success: .success(())
        case .throttled(let reason): .throttled(reason: reason)
        case .failure(let failure): .failure(failure)
        }
    }
}

/// A call, and what its end says beyond its caller.
struct SentCall<Answer: Sendable>: Sendable {
    var result: CallResult<Answer>
    /// Set if Keap neither did it nor refused it.
    var failed: FailedCall?
    /// Whether Keap may have seen it.
    var wasSent = true
    /// Whether there was an answer, be it one that says nothing.
    var isAnswered = false
}

extension CircuitBreaker.Outcome {
    init<Answer>(_ call: SentCall<Answer>) {
        // What cannot be put into words that Keap takes was not sent, and says nothing about Keap.
        if case .failure(.refused) = call.result, !call.wasSent {
            self = .nothing
        } else {
            self.init(call.result.withoutAnswer, of: call.failed?.subject, pause: call.failed?.pause)
        }
    }

    /// - Parameters:
    ///   - subject: what a failure may be specific to.
    ///   - pause: how long Keap asked to be left alone.
    init(_ result: CallResult<Void>, of subject: FailureScope? = nil, pause: Duration? = nil) {
        self =
            switch result {
            case .throttled: .nothing
            case .success, .failure(.gone), .failure(.refused), .failure(.cancelled), .failure(.partly),
                .failure(.stale):
                .success
            case .failure(.unauthorized(let message)): .unauthorized(reason: message)
            case .failure(.unavailable(let reason)), .failure(.unclear(let reason)):
                .failure(reason: reason, of: subject, pause: pause)
            }
    }
}
