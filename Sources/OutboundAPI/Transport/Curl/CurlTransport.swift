import Synchronization

/// Talks to one API through libcurl. A request that waits costs nothing; connections are kept alive and used again.
///
/// No request is ever sent twice: where libcurl would repeat one whose reused connection died, it ends as unclear instead.
/// Whether it is repeated is decided, counted and paid for where all calls are.
package final class CurlTransport: HTTPTransport {
    private struct State {
        var isAbandoned = false
        var underWay = 0
    }

    private let base: String
    private let peer: String
    private let userAgent: String
    private let largestAnswer: Int
    private let authorities: String?
    private let client: CurlClient
    private let owner: UInt64
    private let state = Mutex(State())

    /// - Parameters:
    ///   - base: scheme, host and path without a slash at the end.
    ///   - peer: how failures call the other side.
    ///   - client: makes the requests; transports of one client share its connections.
    ///   - authorities: a file of certificate authorities in place of the system's.
    ///   - largestAnswer: in bytes; a longer one is not read.
    package init(
        base: String, peer: String, through client: CurlClient, authorities: String? = nil,
        userAgent: String = "Lockstep", largestAnswer: Int = 16 << 20
    ) {
        self.base = base
        self.peer = peer
        self.client = client
        self.userAgent = userAgent
        self.largestAnswer = largestAnswer
        self.authorities = authorities
        owner = client.newOwner()
    }

    package func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        let message = try OutgoingRequest(request, base: base, userAgent: userAgent)
        let settings = CurlTransfer.Settings(
            owner: owner, peer: peer, deadline: deadline, largestAnswer: largestAnswer, authorities: authorities)
        defer { state.withLock { $0.underWay -= 1 } }
        return try await withCheckedContinuation { continuation in
            let transfer = CurlTransfer(message, settings, continuation)
            // Within the lock, so that none starts after it was abandoned.
            state.withLock { state in
                state.underWay += 1
                if state.isAbandoned { transfer.refuse() } else { client.start(transfer) }
            }
        }.get()
    }

    /// Requests whose end is not yet known.
    package var underWay: Int { state.withLock(\.underWay) }

    package func abandon() {
        state.withLock { $0.isAbandoned = true }
        client.abandon(owner)
    }
}
