import AsyncPrimitives
import Keap
import WireFormats

/// Finds or makes single tags.
extension TagService {
    func ensure(_ key: TagKey, word: String, category: String?) async throws(DeliveryFailure) {
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
}
