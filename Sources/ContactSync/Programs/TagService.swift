import AsyncPrimitives
package import Keap
import Synchronization

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
    let making = KeyedLock<TagKey, Void>()
    private let shared: @Sendable () -> SharedCreation
    /// Which locks these are may change: a key that is held is let go where it was taken.
    var connecting: KeyedLock<Int, Void> { shared().connecting }
    var naming: KeyedLock<String, Void> { shared().naming }
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
