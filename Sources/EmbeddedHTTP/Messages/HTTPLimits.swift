/// What peers may take of the server. Everything has a bound; the most memory that requests on their way can take is
/// `heldBytes` and one read of each connection.
public struct HTTPLimits: Sendable {
    /// Connections at once. For the next one the longest idle connection is closed; without an idle one it is answered 503.
    public var connections = 1_024
    /// Answers without a known end at once, of half of the connections at most; 503 beyond.
    public var streams = 32
    /// The request's target, in bytes; 414 beyond.
    public var targetBytes = 8 * 1_024
    /// All header lines of a request together, in bytes; 431 beyond. A chunked body's trailers have as much again.
    public var headerBytes = 16 * 1_024
    /// Header lines of a request; 431 beyond.
    public var headerFields = 100
    /// The body after taking chunks apart, in bytes; 413 beyond.
    public var bodyBytes = 1_024 * 1_024
    /// Bodies of all connections that are being read or worked on, in bytes; 503 beyond. Requests that the judge of heads
    /// could not verify may fill half of it, so that strangers leave room for the others.
    public var heldBytes = 32 * 1_024 * 1_024
    /// From a request's first byte (on a new connection: from its beginning) to the end of its header.
    public var headerTime: Duration = .seconds(10)
    /// From the end of the header to the end of the body.
    public var bodyTime: Duration = .seconds(30)
    /// Between two requests on one connection.
    public var idleTime: Duration = .seconds(60)
    /// For the peer to take an answer; the connection is reset afterwards.
    public var sendTime: Duration = .seconds(30)
    /// How long bytes of the peer are still read, and thrown away, after the last answer on a connection. Closing at
    /// once would make the kernel send a reset, which may overtake the answer.
    public var lingerTime: Duration = .seconds(2)

    public init() {}

    /// Connections over the limit that are told so at once; the next ones are closed without a word.
    var refusals: Int { max(4, min(64, connections / 8)) }

    /// Streams never leave: others must be able to come beside them.
    var mostStreams: Int { max(1, min(streams, connections / 2)) }

    /// Descriptors that a server takes at most: its connections, the refused ones, the listening socket, and the
    /// connection that is just being closed without a word.
    public var descriptors: Int { connections + refusals + 2 }
}
