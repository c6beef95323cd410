/// What is known of the account that a gateway's key opens.
package protocol AccountIdentity: Sendable {
    /// Under which the account's contacts are told from those of others.
    var name: String { get }

    /// Whether Keap must be asked before anything else is: another key may open the same account.
    var mustAsk: Bool { get }

    /// Keap answered a call made with this key. Returns once what that tells of the account is known.
    ///
    /// - Parameter tenant: the account's name; nil if the answer bore none.
    func answered(tenant: String?, isSuccess: Bool) async
}

/// An account that no other gateway calls on.
struct SoleAccount: AccountIdentity {
    var name: String { "" }
    var mustAsk: Bool { false }
    func answered(tenant: String?, isSuccess: Bool) async {}
}
