/// The OAuth side of a simulated Keap: which clients there are, and how long what they get lives.
///
/// Where nothing is documented, defaults take the side that is harder on a client.
package struct OAuthOptions: Sendable {
    package var clients: [OAuthClientSetup] = []
    /// All in milliseconds.
    package var codeLife: Int64 = 600_000
    package var accessLife: Int64 = 86_400_000
    package var refreshLife: Int64 = 45 * 86_400_000
    /// How long a refresh token still works after it was used.
    package var graceAfterUse: Int64 = 0
    /// Whether the access token of a pair ends when the pair is refreshed.
    package var endsOldAccess = true

    package init() {}
}

/// An app as its developer registered it, and the Keap accounts whose owners may let it in.
package struct OAuthClientSetup: Sendable {
    package var id: String
    package var secret: String
    package var redirectURI: String
    /// App names, such as `ab103.infusionsoft.com`.
    package var accounts: [String]

    package init(id: String, secret: String, redirectURI: String, accounts: [String]) {
        self.id = id
        self.secret = secret
        self.redirectURI = redirectURI
        self.accounts = accounts
    }
}
