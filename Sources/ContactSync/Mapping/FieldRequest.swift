package import Keap

/// A value for a field of Keap's beside those that every source fills.
///
/// An empty value asks for nothing: what a booking form left out says nothing about the contact.
package struct FieldRequest: Equatable, Sendable {
    package var target: FieldTarget
    package var value: SourceValue
    package var rule: Rule

    package enum Rule: String, CaseIterable, Sendable {
        /// Replaces what Keap has.
        case override
        /// Written only while Keap has nothing there.
        case fillEmpty
        /// Written only when the contact is made.
        case onlyNew
    }

    package init(_ target: FieldTarget, _ value: SourceValue, _ rule: Rule) {
        self.target = target
        self.value = value
        self.rule = rule
    }
}

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

    /// What the mirror knows it by: two of one key are one field.
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

/// What a gym's settings say about wishes, whichever source has them.
package struct FieldRequestSettings: Equatable, Sendable {
    /// Keap's lead source category for those that are made.
    package var leadSourceCategory: String?
    /// Labels, folded, of custom fields that may be made, with their types.
    package var makes: [String: CustomFieldType] = [:]
    /// Every custom field that may be wished for, as the settings write it, for `check`.
    package var labels: [String] = []

    package init() {}

    package mutating func makes(_ label: String, _ type: CustomFieldType) { makes[label.folded] = type }
}

/// What Keap is to be asked before wishes can be written.
package enum ReferenceNeed: Hashable, Sendable {
    case customField(label: String)
    /// The list of users; `words` says who was not in the list as it was last read.
    case users(words: String)
    case record(RecordKind, name: String)
    /// The field's options again: `words` was not among them as they were last read.
    case options(label: String, words: String)

    /// Case and blanks aside.
    var folded: ReferenceNeed {
        switch self {
        case .customField(let label): .customField(label: label.folded)
        case .users(let words): .users(words: words.folded)
        case .record(let kind, let name): .record(kind, name: name.folded)
        case .options(let label, let words): .options(label: label.folded, words: words.folded)
        }
    }
}
