import Foundation
package import OutboundAPI

/// Where an account's API lives and what opens it.
package struct KeapSite: Hashable, Sendable {
    /// Scheme, host and path without a slash at the end.
    package let base: String
    package let key: APIKey
    /// A file of certificate authorities to trust in place of the system's. Makes no other site of it.
    package var authorities: String?

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
        self.key = key
    }

    package static func == (a: Self, b: Self) -> Bool { a.base == b.base && a.key == b.key }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(base)
        hasher.combine(key)
    }

    /// What tells this key at this address from others, without showing it.
    ///
    /// - Parameter hash: keyed, so that the key cannot be guessed from it.
    package func fingerprint(_ hash: (_ text: [UInt8]) -> [UInt8]) -> String {
        hash(Array("\(base)\n\(key.authorization)".utf8)).prefix(16)
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func isLoopback(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        let isV4 = numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
        return isV4 || ["localhost", "::1", "[::1]"].contains(host.lowercased())
    }
}
