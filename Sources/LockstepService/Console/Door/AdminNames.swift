import EmbeddedHTTP

/// The names by which the admin address may be called. Any other is a page that gave its own name this machine's number.
struct AdminNames: Equatable, Sendable {
    private let admin: String
    private let others: Set<String>

    /// - Parameter others: for a proxy in front, with or without a port.
    init(admin: ListenAddress, others: [String] = []) {
        self.admin = admin.host.lowercased()
        self.others = Set(others.map { $0.lowercased() })
    }

    /// - Parameter host: a Host header; HTTP/1.0 may leave it out, which no browser does.
    func contains(_ host: String) -> Bool {
        if host.isEmpty { return true }
        if others.contains(host.lowercased()) { return true }
        // A name without a port has the default one; nil: no host at all.
        guard let address = (try? ListenAddress(host)) ?? (try? ListenAddress(host + ":0")) else { return false }
        let name = address.host.lowercased()
        if address.isLoopback || name == admin || others.contains(name) { return true }
        // Listening on all addresses of the machine, any of them is its own; a number cannot be made to mean another.
        return isWildcard && Self.isNumber(name)
    }

    private var isWildcard: Bool { ["", "0.0.0.0", "::"].contains(admin) }

    private static func isNumber(_ name: String) -> Bool {
        let octets = name.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = octets.count == 4 && octets.allSatisfy { !$0.isEmpty && UInt8($0) != nil }
        return isIPv4 || name.contains(":")
    }
}
