import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Calls an API through `URLSession`, one fresh connection for each request.
///
/// A connection is never used twice. On Linux a request with a body that meets a closed kept-alive connection spins
/// until its time-out, and one without is sent again behind our back: the API would count a call that we do not. A
/// handshake costs less than a call of the day's quota.
package final class URLSessionTransport: HTTPTransport {
    private struct State {
        var isAbandoned = false
        var exchanges: [ObjectIdentifier: URLSessionExchange] = [:]
    }

    private let base: String
    private let peer: String
    private let userAgent: String
    private let largestAnswer: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - base: scheme, host and path, to which each request's target is added.
    ///   - peer: how failures call the other side.
    ///   - largestAnswer: in bytes; a longer one is not read.
    package init(base: String, peer: String, userAgent: String = "Lockstep", largestAnswer: Int = 16 << 20) {
        self.base = base
        self.peer = peer
        self.userAgent = userAgent
        self.largestAnswer = largestAnswer
    }

    package func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        guard let url = URL(string: base + request.target) else {
            throw .notSent("“\(request.target)” makes no address.")
        }
        var message = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
        message.httpMethod = request.method.rawValue
        message.setValue("application/json", forHTTPHeaderField: "Accept")
        message.setValue(userAgent, forHTTPHeaderField: "User-Agent")
        if let body = request.body {
            message.setValue("application/json", forHTTPHeaderField: "Content-Type")
            message.httpBody = Data(body)
        }
        for (name, value) in request.headers { message.setValue(value, forHTTPHeaderField: name) }
        let exchange = URLSessionExchange(with: peer, largestAnswer: largestAnswer)
        let isRefused = state.withLock { state in
            state.exchanges[ObjectIdentifier(exchange)] = exchange
            return state.isAbandoned
        }
        defer { state.withLock { $0.exchanges[ObjectIdentifier(exchange)] = nil } }
        guard !isRefused else { throw .notSent("Calls to \(peer) have been stopped.") }
        return try await exchange.run(message, deadline: deadline).get()
    }

    /// Requests whose end is not yet known.
    package var underWay: Int { state.withLock { $0.exchanges.count } }

    package func abandon() {
        let exchanges = state.withLock { state in
            state.isAbandoned = true
            return state.exchanges.values.map { $0 }
        }
        for exchange in exchanges { exchange.abandon() }
    }
}
