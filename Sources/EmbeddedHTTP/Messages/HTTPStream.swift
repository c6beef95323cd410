/// An answer whose body is made while it is sent, such as an event stream. The connection closes behind it.
///
/// `HTTPLimits.streams` bounds how many are open at once; the next one is answered 503.
public struct HTTPStream: Sendable {
    public var headers: HTTPHeaders
    /// Returns the next bytes, or nil at the end.
    ///
    /// Asked only once the system took all bytes before, so that a peer that reads slowly holds one piece at most. Its
    /// task is cancelled when the peer has gone and when the server stops; what it returns then is not sent.
    public var next: @Sendable () async -> [UInt8]?

    public init(headers: HTTPHeaders, next: @escaping @Sendable () async -> [UInt8]?) {
        self.headers = headers
        self.next = next
    }
}
