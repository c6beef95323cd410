import OutboundAPI
import Synchronization

/// Answers every request alike, and keeps what was sent.
final class OneAnswer: HTTPTransport {
    private let response: APIResponse
    private let requests = Mutex<[APIRequest]>([])

    init(response: APIResponse) { self.response = response }

    var sent: [APIRequest] { requests.withLock { $0 } }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        requests.withLock { $0.append(request) }
        return response
    }

    func abandon() {}
}
