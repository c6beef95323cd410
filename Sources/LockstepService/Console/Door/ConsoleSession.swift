import ConfigurationReading
import WireFormats

/// What the console's cookie holds: a role, until a time, sealed with a key that follows from the role's token.
///
/// Nothing is kept for it, so a session outlives a restart; another token ends all sessions of the one before.
struct ConsoleSession: Equatable, Sendable {
    var role: AdminCaller.Role
    /// Seconds since 1970.
    var expires: Int64

    static let lifetime: Int64 = 7 * 24 * 3_600

    /// The cookie's value.
    func sealed(with token: Secret) -> String { "\(content).\(Self.seal(content, token))" }

    /// - Parameters:
    ///   - tokens: of each role that may be signed in.
    ///   - now: seconds since 1970.
    init?(_ value: String, tokens: [AdminCaller.Role: Secret], now: Int64) {
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let role = AdminCaller.Role(rawValue: String(parts[0])), let token = tokens[role],
            let expires = Int64(parts[1])
        else { return nil }
        self.init(role: role, expires: expires)
        // One spelling only, so that nothing but what was sealed is believed. A time too far ahead was never given.
        guard isSameSecret(sealed(with: token), value), now < expires, expires - now <= Self.lifetime else {
            return nil
        }
    }

    init(role: AdminCaller.Role, expires: Int64) { (self.role, self.expires) = (role, expires) }

    private var content: String { "\(role.rawValue).\(expires)" }

    private static func seal(_ content: String, _ token: Secret) -> String {
        // A key of its own: a seal tells nothing of what else the token signs.
        let key = HMAC.sha256(key: Array(token.text.utf8), Array("lockstep console session 1".utf8))
        return HMAC.sha256(key: key, Array(content.utf8)).hexadecimal
    }
}
