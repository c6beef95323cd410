/// What a gym may choose about how its people appear in Keap. The defaults are what a new gym gets.
package struct SyncSettings: Equatable, Sendable {
    /// Name of the tag for a person's status; `{status}` stands for the source's word.
    package var statusTag: TagTemplate = .defaultStatus
    /// Name of the tag for a person's standing in a program: `{program}` and `{status}`.
    package var programTag: TagTemplate = .defaultProgram
    /// Keap's tag category for our tags. Nil: none.
    package var category: String? = "Zen Planner"
    /// Put before the names of a deleted program's tags.
    package var deletedPrefix = "zp_deleted_"
    package var onProgramDeleted: ProgramDeletion = .rename
    package var customFields = CustomFieldLabels()
    package var slots = Slots()
    /// Keap mails nothing to a contact made without a reason.
    package var optInReason = "Signed up at the gym (Zen Planner)"
    package var onContactDeleted: ContactDeletion = .recreate
    /// A field without an entry is overwritten.
    package var policies: [PolicyField: FieldPolicy] = [:]
    /// How wishes of sources are read and met.
    package var wishes = FieldRequestSettings()
    /// Tags of sources that name theirs themselves.
    package var named = NamedTags()
    /// The custom fields that this gym's sources fill.
    package var ownFields = OwnCustomField.allCases
    /// ISO 3166-1 alpha-3, for an address whose country is not known but whose region is one of this country's.
    package var defaultCountry: String? = "USA"
    package var coalesce = Coalescing.tags
    /// Whether each message of the source of record reads the contact first, and puts back what was changed in Keap.
    package var verify = false

    package init() {}

    /// All that decides which tags are ours: when it changes, the account's tags are read again.
    var tagNaming: String { "\(category ?? "")|\(statusTag)|\(programTag)" + named.naming }

    /// Keap's tag categories that are to be there.
    var categories: [String] {
        var seen: Set<String> = []
        return ((category.map { [$0] } ?? []) + named.categories).filter { seen.insert($0).inserted }
    }

    package func policy(for field: SyncedField) -> FieldPolicy {
        policies[PolicyField(of: field)] ?? .overwrite
    }
}

/// What becomes of a deleted program's tags, once no contact has them.
package enum ProgramDeletion: String, CaseIterable, Sendable {
    case rename, delete
}

/// What to do when a contact that we knew is no longer in Keap, under no id.
package enum ContactDeletion: String, CaseIterable, Sendable {
    case recreate, leave
}

package enum FieldPolicy: String, CaseIterable, Sendable {
    /// The source's value replaces Keap's, an empty one clears it.
    case overwrite
    /// As `overwrite`, but an empty source value leaves Keap's alone.
    case keepWhenEmpty
    /// Written only while Keap has nothing there.
    case fillEmpty
    /// Never written.
    case ignore
}

/// What a policy can be set for. The parts of an address stand or fall together.
package enum PolicyField: String, CaseIterable, Hashable, Sendable {
    case firstName, lastName, email, mobilePhone, birthDate, address, signupDate, prospectSource

    package init(of field: SyncedField) {
        switch field {
        case .firstName: self = .firstName
        case .lastName: self = .lastName
        case .email: self = .email
        case .mobilePhone: self = .mobilePhone
        case .birthDate: self = .birthDate
        case .address1, .address2, .city, .state, .zip, .country: self = .address
        case .signupDate: self = .signupDate
        case .prospectSource: self = .prospectSource
        }
    }
}

/// Labels of the custom fields, as Keap's users see them. Looked up ignoring case; made if missing.
package struct CustomFieldLabels: Equatable, Sendable {
    package var zenPlannerID = "Zen Planner ID"
    package var signupDate = "Signup Date"
    package var prospectSource = "Prospect Source"

    package init() {}

    package subscript(_ field: OwnCustomField) -> String {
        switch field {
        case .zenPlannerID: zenPlannerID
        case .signupDate: signupDate
        case .prospectSource: prospectSource
        }
    }
}

/// The custom fields that a gym's contacts get.
package enum OwnCustomField: String, CaseIterable, Codable, Hashable, Sendable, CodingKeyRepresentable {
    case zenPlannerID, signupDate, prospectSource
}

/// Which of Keap's list entries are ours. All others are left as they are.
package struct Slots: Equatable, Sendable {
    package enum Email: String, CaseIterable, Sendable {
        case email1 = "EMAIL1"
        case email2 = "EMAIL2"
        case email3 = "EMAIL3"
    }

    package enum Phone: String, CaseIterable, Sendable {
        case phone1 = "PHONE1"
        case phone2 = "PHONE2"
        case phone3 = "PHONE3"
        case phone4 = "PHONE4"
        case phone5 = "PHONE5"
    }

    package enum Address: String, CaseIterable, Sendable {
        case billing = "BILLING"
        case shipping = "SHIPPING"
        case other = "OTHER"
    }

    package var email: Email = .email1
    /// For a contact whose phone we have not written yet; afterwards the slot where we first put it.
    package var phone: Phone = .phone1
    package var address: Address = .billing

    package init() {}
}
