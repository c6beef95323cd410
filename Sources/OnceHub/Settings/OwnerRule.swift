import ContactSync
import Keap

/// The owner of a customer's contact in Keap.
package enum OwnerRule: Equatable, Sendable {
    case unowned
    case bookingOwner
    /// A user of Keap's, by e-mail, name or id.
    case user(String)
}
