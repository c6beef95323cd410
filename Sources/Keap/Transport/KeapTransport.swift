/// Carries one request to Keap and its answer back: no retry, no limit, no meaning.
package protocol KeapTransport: Sendable {
    /// Ends at the deadline at the latest. Cancelling the caller's task changes nothing: a request on its way may have
    /// been done, so its answer is waited for.
    func send(_ request: KeapRequest, deadline: Duration) async throws(TransportFailure) -> KeapResponse

    /// Gives up every request under way (they become unclear) and refuses later ones. For a stop that cannot wait.
    func abandon()
}

package enum TransportFailure: Error, Equatable, Sendable {
    /// Keap cannot have seen the request: no address, no connection, no TLS.
    case notSent(String)
    /// Keap may have done it.
    case unclear(String)
}

package struct KeapResponse: Equatable, Sendable {
    package var status: Int
    /// Names in lower case.
    package var headers: [String: String]
    package var body: [UInt8]

    package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
