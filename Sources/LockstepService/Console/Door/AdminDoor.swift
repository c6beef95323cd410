import ConfigurationReading
import EmbeddedHTTP

/// Decides by a request's head who sent it and whether it may pass. Knows no routes and keeps no clock.
struct AdminDoor: Sendable {
    let adminToken: Secret?
    let readToken: Secret?
    let names: AdminNames

    struct Refusal: Equatable, Error {
        var status: Int
        var sentence: String
    }

    /// Nil: a stranger.
    ///
    /// - Parameter now: seconds since 1970.
    func caller(of head: HTTPRequest, now: Int64) -> AdminCaller? {
        guard adminToken != nil else { return AdminCaller(role: .admin, proof: .none) }
        // A token that is sent is the one that counts: a wrong one is not made good by a cookie.
        if let given = head.headers["Authorization"] {
            return role(ofToken: Self.bearer(given)).map { AdminCaller(role: $0, proof: .bearer) }
        }
        for value in SessionCookie.values(in: head.headers) {
            if let session = ConsoleSession(value, tokens: tokens, now: now) {
                return AdminCaller(role: session.role, proof: .cookie)
            }
        }
        return nil
    }

    /// Which role a token has. All are compared, so that the time taken tells nothing.
    func role(ofToken given: String) -> AdminCaller.Role? {
        let isAdmin = adminToken.map { isSameSecret(given, $0.text) } ?? false
        let isReader = readToken.map { isSameSecret(given, $0.text) } ?? false
        return isAdmin ? .admin : isReader ? .reader : nil
    }

    /// A new session's cookie.
    func session(of role: AdminCaller.Role, now: Int64) -> String? {
        tokens[role].map { ConsoleSession(role: role, expires: now + ConsoleSession.lifetime).sealed(with: $0) }
    }

    /// The name that the request called this address by must be one of its own.
    func refusal(ofHost head: HTTPRequest) -> Refusal? {
        guard !names.contains(head.headers["Host"] ?? "") else { return nil }
        if adminToken == nil {
            return Refusal(
                status: 403, sentence: "without an admin token, call this address by localhost or its number")
        }
        return Refusal(
            status: 403,
            sentence: "this address is not known by that name; list the name under adminNames, or call it by its number"
        )
    }

    /// Why a request that would change something is refused, whatever it asks for.
    ///
    /// A browser says in `Sec-Fetch-Site` which page a request comes from, and no page can change that. Without the header
    /// only what no browser sends by itself counts: a bearer token.
    func refusal(ofWrite head: HTTPRequest, by caller: AdminCaller) -> Refusal? {
        if let refusal = Self.refusal(ofSource: head, proof: caller.proof) { return refusal }
        guard caller.role == .admin else {
            return Refusal(status: 403, sentence: "the read token may look, and change nothing")
        }
        return nil
    }

    static func refusal(ofSource head: HTTPRequest, proof: AdminCaller.Proof) -> Refusal? {
        let sites = head.headers.fields.filter { $0.name.lowercased() == "sec-fetch-site" }.map(\.value)
        guard sites.isEmpty else {
            return sites.allSatisfy { $0 == "same-origin" }
                ? nil : Refusal(status: 403, sentence: "requests from other web pages are refused")
        }
        if head.headers["Origin"] != nil {
            return Refusal(status: 403, sentence: "requests from web pages are refused")
        }
        if proof == .cookie || (proof == .none && head.headers["Cookie"] != nil) {
            return Refusal(
                status: 403,
                sentence: "a session may change something only from the console's own pages, in a browser that says so "
                    + "(Sec-Fetch-Site: same-origin), which takes https or localhost; a program sends the token")
        }
        return nil
    }

    private var tokens: [AdminCaller.Role: Secret] {
        var tokens: [AdminCaller.Role: Secret] = [:]
        tokens[.admin] = adminToken
        tokens[.reader] = readToken
        return tokens
    }

    /// The token behind `Bearer `; empty if it is another scheme, which no token is.
    private static func bearer(_ header: String) -> String {
        let scheme = "bearer "
        return header.lowercased().hasPrefix(scheme) ? String(header.dropFirst(scheme.count)) : ""
    }
}
