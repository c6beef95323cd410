/// Whether a connection stays open after an answer.
package enum Persistence: Equatable, Sendable {
    case closes
    /// The next request may come; HTTP/1.1 needs no header for it.
    case keepsOpen
    /// The same for a peer of HTTP/1.0 that asked for it, and goes by `Connection: keep-alive` in the answer.
    case saysKeepAlive

    var header: String? {
        switch self {
        case .closes: "close"
        case .keepsOpen: nil
        case .saysKeepAlive: "keep-alive"
        }
    }
}
