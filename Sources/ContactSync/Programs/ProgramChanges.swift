import Connectors
import Keap

/// Carries a program's renaming or end over to Keap's tags. What is done already is not done again, so that the job may
/// be run as often as it takes.
extension TagService {
    /// Returns what a person should know.
    func apply(_ change: ProgramChange, job: UInt64) async throws(DeliveryFailure) -> [AttentionNote] {
        announce(change, job: job)
        // The tombstone or the new name first: after a crash, lanes must plan against it before anything else.
        try await persist()
        try await connect()
        guard let program = directory.subject(of: change, job: job) else { return [] }
        switch change {
        case .renamed:
            let notes = try await renameTags(of: program.key)
            guard directory.tags(of: program.key).isEmpty else { return notes }
            return notes + [
                AttentionNote(
                    "No tag in Keap is known to be of this program under its old name, so nothing was renamed. If the old "
                        + "tags are there, rename them in Keap; new ones are made as \"\(program.name)\".",
                    field: "program", value: program.name)
            ]
        case .deleted: return try await sweep(program, job: job)
        }
    }

    // MARK: Renaming

    private func renameTags(of key: ProgramKey) async throws(DeliveryFailure) -> [AttentionNote] {
        var notes: [AttentionNote] = []
        for (tag, record) in directory.tags(of: key) where directory.keyed[record.key] == tag {
            // Read anew each time: a later renaming may have been announced while the last call ran.
            let word = word(of: record)
            guard let name = directory.name(for: record.key, word: word, settings: settings) else { return notes }
            if name != record.name, let note = try await rename(tag, record, to: name) { notes.append(note) }
        }
        return notes
    }

    /// The status as the tag's name spells it, so that a renaming does not change its case.
    private func word(of record: TagDirectory.TagRecord) -> String {
        guard let parts = settings.programTag.parts(of: record.name), parts.status.folded == record.key.word else {
            return record.key.word
        }
        return parts.status
    }

    /// Returns what a person should know.
    func rename(
        _ tag: TagID, _ record: TagDirectory.TagRecord, to name: String
    ) async throws(DeliveryFailure) -> AttentionNote? {
        do throws(KeapFailure) {
            try await calls.rename(tag, to: name)
        } catch {
            switch error {
            case .gone:
                try await forget(tag)
                return nil
            case .refused:
                // Tag names are unique: another tag may have the name already. Then that one is applied from now on.
                guard let other = try await existingTag(named: name, settings.category), other.id != tag else {
                    throw .keap(error)
                }
                edit { $0.use(other.id, for: record.key) }
                try await persist()
                return AttentionNote(
                    "Keap has a tag \"\(name)\" already; \"\(record.name)\" keeps its name, and contacts that wear it "
                        + "get the other one at their next change.")
            default:
                throw .keap(error)
            }
        }
        edit { $0.noteName(name, of: tag) }
        try await persist()
        return nil
    }

    // MARK: Deletion

    private func sweep(_ program: Program, job: UInt64) async throws(DeliveryFailure) -> [AttentionNote] {
        guard !program.isSwept else { return [] }
        let tags = directory.tags(of: program.key)
        // New adds are refused since the announcement; those let through before it must have landed.
        guard await adds.drained(Set(tags.map(\.id)), job: job) else { throw .interrupted }
        var refusals: [String] = []
        for (tag, record) in tags {
            let stubborn = try await takeOffEverybody(tag)
            if !stubborn.isEmpty { refusals.append("tag \(tag) stays on contacts \(list(stubborn))") }
            try await retireName(of: tag, record)
        }
        // Everything else is done; these few are for a person to look at, and for a retry of this job.
        guard refusals.isEmpty else {
            try await persist()
            throw .keap(.refused(status: 200, message: refusals.joined(separator: "; ")))
        }
        edit { $0.noteSwept(program.key) }
        try await persist()
        return []
    }

    /// Reads which contacts have the tag and takes it off them, until none has. Returns those for whom Keap refused.
    private func takeOffEverybody(_ tag: TagID) async throws(DeliveryFailure) -> Set<ContactID> {
        var stubborn: Set<ContactID> = []
        var last: Set<ContactID> = []
        while true {
            let page: Page<ContactID>
            do throws(KeapFailure) {
                // Always the first page: what was taken off has left it.
                page = try await calls.wearers(of: tag, page: nil)
            } catch {
                if case .gone = error { return [] }
                throw .keap(error)
            }
            let wearers = page.items.filter { !stubborn.contains($0) }
            if wearers.isEmpty { return stubborn }
            // Keap may be slow to show what it did, but a page that never changes must not hold us here.
            guard Set(wearers) != last else {
                throw .busy("Keap still lists contacts as wearing tag \(tag) after it was taken off them.")
            }
            last = Set(wearers)
            for start in stride(from: 0, to: wearers.count, by: 100) {
                stubborn.formUnion(
                    try await takeOff(tag, wearers[start..<min(start + 100, wearers.count)]))
            }
        }
    }

    /// Takes the tag off a batch; one that Keap refuses is halved until the contact that is at fault is known.
    private func takeOff(_ tag: TagID, _ batch: ArraySlice<ContactID>) async throws(DeliveryFailure) -> Set<ContactID> {
        do throws(KeapFailure) {
            try await calls.remove(tag, from: Array(batch))
            return []
        } catch {
            switch error {
            // The tag is gone; the next question for its contacts will hear so.
            case .gone:
                return []
            case .refused where batch.count > 1:
                let middle = batch.startIndex + batch.count / 2
                let first = try await takeOff(tag, batch[..<middle])
                return first.union(try await takeOff(tag, batch[middle...]))
            case .refused:
                return Set(batch)
            default:
                throw .keap(error)
            }
        }
    }

    private func list(_ contacts: Set<ContactID>) -> String {
        let shown = contacts.sorted().prefix(10).map(\.text).joined(separator: ", ")
        return contacts.count > 10 ? "\(shown) and \(contacts.count - 10) more" : shown
    }

    private func retireName(of tag: TagID, _ record: TagDirectory.TagRecord) async throws(DeliveryFailure) {
        do throws(DeliveryFailure) {
            switch settings.onProgramDeleted {
            case .delete:
                try await keap { () async throws(KeapFailure) in try await calls.delete(tag) }
            case .rename:
                let prefix = settings.deletedPrefix
                guard !record.name.hasPrefix(prefix) else { return }
                try await rename(tag, to: (prefix + record.name).limited(to: KeapLengths.tagName))
            }
        } catch {
            // Gone is as good as deleted.
            if case .keap(.gone) = error { return }
            throw error
        }
    }

    private func rename(_ tag: TagID, to name: String) async throws(DeliveryFailure) {
        var name = name
        do throws(DeliveryFailure) {
            try await keap { () async throws(KeapFailure) in try await calls.rename(tag, to: name) }
        } catch {
            guard case .keap(.refused) = error else { throw error }
            // An earlier program of this name may have been deleted before: the tag's own id tells the two apart.
            let bearers = try await keap { () async throws(KeapFailure) in try await calls.tags(named: name) }
            guard bearers.contains(where: { $0.id != tag && $0.name.folded == name.folded }) else { throw error }
            let suffix = " (\(tag))"
            name = name.limited(to: KeapLengths.tagName - suffix.utf16.count) + suffix
            try await keap { () async throws(KeapFailure) in try await calls.rename(tag, to: name) }
        }
        edit { $0.noteName(name, of: tag) }
    }
}
