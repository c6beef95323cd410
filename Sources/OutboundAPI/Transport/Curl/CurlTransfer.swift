import CCurl

/// One request under way, sent once at most, and its answer as it comes in.
///
/// Unchecked: made by a caller, then touched by the loop's thread alone.
final class CurlTransfer: @unchecked Sendable {
    typealias Outcome = Result<APIResponse, TransportFailure>

    struct Settings: Sendable {
        /// Of the transport that it belongs to.
        var owner: UInt64
        /// How failures call the other side.
        var peer: String
        var deadline: Duration
        var largestAnswer: Int
        /// A file of certificate authorities in place of the system's.
        var authorities: String?
    }

    let request: OutgoingRequest
    let settings: Settings
    private let continuation: CheckedContinuation<Outcome, Never>
    private(set) var answer: IncomingAnswer
    private(set) var sendings = 0

    init(_ request: OutgoingRequest, _ settings: Settings, _ continuation: CheckedContinuation<Outcome, Never>) {
        self.request = request
        self.settings = settings
        self.continuation = continuation
        answer = IncomingAnswer(mostBodyBytes: settings.largestAnswer)
    }

    // MARK: What libcurl reports

    func addBody(_ bytes: UnsafeRawBufferPointer) -> Bool { answer.addBody(bytes) }
    func addHeader(_ bytes: UnsafeRawBufferPointer) -> Bool { answer.addHeader(bytes) }

    /// Called before each sending.
    ///
    /// - Returns: whether the request may be sent: once. libcurl would send any request again whose reused connection
    ///   died before an answer came, also one that was executed.
    func maySend() -> Bool {
        sendings += 1
        return sendings == 1
    }

    // MARK: The end, of which each transfer has one

    func end(_ transfer: FinishedTransfer) {
        let failure = transfer.failure(
            deadline: settings.deadline, largestAnswer: settings.largestAnswer, peer: settings.peer)
        if let failure { return end(failure) }
        continuation.resume(
            returning: .success(
                APIResponse(status: transfer.status, headers: answer.headers, body: answer.body)))
    }

    func end(_ failure: TransportFailure) { continuation.resume(returning: .failure(failure)) }

    /// It was given up before it began.
    func refuse() { end(.stopped(settings.peer)) }
}
