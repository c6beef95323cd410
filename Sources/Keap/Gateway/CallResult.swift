/// How a call that was sent ended.
enum CallResult<Answer: Sendable>: Sendable {
    case success(Answer)
    /// Keap counted too many calls and did nothing.
    case throttled(reason: String)
    case failure(KeapFailure)

    init(_ response: KeapResponse, to request: KeapRequest, _ read: (KeapResponse) throws(KeapFailure) -> Answer) {
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

    init(_ failure: TransportFailure, of request: KeapRequest) {
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

    fileprivate var isDoubtful: Bool {
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

/// A call that was sent, and what its end says beyond its caller.
struct SentCall<Answer: Sendable>: Sendable {
    var result: CallResult<Answer>
    /// The status of an answer that says neither yes nor no, such as a 500. Nil: there was none, or it was for everybody.
    var answeredStatus: Int?
    /// Whom a failure may be about. Nil: whoever had called would have met it.
    var culprit: CallSubject?
    init(
        _ response: KeapResponse, to request: KeapRequest, about subject: CallSubject?,
        _ read: (KeapResponse) throws(KeapFailure) -> Answer
    ) {
        result = CallResult(response, to: request, read)
        // A 503 means that nothing was tried, for nobody's sake.
        guard response.status != 503, response.status != 425, result.isDoubtful else { return }
        answeredStatus = response.status
        culprit = subject
    }

    /// Not sent: it cannot be put into words that Keap takes.
    init(refused failure: KeapFailure) { result = .failure(failure) }

    init(_ failure: TransportFailure, of request: KeapRequest, about subject: CallSubject?) {
        result = CallResult(failure, of: request)
        // One contact may take Keap too long to answer; that it cannot be reached is about nobody.
        if case .unclear = failure { culprit = subject }
    }
}

extension Circuit.Outcome {
    init<Answer>(_ call: SentCall<Answer>) { self.init(call.result.withoutAnswer, about: call.culprit) }

    /// - Parameter subject: whom the call was about.
    init(_ result: CallResult<Void>, about subject: CallSubject? = nil) {
        self =
            switch result {
            case .throttled: .nothing
            case .success, .failure(.gone), .failure(.refused), .failure(.cancelled), .failure(.partly),
                .failure(.stale):
                .success
            case .failure(.unauthorized(let message)): .unauthorized(reason: message)
            case .failure(.unavailable(let reason)), .failure(.unclear(let reason)):
                subject.map { .failureOf($0, reason: reason) } ?? .failure(reason: reason)
            }
    }
}
