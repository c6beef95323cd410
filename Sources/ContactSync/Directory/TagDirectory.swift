package import Keap

/// One gym's knowledge of its tags: which program and status is which tag of Keap's, and what became of the programs.
///
/// A value: it answers and notes, `TagService` calls Keap. Job numbers tell what came first: a program deleted by
/// job 40 is, for job 39, a program whose tags no contact has; for job 41 its name is a new program's.
package struct TagDirectory: Equatable, Sendable {
    var programs: [Program] = []
    /// Every tag of ours, also those that a second tag of the same meaning has replaced.
    private(set) var records: [TagID: TagRecord] = [:]
    /// The tag to apply for a meaning.
    private(set) var keyed: [TagKey: TagID] = [:]
    /// Tags that no contact has any more, or that Keap does not know any more.
    private(set) var retired: Set<TagID> = []
    var categories: [KnownCategory] = []
    /// Whether the account had tags that look like personal ones of ours before we made any, so that each has to be
    /// looked for before it is made. Nil: not known.
    var hasForeignPersonalTags: Bool?
    var customFields: [OwnCustomField: CustomFieldModel] = [:]
    package internal(set) var references = References()
    /// The settings with which the account's tags were read.
    var tagsListedFor: String?
    private(set) var nextProgram = 1
    /// Counts how often what is known of the gym's contacts turned out to be older than what Keap was last told. What a
    /// mirror of another generation says is not believed before its contact has been read.
    package internal(set) var generation = 0
    /// Counts how often one of our custom fields was deleted in Keap, and with it what contacts held there.
    var fieldLosses = 0

    package init() {}

    init(records: [(TagID, TagRecord)], keyed: [(TagKey, TagID)], retired: [TagID], nextProgram: Int) {
        // The last one wins: bytes that name one thing twice must not stop the gym.
        self.records = Dictionary(records) { _, last in last }
        self.keyed = Dictionary(keyed) { _, last in last }
        self.retired = Set(retired)
        self.nextProgram = nextProgram
    }

    struct TagRecord: Equatable, Sendable, Codable {
        /// The tag's name in Keap when it was last read or written.
        var name: String
        var key: TagKey
    }

    /// The name in Keap, as last read or written.
    package func name(of tag: TagID) -> String? { records[tag]?.name }

    struct KnownCategory: Equatable, Sendable, Codable {
        var id: CategoryID
        var name: String
    }

    /// The tag that a wanted tag stands for, for one job.
    enum Answer: Equatable {
        case tag(TagID)
        /// Keap has none that we know of, or the program is new.
        case unknown
        /// The program was deleted after the job was accepted: no contact has its tags.
        case deleted
    }

    func answer(for wanted: WantedTag, job: UInt64) -> Answer {
        switch wanted {
        case .named(let tag):
            return keyed[tag.key].map(Answer.tag) ?? .unknown
        case .status(let word):
            return keyed[.status(word)].map(Answer.tag) ?? .unknown
        case .program(let id, let name, let status):
            guard let index = programs.index(id: id, name: name, at: job) else { return .unknown }
            if programs[index].deletedBy != nil { return .deleted }
            return keyed[.program(programs[index].key, status)].map(Answer.tag) ?? .unknown
        }
    }

    /// Our tags that the contact has, of those that Keap lists.
    func own(of tags: [TagID]) -> [TagID: TagFamily] {
        var own: [TagID: TagFamily] = [:]
        for tag in tags { own[tag] = records[tag]?.key.family }
        return own
    }

    /// Whether a deletion is taking this tag off all contacts, so that no single contact's lane has to.
    func isBeingSwept(_ tag: TagID) -> Bool {
        guard let program = records[tag]?.key.program else { return false }
        return programs.contains { $0.key == program && $0.deletedBy != nil && !$0.isSwept }
    }

    /// No contact has it, whatever a mirror remembers.
    func isRetired(_ tag: TagID) -> Bool { retired.contains(tag) }

    func tags(of program: ProgramKey) -> [(id: TagID, record: TagRecord)] {
        records.filter { $0.value.key.program == program }.map { ($0.key, $0.value) }.sorted { $0.id < $1.id }
    }

    func program(_ key: ProgramKey) -> Program? { programs.first { $0.key == key } }

    /// The present name of a meaning's tag; nil for a program that is unknown or deleted.
    func name(for key: TagKey, word: String, settings: SyncSettings) -> String? {
        switch key.family {
        case .status: return settings.statusTag.name(status: word)
        case .program:
            guard let program = key.program.flatMap(program), program.deletedBy == nil else { return nil }
            return settings.programTag.name(program: program.name, status: word)
        default: return word.limited(to: KeapLengths.tagName)
        }
    }

    func category(_ name: String?) -> KnownCategory? { name.flatMap { name in categories.first { $0.name == name } } }

    /// The meaning of a wanted tag; a program that was not known becomes known. Nil: on no contact.
    mutating func key(for wanted: WantedTag, job: UInt64) -> TagKey? {
        switch wanted {
        case .named(let tag):
            return tag.key
        case .status(let word):
            return .status(word)
        case .program(let id, let name, let status):
            let index = programs.index(id: id, name: name, at: job) ?? newProgram(id: id, name: name)
            guard programs[index].deletedBy == nil else { return nil }
            if programs[index].sourceID == nil { programs[index].sourceID = id }
            return .program(programs[index].key, status)
        }
    }

    /// Learns ids of programs that were known by name only. Returns whether there was anything to learn.
    mutating func noteIDs(of memberships: [ProgramMembership], job: UInt64) -> Bool {
        var learned = false
        for membership in memberships {
            guard let id = membership.id, let index = programs.index(id: id, name: membership.name, at: job),
                programs[index].sourceID == nil
            else { continue }
            programs[index].sourceID = id
            learned = true
        }
        return learned
    }

    mutating func newProgram(id: String?, name: String) -> Int {
        programs.append(Program(key: ProgramKey(rawValue: nextProgram), sourceID: id, name: name))
        nextProgram += 1
        return programs.count - 1
    }

    mutating func note(_ tag: TagID, name: String, key: TagKey) {
        // A tag that already means something else to us (it was renamed in Keap) keeps that meaning too.
        if records[tag] == nil { records[tag] = TagRecord(name: name, key: key) }
        if records[tag]?.key == key { records[tag]?.name = name }
        keyed[key] = tag
        retired.remove(tag)
    }

    mutating func noteName(_ name: String, of tag: TagID) { records[tag]?.name = name }

    /// Keap does not know the tag (any more), or no contact has it.
    mutating func retire(_ tag: TagID) {
        if let record = records.removeValue(forKey: tag), keyed[record.key] == tag { keyed[record.key] = nil }
        for (key, id) in keyed where id == tag { keyed[key] = nil }
        retired.insert(tag)
    }

    mutating func rekey(_ tag: TagID, as key: TagKey) {
        guard let old = records[tag]?.key else { return }
        records[tag]?.key = key
        if keyed[old] == tag { keyed[old] = nil }
        if keyed[key] == nil { keyed[key] = tag }
    }

    mutating func use(_ tag: TagID, for key: TagKey) { keyed[key] = tag }

    /// Takes in those of Keap's tags that are ours: their names fit our templates, and they are in our category or the
    /// template has text of its own (without any, every tag of the account would fit).
    mutating func adopt(_ tags: [KeapTag], settings: SyncSettings) {
        adoptNamed(tags, settings.named)
        let category = category(settings.category)
        for tag in tags.sorted(by: { $0.id < $1.id }) where records[tag.id] == nil && !retired.contains(tag.id) {
            if !settings.deletedPrefix.isEmpty, tag.name.hasPrefix(settings.deletedPrefix) { continue }
            let isInCategory = category != nil && tag.category == category?.id
            let key: TagKey
            if isInCategory || settings.programTag.isDistinctive, let parts = settings.programTag.parts(of: tag.name) {
                key = .program(programs[ownerOfListed(name: parts.program)].key, parts.status)
            } else if isInCategory || settings.statusTag.isDistinctive,
                let parts = settings.statusTag.parts(of: tag.name)
            {
                key = .status(parts.status)
            } else {
                continue
            }
            records[tag.id] = TagRecord(name: tag.name, key: key)
            if keyed[key] == nil { keyed[key] = tag.id }
        }
    }

    private mutating func adoptNamed(_ tags: [KeapTag], _ named: NamedTags) {
        if let mark = named.personalMark { hasForeignPersonalTags = tags.contains { $0.name.contains(mark) } }
        for wanted in named.shared {
            let category = category(wanted.category)?.id
            // A plain word may well be another's tag: only the category tells.
            let ours = tags.filter {
                $0.name.folded == wanted.name.folded && $0.category == category && category != nil
            }
            guard let tag = ours.min(by: { $0.id < $1.id }), records[tag.id] == nil, !retired.contains(tag.id) else {
                continue
            }
            records[tag.id] = TagRecord(name: tag.name, key: wanted.key)
            if keyed[wanted.key] == nil { keyed[wanted.key] = tag.id }
        }
    }

    /// A tag that is there while its program is being deleted is the deleted one's: a new program of that name has to
    /// wait for the name.
    private mutating func ownerOfListed(name: String) -> Int {
        let folded = name.folded
        let ending = programs.firstIndex { program in
            program.deletedBy != nil && !program.isSwept
                && (program.name.folded == folded || program.aliases.contains(folded))
        }
        return ending ?? programs.index(id: nil, name: name, at: .max) ?? newProgram(id: nil, name: name)
    }
}

extension TagDirectory {
    func isConnected(for settings: SyncSettings) -> Bool {
        guard settings.ownFields.allSatisfy({ knows($0, settings: settings) }) else { return false }
        return tagsListedFor == settings.tagNaming && settings.categories.allSatisfy { category($0) != nil }
    }

    /// Whether the field is known under the gym's present label; another label is another field.
    func knows(_ field: OwnCustomField, settings: SyncSettings) -> Bool {
        customFields[field]?.label.folded == settings.customFields[field].folded
    }
}
