/// Where a server listens: a host (address or name) and a port.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 address (without brackets) or a name. Empty: every IPv4 address of the machine.
    public let host: String
    /// 0 lets the system choose.
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:8080`, `[::1]:0`, `localhost:8080` or `:8080`.
    public init(_ text: String) throws(ListenAddressError) {
        guard let colon = text.lastIndex(of: ":") else { throw .noPort(text) }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(ASCII.isDigit), let port = UInt16(digits) else {
            throw .badPort(text)
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { throw .badHost(text) }
        } else if host.contains(":") {
            throw .badHost(text)
        }
        let isHostByte = { (byte: UInt8) in
            ASCII.isTokenByte(byte) || byte == UInt8(ascii: ":")
        }
        guard host.utf8.allSatisfy(isHostByte) else { throw .badHost(text) }
        self.init(host: String(host), port: port)
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = octets.count == 4 && octets.allSatisfy { $0.utf8.allSatisfy(ASCII.isDigit) && UInt8($0) != nil }
        return ASCII.equalIgnoringCase(host, "localhost") || host == "::1" || (isIPv4 && octets.first == "127")
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a text is no listen address; carries the text.
public enum ListenAddressError: Error, Equatable, Sendable, CustomStringConvertible {
    case noPort(String)
    case badPort(String)
    case badHost(String)

    public var description: String {
        switch self {
        case .noPort(let text): "\"\(text)\" has no port: write an address like 127.0.0.1:8080"
        case .badPort(let text): "\"\(text)\" has no port between 0 and 65535 behind its last colon"
        case .badHost(let text): "\"\(text)\" has no usable host: write 127.0.0.1:8080, [::1]:8080 or localhost:8080"
        }
    }
}
