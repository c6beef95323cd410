/// A gym's settings for how its people appear in Keap.
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

/// Whether a deleted program's tags are renamed or deleted, once no contact has them.
package enum ProgramDeletion: String, CaseIterable, Sendable {
    case rename, delete
}

/// Whether a contact that was deleted in Keap is made again.
package enum ContactDeletion: String, CaseIterable, Sendable {
    case recreate, leave
}
