/// Several messages about one person, one after the other, as one message.
///
/// A message is taken in only if one delivery leaves Keap as one delivery for each would have left it. Under `tags`,
/// the same tags also come and go in the same order. In doubt it is not taken in, which costs a few calls and nothing
/// else.
package struct SnapshotCoalescer: Sendable {
    package private(set) var person: PersonSnapshot
    /// For each part of the person's the newest message that carried it.
    package private(set) var carriers: [String: UInt64]
    private let job: UInt64
    private let mirror: Mirror
    private let directory: TagDirectory
    private let settings: SyncSettings

    /// - Parameters:
    ///   - job: the number of the first message.
    ///   - mirror: what the delivery will begin with.
    package init(
        _ first: PersonSnapshot, job: UInt64, mirror: Mirror, directory: TagDirectory, settings: SyncSettings
    ) {
        person = first
        carriers = Dictionary(uniqueKeysWithValues: first.parts.map { ($0, job) })
        self.job = job
        self.mirror = mirror
        self.directory = directory
        self.settings = settings
    }

    /// Takes the next message in, if it goes with those before.
    ///
    /// - Returns: false if it does not; then nothing has changed.
    package mutating func take(_ later: PersonSnapshot, job: UInt64) -> Bool {
        guard settings.coalesce != .off, ContactMatch.isSameID(person.sourceID, later.sourceID),
            goesWithTags(of: later, job: job), goesWithSearch(of: later), goesWithFields(of: later)
        else { return false }
        for part in later.parts { carriers[part] = job }
        person.values.merge(later.values) { _, last in last }
        person.notes += later.notes.filter { !person.notes.contains($0) }
        if settings.coalesce == .latest {
            person.status = later.status ?? person.status
            if later.programs != nil { (person.programs, person.lacksPrograms) = (later.programs, later.lacksPrograms) }
        } else {
            // They are the same but for their spelling, and a new tag is named after the first.
            person.status = person.status ?? later.status
            person.programs = person.programs ?? later.programs
        }
        return true
    }

    // MARK: Tags

    private func goesWithTags(of later: PersonSnapshot, job laterJob: UInt64) -> Bool {
        // What is left out of one list is not left out of the other.
        if person.lacksPrograms || later.lacksPrograms { return false }
        let namesPrograms = person.programs != nil || later.programs != nil
        // Before and after a program's end its name means two programs, and the fold has one number only.
        if namesPrograms, directory.programs.contains(where: { isBetween(job, $0.deletedBy, laterJob) }) {
            return false
        }
        if settings.coalesce == .latest { return true }
        // Those who said nothing of tags changed none.
        if person.status == nil, person.programs == nil { return true }
        let isSameStatus = later.status.map { $0.text.folded == person.status?.text.folded } ?? true
        let isSamePrograms = later.programs.map { Self.meaning(of: $0) == person.programs.map(Self.meaning) } ?? true
        return isSameStatus && isSamePrograms
    }

    private func isBetween(_ first: UInt64, _ number: UInt64?, _ last: UInt64) -> Bool {
        number.map { first < $0 && $0 < last } ?? false
    }

    private static func meaning(of programs: [ProgramMembership]) -> Set<[String]> {
        Set(programs.map { [$0.id ?? "", $0.name.folded, $0.status.folded] })
    }

    // MARK: Fields

    /// While the contact is not known as this person's, the first message decides which one is found, and which of its
    /// phones is meant.
    private func goesWithSearch(of later: PersonSnapshot) -> Bool {
        guard mirror.contact == nil || mirror.sourceID == nil else { return true }
        return [SyncedField.email, .firstName, .lastName, .mobilePhone].allSatisfy { field in
            later.values[field].map { $0.text.folded == person.values[field]?.text.folded } ?? true
        }
    }

    private func goesWithFields(of later: PersonSnapshot) -> Bool {
        // What cannot be sent leaves the earlier value in Keap, and a note for people, which are both its own.
        let desired = DesiredFields(
            of: later.values, known: [:], phoneSlot: mirror.phoneSlot ?? settings.slots.phone.rawValue,
            settings: settings, policy: settings.policy)
        guard desired.notes.isEmpty else { return false }
        return PolicyField.allCases.allSatisfy { group in
            let (mine, theirs) = (values(of: person, in: group), values(of: later, in: group))
            guard !mine.isEmpty, !theirs.isEmpty, mine != theirs else { return true }
            switch settings.policies[group] ?? .overwrite {
            case .overwrite: return group != .address || isReplaced(mine, by: theirs)
            case .ignore: return true
            // There the later value does not simply win.
            case .keepWhenEmpty, .fillEmpty: return false
            }
        }
    }

    private func values(of person: PersonSnapshot, in group: PolicyField) -> [SyncedField: FieldValue] {
        person.values.filter { PolicyField(of: $0.key) == group }
    }

    /// Whether nothing of the earlier address shows in the later one: country and region are decided together.
    private func isReplaced(_ mine: [SyncedField: FieldValue], by theirs: [SyncedField: FieldValue]) -> Bool {
        Set(mine.keys) == Set(theirs.keys) && (theirs[.country] == nil) == (theirs[.state] == nil)
    }
}
