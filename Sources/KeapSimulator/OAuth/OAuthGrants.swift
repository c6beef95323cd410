import SeededRandom

/// Codes and tokens that were given out. A code works once, and so does a refresh token.
struct OAuthGrants: Sendable {
    /// What a code or token stands for.
    struct Grant: Hashable, Sendable {
        var client: String
        /// App name.
        var account: String
    }

    struct Pair: Hashable, Sendable {
        var access: String
        var refresh: String
        var grant: Grant
    }

    enum Access: Hashable, Sendable {
        case unknown
        case expired
        case opens(Grant)

        var isOpen: Bool { account != nil }
        /// The account that it opens.
        var account: String? {
            guard case .opens(let grant) = self else { return nil }
            return grant.account
        }
    }

    private struct Entry {
        var grant: Grant
        var expires: WorldTime
        /// Of a refresh token: the access token that came with it.
        var partner = ""
        var isUsed = false
    }

    private let options: OAuthOptions
    private var codes: [String: Entry] = [:]
    private var accessTokens: [String: Entry] = [:]
    private var refreshTokens: [String: Entry] = [:]

    init(_ options: OAuthOptions) { self.options = options }

    mutating func code(for grant: Grant, at now: WorldTime, using generator: inout SeededGenerator) -> String {
        prune(at: now)
        let code = Self.text(16, using: &generator)
        codes[code] = Entry(grant: grant, expires: now.advanced(byMilliseconds: options.codeLife))
        return code
    }

    /// Nil for a code that is unknown, over, used, or another client's.
    mutating func redeem(
        _ code: String, of client: String, at now: WorldTime, using generator: inout SeededGenerator
    ) -> Pair? {
        guard let entry = codes.removeValue(forKey: code), entry.grant.client == client, now < entry.expires else {
            return nil
        }
        return pair(for: entry.grant, at: now, using: &generator)
    }

    func owner(ofRefresh token: String) -> Grant? { refreshTokens[token]?.grant }
    /// Whether it would be taken.
    func takes(refresh token: String, at now: WorldTime) -> Bool {
        refreshTokens[token].map { now < $0.expires } ?? false
    }
    func owner(ofCode code: String) -> Grant? { codes[code]?.grant }

    /// A new pair for a refresh token, which ends with that. Nil for one that is unknown, over, used, or another client's.
    mutating func refresh(
        _ token: String, of client: String, at now: WorldTime, using generator: inout SeededGenerator
    ) -> Pair? {
        guard var entry = refreshTokens[token], entry.grant.client == client, now < entry.expires else { return nil }
        if options.endsOldAccess { accessTokens[entry.partner] = nil }
        if !entry.isUsed {
            entry.isUsed = true
            entry.expires = min(entry.expires, now.advanced(byMilliseconds: options.graceAfterUse))
            refreshTokens[token] = entry
        }
        return pair(for: entry.grant, at: now, using: &generator)
    }

    func check(access token: String, at now: WorldTime) -> Access {
        guard let entry = accessTokens[token] else { return .unknown }
        return now < entry.expires ? .opens(entry.grant) : .expired
    }

    /// Ends all tokens of an account: as its owner does who takes the app off.
    mutating func revoke(_ account: String) {
        expireAccess(of: account)
        refreshTokens = refreshTokens.filter { $0.value.grant.account != account }
    }

    /// Ends the access tokens of an account before their time.
    mutating func expireAccess(of account: String) {
        accessTokens = accessTokens.filter { $0.value.grant.account != account }
    }

    private mutating func pair(for grant: Grant, at now: WorldTime, using generator: inout SeededGenerator) -> Pair {
        prune(at: now)
        let (access, refresh) = (Self.text(14, using: &generator), Self.text(16, using: &generator))
        accessTokens[access] = Entry(grant: grant, expires: now.advanced(byMilliseconds: options.accessLife))
        refreshTokens[refresh] = Entry(
            grant: grant, expires: now.advanced(byMilliseconds: options.refreshLife), partner: access)
        return Pair(access: access, refresh: refresh, grant: grant)
    }

    /// Forgets what has been over for a day, so that memory is bounded by what lives. A token that has just expired is
    /// still told from one that never was.
    private mutating func prune(at now: WorldTime) {
        let dayAgo = now.advanced(byMilliseconds: -86_400_000)
        codes = codes.filter { $0.value.expires > dayAgo }
        accessTokens = accessTokens.filter { $0.value.expires > dayAgo }
        refreshTokens = refreshTokens.filter { $0.value.expires > dayAgo }
    }

    private static func text(_ bytes: Int, using generator: inout SeededGenerator) -> String {
        (0..<bytes).map { _ in padded(Int(UInt8.random(in: .min ... .max, using: &generator)), to: 3) }.joined()
    }
}
