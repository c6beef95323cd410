package import OutboundAPI

/// A call of Keap's that was sent, or could not be put into words that Keap takes.
typealias KeapCall<Answer: Sendable> = CallEnd<Result<Answer, KeapFailure>>

/// What an answer of Keap's, or its absence, means for the caller and beyond.
struct KeapReading<Answer: Sendable> {
    var answer: Result<Answer, KeapFailure>
    var meaning: CallMeaning

    /// - Parameter read: makes sense of a success. What it throws counts as the call's failure.
    init(
        _ response: APIResponse, to request: APIRequest, _ read: (APIResponse) throws(KeapFailure) -> Answer
    ) {
        guard response.isSuccess else {
            self.init(KeapFailure(response, to: request))
            if response.status == 429 { meaning = .throttled }
            return
        }
        do throws(KeapFailure) {
            self.init(.success(try read(response)), .success)
        } catch {
            self.init(error)
        }
    }

    init(_ failure: TransportFailure, of request: APIRequest) {
        switch failure {
        case .notSent(let reason): self.init(.unavailable(reason: reason))
        // Of a read nothing was to be done, so nothing is in doubt.
        case .unclear(let reason): self.init(.trouble(reason, in: request))
        }
    }

    init(_ failure: KeapFailure) {
        let meaning: CallMeaning =
            switch failure {
            case .unauthorized(let message): .unauthorized(reason: message)
            case .unavailable(let reason), .unclear(let reason): .doubtful(failure.kind, reason: reason)
            case .refused, .gone, .cancelled, .partly, .stale: .refused(failure.kind)
            }
        self.init(.failure(failure), meaning)
    }

    private init(_ answer: Result<Answer, KeapFailure>, _ meaning: CallMeaning) {
        self.answer = answer
        self.meaning = meaning
    }
}

extension KeapFailure {
    /// What an answer that is no success means for its caller.
    init(_ response: APIResponse, to request: APIRequest) {
        let message = FailureMessage.read(response)
        let subject = request.endpoint.subject
        let shape = response.shape
        // The answer may be a proxy's, behind which it was done; a read leaves nothing in doubt.
        let trouble = KeapFailure.trouble(message, in: request)
        self =
            switch response.status {
            case 401: .unauthorized(message: message)
            // Keap counted too many calls and did nothing; with 425 and 503 it did nothing either.
            case 425, 429, 503: .unavailable(reason: message)
            case 400 where shape.isKeap && FailureMessage(message).saysGone(subject): .gone(message: message)
            case 404 where subject != nil, 410 where subject != nil:
                response.mayKnowNobody(subject) ? .gone(message: message) : trouble
            case 408: trouble
            // Only Keap itself refuses a request. A proxy in front of it refuses all, until it is mended.
            case 400..<500 where shape.isKeap, 501 where shape.isKeap:
                .refused(status: response.status, message: message)
            default: trouble
            }
    }

    /// An answer that says nothing of what was asked, or none.
    static func trouble(_ reason: String, in request: APIRequest) -> KeapFailure {
        request.isRead ? .unavailable(reason: reason) : .unclear(reason: reason)
    }

    package var kind: FailureKind {
        switch self {
        case .refused: .refused
        case .gone: .gone
        case .unavailable: .unavailable
        case .unclear: .unclear
        case .unauthorized: .unauthorized
        case .cancelled, .stale: .cancelled
        case .partly(let failure): failure.kind
        }
    }
}

extension AnswerShape {
    fileprivate var isKeap: Bool {
        if case .keap = self { true } else { false }
    }
}

extension APIResponse {
    /// Whether a 404 is Keap's: one without any words counts too, as nothing says that it is not.
    fileprivate func mayKnowNobody(_ subject: APIEndpoint.Subject?) -> Bool {
        shape != .foreign || FailureMessage(String(decoding: body.prefix(200), as: UTF8.self)).saysGone(subject)
    }
}
