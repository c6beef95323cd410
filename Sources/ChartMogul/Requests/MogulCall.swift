package import OutboundAPI
package import WireFormats

/// One call on ChartMogul: what is sent, and what its answer is read as.
package struct MogulCall<Answer: Sendable>: Sendable {
    package var request: APIRequest
    /// What a failure may be specific to; nil if any call would have failed.
    var scope: FailureScope?
    /// A 422 of this shape tells what became of each part.
    var readsRefusals = false
    /// Nil: the answer is none of this call's.
    let read: @Sendable (JSONNode) -> Answer?

    init(
        _ endpoint: String, _ method: APIRequest.Method, _ path: [String], _ query: [QueryItem] = [],
        body: JSONNode? = nil, read: @escaping @Sendable (JSONNode) -> Answer?
    ) {
        request = APIRequest(
            APIEndpoint(endpoint), method, ["v1"] + path.map(percentEncoded), query,
            headers: body == nil ? [:] : ["Content-Type": "application/json"], body: body?.bytes)
        scope = method == .get ? nil : .request(of: request)
        self.read = read
    }

    /// What an answer, or its absence, means.
    package func outcome(
        _ answer: Result<APIResponse, TransportFailure>
    ) -> (answer: Result<Answer, ChartMogulFailure>, meaning: CallMeaning) {
        switch answer {
        case .success(let response): outcome(response)
        case .failure(.notSent(let reason)): failure(.unavailable(reason: reason))
        case .failure(.unclear(let reason)): failure(trouble(reason))
        }
    }

    private func outcome(_ response: APIResponse) -> (answer: Result<Answer, ChartMogulFailure>, meaning: CallMeaning) {
        let json = JSON.read(response.body) ?? (response.body.isEmpty ? .null : nil)
        if let json, response.isSuccess || readsRefusals && response.status == 422, let answer = read(json) {
            return (.success(answer), .success)
        }
        let message = FailureMessage.read(response)
        switch response.status {
        case 401: return failure(.unauthorized(message: message))
        case 429: return (.failure(.unavailable(reason: message)), .throttled)
        case 425, 503: return failure(.unavailable(reason: message))
        case 404 where json != nil, 410 where json != nil: return failure(.gone(message: message))
        case 408: return failure(trouble(message))
        // Only ChartMogul itself refuses a request. A proxy in front of it refuses all, until it is mended.
        case 400..<500 where json != nil: return failure(.refused(status: response.status, message: message))
        case 200..<300: return failure(trouble("The answer is none of ChartMogul's (\(response.body.count) bytes)."))
        default: return failure(trouble(message))
        }
    }

    /// A read leaves nothing in doubt.
    private func trouble(_ reason: String) -> ChartMogulFailure {
        request.isRead ? .unavailable(reason: reason) : .unclear(reason: reason)
    }

    private func failure(
        _ failure: ChartMogulFailure
    ) -> (answer: Result<Answer, ChartMogulFailure>, meaning: CallMeaning) {
        let meaning: CallMeaning =
            switch failure {
            case .refused: .refused(.refused)
            case .gone: .refused(.gone)
            case .unavailable(let reason): .doubtful(.unavailable, reason: reason)
            case .unclear(let reason): .doubtful(.unclear, reason: reason)
            case .unauthorized(let message): .unauthorized(reason: message)
            case .cancelled: .unsent
            }
        return (.failure(failure), meaning)
    }
}
