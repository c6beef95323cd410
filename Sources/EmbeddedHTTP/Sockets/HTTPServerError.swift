#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a server does not listen. No socket stays open.
public enum HTTPServerError: Error, Equatable, Sendable, CustomStringConvertible {
    case addressInUse(ListenAddress)
    /// Ports below 1024 are often kept for the superuser.
    case notPermitted(ListenAddress)
    /// No interface of this machine has the address.
    case addressNotHere(ListenAddress)
    case unknownHost(ListenAddress, reason: String)
    /// Anything else, in the system's words.
    case cannotListen(ListenAddress, reason: String)
    /// A server is started once.
    case alreadyStarted

    init(_ code: Int32, at address: ListenAddress) {
        switch code {
        case EADDRINUSE: self = .addressInUse(address)
        case EACCES, EPERM: self = .notPermitted(address)
        case EADDRNOTAVAIL: self = .addressNotHere(address)
        default: self = .cannotListen(address, reason: String(cString: strerror(code)))
        }
    }

    public var description: String {
        switch self {
        case .addressInUse(let address): "address already in use: \(address)"
        case .notPermitted(let address): "not permitted to listen on \(address)"
        case .addressNotHere(let address): "this machine does not have the address \(address)"
        case .unknownHost(let address, let reason): "cannot find the host of \(address): \(reason)"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .alreadyStarted: "the server was started before"
        }
    }
}
