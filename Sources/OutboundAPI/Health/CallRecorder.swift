/// Keeps the calls of an attempt for people to read. Told by whatever makes calls, through the attempt's log.
package protocol CallRecorder: Sendable {
    /// Must return at once.
    func ended(_ call: EndedCall)
}

/// A call that was sent, and what came of it.
package struct EndedCall: Sendable {
    package var request: APIRequest
    package var result: Result<APIResponse, TransportFailure>
    package var took: Duration
    /// How many attempts it was made for.
    package var sharers = 1
}
