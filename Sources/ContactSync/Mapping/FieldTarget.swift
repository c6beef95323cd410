package import Keap

/// Where a wish goes.
package enum FieldTarget: Hashable, Sendable {
    /// One of Keap's own that is one text, but for the two below.
    case property(ContactField)
    /// A user, by e-mail, name or id.
    case owner
    /// By its name; made if missing, in the category that the settings name.
    case leadSource
    /// By its name; its record is made if missing.
    case company
    case phone(Slots.Phone)
    case email(Slots.Email)
    /// By its label. Made with the type that the settings name, if they do; else it must be there.
    case custom(String)

    /// The kind of record that is looked for by its name.
    var record: RecordKind? {
        switch self {
        case .leadSource: .leadSource
        case .company: .company
        default: nil
        }
    }

    /// Its key in the mirror: two targets of one key are one field.
    package var key: String {
        switch self {
        case .property(let field): field.rawValue
        case .owner: ContactField.owner.rawValue
        case .leadSource: ContactField.leadSource.rawValue
        case .company: "company"
        case .phone(let slot): slot.rawValue
        case .email(let slot): slot.rawValue
        case .custom(let label): "custom " + label.folded
        }
    }

    /// The contact property that holds it.
    var field: ContactField {
        switch self {
        case .property(let field): field
        case .owner: .owner
        case .leadSource: .leadSource
        case .company: .company
        case .phone: .phoneNumbers
        case .email: .emailAddresses
        case .custom: .customFields
        }
    }

    var isInList: Bool { KeapFields.isList(field) }
}
