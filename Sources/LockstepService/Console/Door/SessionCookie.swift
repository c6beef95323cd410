import EmbeddedHTTP

/// The cookie that carries a session. Behind TLS its name keeps other sites of the domain from setting it.
enum SessionCookie {
    private static let plain = "lockstep"
    private static let secure = "__Host-lockstep"

    /// The values of all cookies that may be sessions: of several of one name a browser tells no order that counts.
    static func values(in headers: HTTPHeaders) -> [String] {
        let pairs = headers.fields.lazy.filter { $0.name.lowercased() == "cookie" }
            .flatMap { $0.value.split(separator: ";") }
        // No more than a browser would send.
        return pairs.prefix(64).compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            let name = parts[0].drop { $0 == " " || $0 == "\t" }
            guard name == plain || name == secure else { return nil }
            return String(parts[1].prefix { $0 != " " && $0 != "\t" })
        }
    }

    /// The header that sets a session.
    static func setting(_ value: String, isSecure: Bool) -> String {
        "\(name(isSecure))=\(value); Path=/; Max-Age=\(ConsoleSession.lifetime); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }

    /// The header that ends it.
    static func clearing(isSecure: Bool) -> String {
        "\(name(isSecure))=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    private static func name(_ isSecure: Bool) -> String { isSecure ? secure : plain }
}
