import Foundation
package import OutboundAPI
import WireFormats

/// Where an account's API lives and what opens it.
package struct KeapSite: Hashable, Sendable {
    package enum Opener: Hashable, Sendable {
        case key(APIKey)
        /// Tokens that an OAuth client was given for this gym.
        case connection(of: String)
    }

    /// Scheme, host and path without a slash at the end.
    package let base: String
    package let opener: Opener
    /// A file of certificate authorities to trust in place of the system's. Makes no other site of it.
    package var authorities: String?

    /// Nil for a connection, whose tokens come and go.
    package var key: APIKey? {
        guard case .key(let key) = opener else { return nil }
        return key
    }

    package static let defaultBase = "https://api.infusionsoft.com/crm/rest"

    package enum Problem: Error, Equatable, CustomStringConvertible {
        case notAnAddress(String)
        case notSecure(String)

        package var description: String {
            switch self {
            case .notAnAddress(let base): "“\(base)” is not an address such as \(KeapSite.defaultBase)"
            case .notSecure(let base): "“\(base)” would carry the key unprotected: plain http is for loopback only"
            }
        }
    }

    /// - Parameter base: an https address (plain http only for loopback), with neither user, query nor fragment.
    package init(base: String = Self.defaultBase, key: APIKey) throws(Problem) {
        try self.init(base: base, opener: .key(key))
    }

    package init(base: String = Self.defaultBase, opener: Opener) throws(Problem) {
        guard let parts = URLComponents(string: base), let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, parts.user == nil, parts.password == nil
        else { throw .notAnAddress(base) }
        switch parts.scheme?.lowercased() {
        case "https": break
        case "http": guard Self.isLoopback(host) else { throw .notSecure(base) }
        default: throw .notAnAddress(base)
        }
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.opener = opener
    }

    package static func == (a: Self, b: Self) -> Bool { a.base == b.base && a.opener == b.opener }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(base)
        hasher.combine(opener)
    }

    /// What tells this key, or this gym's connection, at this address from others, without showing it.
    ///
    /// - Parameter hash: keyed, so that the key cannot be guessed from it.
    package func fingerprint(_ hash: (_ text: [UInt8]) -> [UInt8]) -> String {
        let text =
            switch opener {
            case .key(let key): key.authorization
            case .connection(let gym): "connection of \(gym)"
            }
        return Array(hash(Array("\(base)\n\(text)".utf8)).prefix(16)).hexadecimal
    }

    /// Whether it is on this machine, as only simulators and gateways are.
    package var isLoopback: Bool { URLComponents(string: base)?.host.map(Self.isLoopback) ?? false }

    private static func isLoopback(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        let isV4 = numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
        return isV4 || ["localhost", "::1", "[::1]"].contains(host.lowercased())
    }
}
