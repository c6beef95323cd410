import AsyncPrimitives
package import Keap
import Synchronization
import WireFormats

/// Keeps one gym's tag directory: finds or makes in Keap what it names, and saves it before anything relies on it.
///
/// Whatever it makes is looked for first, each time: so no intent need be kept, and a crash or a lost answer makes nothing
/// twice. Only a contact's own tags are made without a look, and their intent is in the contact's mirror.
///
/// The directory can be read, and changes can be announced, without waiting; whatever calls Keap is single-flight, so
/// that two lanes that need one new tag make one.
package actor TagService {
    let calls: any KeapAPI
    /// For what is looked for or made once, while many may wait for it.
    let callsAhead: any KeapAPI
    package nonisolated let settings: SyncSettings
    nonisolated let adds = InFlightAdds()
    private let save: @Sendable ([UInt8]) async throws -> Void
    private nonisolated let state: Mutex<State>
    private let saving = KeyedLock<Int, Void>()
    private let making = KeyedLock<TagKey, Void>()
    private let shared: @Sendable () -> SharedCreation
    /// Which locks these are may change: a key that is held is let go where it was taken.
    var connecting: KeyedLock<Int, Void> { shared().connecting }
    private var naming: KeyedLock<String, Void> { shared().naming }
    var referring: KeyedLock<ReferenceNeed, Void> { shared().referring }

    private struct State {
        var directory: TagDirectory
        /// Counts the changes, so that a saver knows whether another's save covered its own.
        var version = 0
        var savedVersion = 0
    }

    /// - Parameters:
    ///   - saved: what `save` was last given; nil for a new gym.
    ///   - shared: of the gyms of one Keap account.
    ///   - save: returns once the bytes are on disk for good.
    package init(
        settings: SyncSettings, saved: [UInt8]?, calls: any KeapAPI, shared: (@Sendable () -> SharedCreation)? = nil,
        save: @escaping @Sendable ([UInt8]) async throws -> Void
    ) throws(TagDirectory.Unreadable) {
        self.settings = settings
        self.calls = calls
        callsAhead = calls.ahead()
        let own = SharedCreation()
        self.shared = shared ?? { own }
        self.save = save
        state = Mutex(State(directory: try TagDirectory(bytes: saved ?? [])))
    }

    package nonisolated var directory: TagDirectory { state.withLock { $0.directory } }

    /// Takes note of a program's renaming or end. To be called in the order in which the jobs were accepted, and again
    /// for every pending one after a restart; never waits. Keap follows when the job itself is delivered.
    package nonisolated func announce(_ change: ProgramChange, job: UInt64) {
        edit { $0.announce(change, job: job) }
    }

    /// Goes on from the directory of another service of the same gym, of which some may not be saved. To be called before
    /// anything is asked of this one.
    package nonisolated func takeOver(from other: TagService) {
        let directory = other.directory
        edit { $0 = directory }
    }

    /// What is known of the gym's contacts is older than what Keap was last told: each contact is read before anything
    /// is decided about it, and the account's tags are read again. Durable when it returns; calls nothing.
    package func doubtEverything() async throws {
        edit { directory in
            directory.generation += 1
            directory.tagsListedFor = nil
            directory.references.forget()
        }
        try await persist()
    }

    // MARK: What lanes ask for

    /// Finds our category, its tags and our custom fields in Keap, and makes what is missing. Later calls cost nothing.
    func connect() async throws(DeliveryFailure) {
        guard !directory.isConnected(for: settings) else { return }
        guard let turn = await connecting.acquire(0) else { throw .interrupted }
        defer { turn.release() }
        try await findCategories()
        try await findTags()
        try await findCustomFields()
        try await persist()
    }

    /// Sees to it that the directory has a tag for each, except for programs that are deleted.
    func ensure(_ wanted: [WantedTag], job: UInt64) async throws(DeliveryFailure) {
        try await connect()
        for wanted in wanted {
            guard let key = edit({ $0.key(for: wanted, job: job) }) else { continue }
            let category = if case .named(let tag) = wanted { tag.category } else { settings.category }
            try await ensure(key, word: wanted.word, category: category)
        }
        try await persist()
    }

    /// Learns ids of programs that were known by their names only.
    func noteIDs(of memberships: [ProgramMembership], job: UInt64) async throws(DeliveryFailure) {
        if edit({ $0.noteIDs(of: memberships, job: job) }) { try await persist() }
    }

    /// Keap said that it does not know this tag. Unless it lists it all the same: then another of its name would be a
    /// second one.
    func forget(_ tag: TagID) async throws(DeliveryFailure) {
        if let name = directory.records[tag]?.name {
            let listed = try await keap { () async throws(KeapFailure) in try await callsAhead.tags(named: name) }
            if listed.contains(where: { $0.id == tag }) {
                throw .contradiction("it lists the tag \"\(name)\" and says that it does not know it")
            }
        }
        edit { $0.retire(tag) }
        try await persist()
    }

    /// Asks Keap whether our custom fields are still there, and makes those that are not. Returns whether any was not.
    ///
    /// - Parameter known: the fields with which the refused request was made. Of many lanes that find out at once, the
    ///   first asks.
    func recheckCustomFields(_ known: [OwnCustomField: CustomFieldModel]) async throws(DeliveryFailure) -> Bool {
        guard let turn = await connecting.acquire(0) else { throw .interrupted }
        defer { turn.release() }
        guard directory.customFields == known else { return true }
        try await findCustomFields(isRecheck: true)
        return directory.customFields != known
    }

    /// Marks tags as about to be applied, until `adds.end`. Nil, and nothing is marked, if one must not be worn any more.
    nonisolated func beginAdding(_ tags: [TagID]) -> InFlightAdds.Add? {
        state.withLock { state in
            guard !tags.contains(where: { state.directory.isRetired($0) || state.directory.isBeingSwept($0) }) else {
                return nil
            }
            // Under the same lock as the tombstones: a deletion sees every add that was let through before it.
            return adds.begin(tags)
        }
    }

    // MARK: First connect

    private func findCategories() async throws(DeliveryFailure) {
        for name in settings.categories where directory.category(name) == nil {
            let id = try await categoryID(named: name)
            edit { $0.categories.append(.init(id: id, name: name)) }
            try await persist()
        }
    }

    /// Reads the account's tags once, a thousand a call, so that those which an earlier connector left behind are known
    /// as ours when a contact is met that has them.
    private func findTags() async throws(DeliveryFailure) {
        guard directory.tagsListedFor != settings.tagNaming else { return }
        let tags = try await keap { () async throws(KeapFailure) in try await callsAhead.tags() }
        edit {
            $0.adopt(tags, settings: settings)
            $0.tagsListedFor = settings.tagNaming
        }
    }

    /// To be called while holding `connecting`.
    private func categoryID(named name: String) async throws(DeliveryFailure) -> CategoryID {
        let found = try await keap { () async throws(KeapFailure) in try await callsAhead.categories(named: name) }
        if let known = found.first(where: { $0.name.folded == name.folded }) { return known.id }
        return try await keap { () async throws(KeapFailure) in try await callsAhead.createCategory(name) }.id
    }

    private func findCustomFields(isRecheck: Bool = false) async throws(DeliveryFailure) {
        guard isRecheck || settings.ownFields.contains(where: { !directory.knows($0, settings: settings) })
        else { return }
        let models = try await keap { () async throws(KeapFailure) in try await callsAhead.customFields() }
        // All at once, so that no plan misses a field that Keap has.
        edit { directory in
            var isLost = false
            defer { directory.fieldLosses += isLost ? 1 : 0 }
            for field in settings.ownFields {
                let label = settings.customFields[field]
                let isThere = models.contains { $0.id == directory.customFields[field]?.id }
                if isThere, directory.knows(field, settings: settings) { continue }
                if !isThere, directory.customFields[field] != nil { isLost = true }
                directory.customFields[field] = models.first { $0.label.folded == label.folded }
            }
        }
        try await persist()
        for field in settings.ownFields where directory.customFields[field] == nil {
            try await makeCustomField(field)
        }
    }

    private func makeCustomField(_ field: OwnCustomField) async throws(DeliveryFailure) {
        let label = settings.customFields[field]
        let type: CustomFieldType = field == .signupDate ? .date : .text
        let made = try await keap { () async throws(KeapFailure) in
            try await callsAhead.createCustomField(label, type: type)
        }
        edit {
            // As we asked for it: a label that Keap words in its own way must not be looked for again.
            $0.customFields[field] = CustomFieldModel(
                id: made.id, label: label, fieldName: made.fieldName, fieldType: made.fieldType)
        }
        try await persist()
    }

    // MARK: Tags

    private func ensure(_ key: TagKey, word: String, category: String?) async throws(DeliveryFailure) {
        // By meaning first: a program may be renamed while its tag is made, and then the name would not keep two makers
        // apart. By name second: two programs may have one name.
        guard let makingTurn = await making.acquire(key) else { throw .interrupted }
        defer { makingTurn.release() }
        guard directory.keyed[key] == nil, let name = directory.name(for: key, word: word, settings: settings) else {
            return
        }
        guard let namingTurn = await naming.acquire(name.folded) else { throw .interrupted }
        defer { namingTurn.release() }
        let tag = try await findOrMakeTag(named: name, category)
        edit { $0.note(tag.id, name: tag.name, key: key) }
        try await persist()
        // The program may have been renamed meanwhile; its job does not know of this tag.
        guard let current = directory.name(for: key, word: word, settings: settings), current.folded != tag.name.folded,
            let record = directory.records[tag.id], record.key == key
        else { return }
        _ = try await rename(tag.id, record, to: current)
    }

    private func findOrMakeTag(named name: String, _ category: String?) async throws(DeliveryFailure) -> KeapTag {
        if let known = try await existingTag(named: name, category) { return known }
        return try await makeOrFindTag(named: name, category)
    }

    private func makeOrFindTag(named name: String, _ category: String?) async throws(DeliveryFailure) -> KeapTag {
        do throws(DeliveryFailure) {
            return KeapTag(id: try await makeTag(name, category), name: name)
        } catch {
            // Names are unique: it may have been made since we looked, also by our own lost request.
            guard case .keap(.refused) = error else { throw error }
            if let known = try await existingTag(named: name, category) { return known }
            // Kept with HTML's escapes, it is found by no filter, which takes no semicolon.
            guard name.withMarkupEscapes != nil,
                let known = try await existingTag(named: name, category, inWholeList: true)
            else { throw error }
            return known
        }
    }

    /// Finds or makes a tag that only one contact will have. That contact's lane has noted durably that it may be made.
    ///
    /// - Parameter isNew: the lane has never asked for it before, so that only another can have made it.
    func personalTag(_ tag: NamedTag, isNew: Bool) async throws(DeliveryFailure) -> TagID {
        try await connect()
        let name = tag.name.limited(to: KeapLengths.tagName)
        let isOursAlone = directory.hasForeignPersonalTags == false
        if !(isNew && isOursAlone), let known = try await existingTag(named: name, tag.category) { return known.id }
        return try await makeOrFindTag(named: name, tag.category).id
    }

    func allTags() async throws(DeliveryFailure) -> [KeapTag] {
        try await keap { () async throws(KeapFailure) in try await callsAhead.tags() }
    }

    /// The tag of this name in Keap: one in our category before others, the oldest first.
    func existingTag(
        named name: String, _ category: String?, inWholeList isWhole: Bool = false
    ) async throws(DeliveryFailure) -> KeapTag? {
        let found = try await keap { () async throws(KeapFailure) in
            isWhole ? try await callsAhead.tags() : try await callsAhead.tags(named: name)
        }
        let directory = self.directory
        let fitting = found.filter { $0.name.folded == name.folded }
        if fitting.contains(where: { directory.isBeingSwept($0.id) }) {
            throw .busy("The tag \"\(name)\" is still a deleted program's; waiting until it has been taken off.")
        }
        return fitting.filter { !directory.isRetired($0.id) }.min { a, b in
            let ours = directory.category(category)?.id
            return (a.category == ours ? 0 : 1, a.id) < (b.category == ours ? 0 : 1, b.id)
        }
    }

    private func makeTag(_ name: String, _ category: String?) async throws(DeliveryFailure) -> TagID {
        let known = directory.category(category)
        do throws(KeapFailure) {
            return try await callsAhead.createTag(name, in: known?.id).id
        } catch {
            // Perhaps the category is what Keap does not know any more: look once, and try again if so.
            switch error {
            case .refused, .gone: break
            default: throw .keap(error)
            }
            guard let known, try await recheckCategory(known) else {
                throw .keap(error)
            }
        }
        return try await keap { () async throws(KeapFailure) in
            try await callsAhead.createTag(name, in: directory.category(category)?.id).id
        }
    }

    /// Whether the category turned out to be another than the one that was refused.
    private func recheckCategory(_ refused: TagDirectory.KnownCategory) async throws(DeliveryFailure) -> Bool {
        guard let turn = await connecting.acquire(0) else { throw .interrupted }
        defer { turn.release() }
        // Another lane may have asked meanwhile.
        guard directory.category(refused.name) == refused else { return true }
        let now = try await categoryID(named: refused.name)
        guard now != refused.id else { return false }
        edit { directory in
            directory.categories.removeAll { $0.name == refused.name }
            directory.categories.append(.init(id: now, name: refused.name))
        }
        try await persist()
        return true
    }

    // MARK: Saving

    /// Returns once everything noted so far is on disk. One save at a time: an older one must not overtake a newer.
    func persist() async throws(DeliveryFailure) {
        let wanted = state.withLock { $0.version }
        guard let turn = await saving.acquire(0) else { throw .interrupted }
        defer { turn.release() }
        let (version, directory, isSaved) = state.withLock { ($0.version, $0.directory, $0.savedVersion >= wanted) }
        if isSaved { return }
        do {
            try await save(directory.bytes)
        } catch is CancellationError {
            throw .interrupted
        } catch {
            throw .storage("\(error)")
        }
        state.withLock { $0.savedVersion = max($0.savedVersion, version) }
    }

    @discardableResult
    nonisolated func edit<T>(_ change: (inout TagDirectory) -> T) -> T {
        state.withLock { state in
            let before = state.directory
            let result = change(&state.directory)
            if state.directory != before { state.version += 1 }
            return result
        }
    }

    func keap<T>(_ call: () async throws(KeapFailure) -> T) async throws(DeliveryFailure) -> T {
        do throws(KeapFailure) {
            return try await call()
        } catch {
            throw .keap(error)
        }
    }
}
