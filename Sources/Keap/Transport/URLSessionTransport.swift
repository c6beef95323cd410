import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Talks to Keap through `URLSession`, one fresh connection for each request.
///
/// A connection is never used twice. On Linux a request with a body that meets a closed kept-alive connection spins
/// until its time-out, and one without is sent again behind our back: Keap would count a call that we do not. A
/// handshake costs less than a call of the day's quota.
package final class URLSessionTransport: KeapTransport {
    private struct State {
        var isAbandoned = false
        var exchanges: [ObjectIdentifier: Exchange] = [:]
    }

    private let site: KeapSite
    private let userAgent: String
    private let largestAnswer: Int
    private let state = Mutex(State())

    /// - Parameter largestAnswer: in bytes; a longer one is not read. No answer of Keap's comes near 16 MiB.
    package init(_ site: KeapSite, userAgent: String = "Lockstep", largestAnswer: Int = 16 << 20) {
        self.site = site
        self.userAgent = userAgent
        self.largestAnswer = largestAnswer
    }

    package func send(_ request: KeapRequest, deadline: Duration) async throws(TransportFailure) -> KeapResponse {
        guard let url = URL(string: site.base + request.target) else {
            throw .notSent("“\(request.target)” makes no address.")
        }
        var message = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
        message.httpMethod = request.method.rawValue
        message.setValue(site.key.authorization, forHTTPHeaderField: "Authorization")
        message.setValue("application/json", forHTTPHeaderField: "Accept")
        message.setValue(userAgent, forHTTPHeaderField: "User-Agent")
        if let body = request.body {
            message.setValue("application/json", forHTTPHeaderField: "Content-Type")
            message.httpBody = Data(body)
        }
        let exchange = Exchange(largestAnswer: largestAnswer)
        let isRefused = state.withLock { state in
            state.exchanges[ObjectIdentifier(exchange)] = exchange
            return state.isAbandoned
        }
        defer { state.withLock { $0.exchanges[ObjectIdentifier(exchange)] = nil } }
        guard !isRefused else { throw .notSent("Calls to Keap have been stopped.") }
        var response = try await exchange.run(message, deadline: deadline).get()
        if !(200..<300).contains(response.status) {
            response.body = Array(site.key.hidden(in: String(decoding: response.body, as: UTF8.self)).utf8)
        }
        return response
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
