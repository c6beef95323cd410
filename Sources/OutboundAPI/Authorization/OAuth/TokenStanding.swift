/// How one account's tokens are: whether calls can be made, and what a person should know.
package struct TokenStanding: Equatable, Sendable {
    package enum Trouble: Equatable, Sendable {
        /// No consent was ever given.
        case notConnected
        /// Only the owner's consent helps: in the other side's words.
        case mustReconnect(reason: String)
        /// The client's id or secret is refused.
        case clientRefused(reason: String)
        /// The last refresh came to nothing, and is tried again.
        case outage(reason: String)
    }

    /// Whether there is an access token that, as far as is known, opens the API.
    package var isUsable: Bool
    package var trouble: Trouble?

    /// Whether only consent of the account's owner helps.
    package var needsOwner: Bool {
        switch trouble {
        case .notConnected, .mustReconnect: true
        case .clientRefused, .outage, nil: false
        }
    }

    package init(isUsable: Bool, trouble: Trouble? = nil) {
        self.isUsable = isUsable
        self.trouble = trouble
    }
}
