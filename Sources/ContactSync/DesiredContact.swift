/// What a change asks of its contact, whichever source made it: who they are, what their fields are to hold, and which
/// tags they are to wear.
///
/// The planner knows no source. Each makes its changes into one of these, with what the mirror remembers.
package struct DesiredContact: Equatable, Sendable {
    /// For the one source whose ids are kept in Keap. Nil: e-mail and name tell who it is.
    package var zenPlannerID: String?
    /// Whether the source is the one of record, whose values count also in a change that names no id.
    package var isOfRecord = false
    /// Whether what the contact last held by our hand is to be put back.
    package var isResync = false
    /// What the contact's names must have in common with those wanted, where no id decides.
    package var nameMatch = NameMatch.parts
    package var values: [SyncedField: FieldValue] = [:]
    /// For every field of a contact that Keap has already. Nil: as the gym's settings say, field by field.
    package var policy: FieldPolicy?
    /// Why Keap may mail a new contact. Nil: the gym's own reason.
    package var optInReason: String?
    package var tags: [TagRequest] = []
    /// Values for fields of Keap's beside those above.
    package var wishes: [FieldRequest] = []
    package var appointments: [AppointmentRequest] = []
    /// Personal tags that the contact may wear from before the memory was lost.
    package var forgottenTags: [NamedTag] = []
    /// In which zone, and in which order of days, the wishes' dates are meant.
    package var reading = ValueReading.utc
    /// Why nothing can be asked for until a person has done something, in a sentence. Nil: it can.
    package var impossible: String?
    /// What the source noticed, for the people who look after it.
    package var notes: [AttentionNote] = []
    /// What the source is to remember of this contact once all of it is done. Nil: as before.
    package var memory: SourceMemory?

    package init(zenPlannerID: String? = nil, values: [SyncedField: FieldValue] = [:]) {
        self.zenPlannerID = zenPlannerID
        self.values = values
    }

    func text(_ field: SyncedField) -> String { values[field]?.text ?? "" }
}

/// How a contact of the right e-mail address is told by its name.
package enum NameMatch: String, CaseIterable, Sendable {
    /// First and last name, each.
    case parts
    /// Both run together: the source has one text, and where it was split is a guess.
    case whole
    /// One of that name if there is one, else any contact of that address. Families share one, so a gym must ask for it.
    case anyName
}

/// Tags that are decided together. Families that no wish names stay as they are.
package struct TagRequest: Equatable, Sendable {
    package var family: TagFamily
    /// To be worn.
    package var worn: [WantedTag]
    /// Whether whatever else of the family is worn comes off.
    package var isWhole: Bool
    /// Whether, though the wish is not whole, other tags of the programs that it names come off.
    package var replacesInPrograms = false
    /// To come off, also if the others of the family stay.
    package var unworn: [WantedTag] = []
    /// Whether tags that are worn already are taken off and applied again, once for this job.
    package var isRenewed = false

    package init(_ family: TagFamily, worn: [WantedTag], isWhole: Bool = true) {
        self.family = family
        self.worn = worn
        self.isWhole = isWhole
    }
}

/// What one source keeps in the mirror between its changes; only the source can read it.
package struct SourceMemory: Equatable, Sendable {
    package var source: String
    package var text: String
    /// What is to be remembered from the first try on, so that a change of which only a part is done is known of even if
    /// it ends as a dead letter. Nil: nothing.
    package var underway: String?
    /// Families of personal tags that the source still speaks of. Those of others are left as they are and forgotten,
    /// since a lane's state is bounded.
    package var families: Set<TagFamily>

    package init(source: String, text: String, underway: String? = nil, families: Set<TagFamily>) {
        self.source = source
        self.text = text
        self.underway = underway
        self.families = families
    }
}

/// A change of one contact by a source that the planner knows nothing about.
package protocol ContactChange: Sendable {
    /// - Parameter mirror: what the lane knows before the change. Asked again at each try, and must answer alike.
    func wanted(after mirror: Mirror) -> DesiredContact

    /// For people who look after it: which record of the source this is.
    var subject: String { get }

    /// Ids of the source's records that are this contact's, strongest first: their changes share a lane.
    var records: [String] { get }
    /// With `nameMatch`, what tells the contact where no id does.
    var values: [SyncedField: FieldValue] { get }
    var nameMatch: NameMatch { get }

    func isEqual(to other: any ContactChange) -> Bool
}

extension ContactChange where Self: Equatable {
    package func isEqual(to other: any ContactChange) -> Bool { other as? Self == self }
}

extension PersonSnapshot: ContactChange {
    package func wanted(after mirror: Mirror) -> DesiredContact {
        var wanted = DesiredContact(zenPlannerID: zenPlannerID.isEmpty ? nil : zenPlannerID, values: values)
        wanted.notes = notes
        wanted.isOfRecord = true
        if let status {
            let word = status.text
            wanted.tags.append(TagRequest(.status, worn: word.isEmpty ? [] : [.status(word)]))
        }
        if let programs {
            let tags = programs.map { WantedTag.program(id: $0.id, name: $0.name, status: $0.status) }
            var wish = TagRequest(.program, worn: tags, isWhole: !lacksPrograms)
            wish.replacesInPrograms = lacksPrograms
            wanted.tags.append(wish)
        }
        return wanted
    }

    package var subject: String {
        PersonName(values).described(as: zenPlannerID.isEmpty ? nil : "Zen Planner ID \(zenPlannerID)")
    }
    package var records: [String] { [] }
    package var nameMatch: NameMatch { .parts }
}
