/// Carries one request to an API and its answer back: no retry, no limit, no meaning.
package protocol HTTPTransport: Sendable {
    /// Ends at the deadline at the latest. Cancelling the caller's task changes nothing: a request on its way may have
    /// been done, so its answer is waited for.
    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse

    /// Gives up every request under way (they become unclear) and refuses later ones. For a stop that cannot wait.
    func abandon()
}

package enum TransportFailure: Error, Equatable, Sendable {
    /// The API cannot have seen the request: no address, no connection, no TLS.
    case notSent(String)
    /// The API may have done it.
    case unclear(String)
}
