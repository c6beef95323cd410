package import ContactSync
package import Keap

/// Whose contact a customer becomes.
package enum OwnerRule: Equatable, Sendable {
    case unowned
    case bookingOwner
    /// A user of Keap's, by e-mail, name or id.
    case user(String)
}
