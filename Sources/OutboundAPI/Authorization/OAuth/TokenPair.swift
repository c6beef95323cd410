package import Clocks

/// What an OAuth client was given for one account. Prints without its secrets, as keys do.
package struct TokenPair: Equatable, Sendable {
    /// Opens the API until it expires.
    package var access: APIKey
    /// Gets the next pair, once.
    package var refresh: APIKey
    package var issuedAt: WallTime
    package var expiresAt: WallTime

    package init(access: APIKey, refresh: APIKey, issuedAt: WallTime, expiresAt: WallTime) {
        self.access = access
        self.refresh = refresh
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// - Parameter old: kept where the answer brings no refresh token.
    package init(_ grant: TokenGrant, keeping old: APIKey, at now: WallTime) {
        let lifetime = grant.lifetime ?? TokenGrant.usualLifetime
        self.init(
            access: grant.access, refresh: grant.refresh ?? old, issuedAt: now,
            expiresAt: now + lifetime.wholeMilliseconds)
    }
}

/// What is kept of one account's tokens between starts.
package struct TokenMemory: Equatable, Sendable {
    package var pair: TokenPair
    /// The account that the tokens open, by the API's name. They are never used for another.
    package var account: String
    /// When the refresh was begun whose answer is not known yet. The other side may have ended the pair since.
    package var refreshBegunAt: WallTime?
    /// The other side's words when it refused the refresh token: only its owner's consent gives another.
    package var endedBecause: String?

    package init(
        pair: TokenPair, account: String, refreshBegunAt: WallTime? = nil, endedBecause: String? = nil
    ) {
        self.pair = pair
        self.account = account
        self.refreshBegunAt = refreshBegunAt
        self.endedBecause = endedBecause
    }
}

/// Keeps one account's tokens where they outlive the process.
package protocol TokenStore: Sendable {
    /// Sets room aside, so that the next `save` does not fail for want of it.
    func reserve() async throws
    /// Returns once it would survive a loss of power.
    func save(_ memory: TokenMemory) async throws
}
