import ContactSync
import Keap

/// Lead source and type of new contacts, by where they booked.
package struct Classification: Equatable, Sendable {
    /// Nil: no lead source.
    package var leadSource: LeadSourceTemplate? = .usual
    /// Keap's category for lead sources that are made. Nil: none.
    package var category: String? = "OnceHub"
    /// Keap's type for a new contact. Nil: none.
    package var contactType: String? = "Prospect"

    package init() {}
}
