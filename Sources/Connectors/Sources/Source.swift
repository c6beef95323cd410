package import ConfigurationReading
package import EmbeddedHTTP

/// A system that tells about changes, as one gym uses it.
///
/// A new source is a type of this kind in a target of its own, and a line in the service's list of sources.
package protocol Source: Sendable {
    /// The key of its section in a gym's configuration.
    static var section: String { get }
    /// The part of its web hook's address after `/hooks/GYM/`, as a person reads it: `oncehub`, `zenplanner/TOKEN`.
    static var address: String { get }
    /// The tags of messages that it can read, the web hook's first.
    static var tags: [MessageTag] { get }
    /// The kind of its jobs in the queue, beside changes of a whole gym.
    static var jobKind: UInt8 { get }
    /// Whether each message about a person carries the whole state, so that an older one is out of date.
    static var sendsSnapshots: Bool { get }
    /// Whether `refusal(of:)` proves who sends, so that a body which it lets pass may be held.
    static var provesSenderByHead: Bool { get }
    /// Why calls are refused, and what to do: the end of the log's sentence.
    static var refusedCalls: String { get }

    /// Lets nothing in, and reads what is stored: for a gym whose configuration does not name the source, and for one that
    /// does not exist, so that a stranger does not learn which do.
    init()

    /// Reads its section of a gym. Nil, with notes, if that cannot be used.
    init?(_ section: ConfigurationValue, secrets: SecretSource)

    /// Why a request is refused whatever its body says. Nil: it is not.
    func refusal(of head: HTTPRequest) -> HTTPResponse?

    /// Verifies and decodes a call that `refusal(of:)` let pass.
    ///
    /// - Parameter now: seconds since 1970.
    func receive(_ request: HTTPRequest, at now: Int64) -> Reception

    /// Decodes a stored message again, alike under the same settings.
    func read(_ message: StoredMessage) -> DecodedMessage

    /// Whether a lane's state knows a change as done. Asked for a message that names its event, before it is stored.
    func isDone(_ change: any InboundChange, in state: [UInt8]) -> Bool
}

extension Source {
    package func isDone(_ change: any InboundChange, in state: [UInt8]) -> Bool { false }

    /// The part of the path that names the source.
    package static var pathName: String { String(pathNameBytes) ?? address }

    /// Whether a path, as `/hooks/GYM/…`, is that of the web hook.
    package static func matches(_ path: [String]) -> Bool {
        let parts = 1 + address.utf8.count { $0 == UInt8(ascii: "/") }
        // Asked for each message: no text is made for it.
        return path.count == 2 + parts && path[0] == "hooks" && path[2].utf8.elementsEqual(pathNameBytes)
    }

    private static var pathNameBytes: Substring.UTF8View { address.utf8.prefix { $0 != UInt8(ascii: "/") } }
}
