import Foundation

/// The address of an API, and what is trusted there.
package struct APISite: Hashable, Sendable {
    package enum Problem: Error, Equatable {
        case notAnAddress
        /// Credentials would travel unprotected.
        case notSecure
    }

    /// The API's name in messages.
    package let peer: String
    /// Scheme, host and path without a slash at the end.
    package let base: String
    /// A file of certificate authorities to trust in place of the system's. Makes no other site of it.
    package var authorities: String?

    /// - Parameter base: an https address (plain http only for loopback), with neither user, query nor fragment.
    package init(_ base: String, of peer: String) throws(Problem) {
        guard let parts = URLComponents(string: base), let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, parts.user == nil, parts.password == nil
        else { throw .notAnAddress }
        switch parts.scheme?.lowercased() {
        case "https": break
        case "http": guard Self.isLoopback(host) else { throw .notSecure }
        default: throw .notAnAddress
        }
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.peer = peer
    }

    package static func == (a: Self, b: Self) -> Bool { a.base == b.base }

    package func hash(into hasher: inout Hasher) { hasher.combine(base) }

    /// Whether it is on this machine, as only simulators and gateways are.
    package var isLoopback: Bool { URLComponents(string: base)?.host.map(Self.isLoopback) ?? false }

    private static func isLoopback(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        let isV4 = numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
        return isV4 || ["localhost", "::1", "[::1]"].contains(host.lowercased())
    }
}
