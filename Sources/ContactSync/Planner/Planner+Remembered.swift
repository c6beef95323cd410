import Keap

extension Planner {
    /// Tags that are to be put back, with the families of which nothing else is to be worn.
    ///
    /// Families that the message itself speaks of are decided by the message alone.
    func tagsPutBack(_ directory: TagDirectory) -> [TagRequest] {
        guard let remembered = mirror.remembered else { return [] }
        let said = Set(wanted.tags.map(\.family))
        var families = Set(remembered.tags.values)
        if !remembered.isGone { families.formUnion([.status, .program]) }
        let wholes = settings.named.wholeFamilies.union([.status, .program])
        // What bookings came to stays with a contact that is gone, unless it is asked for.
        if remembered.isGone, !source.isResync { families.formIntersection([.status, .program]) }
        return families.subtracting(said).sorted { $0.rawValue < $1.rawValue }.compactMap { family in
            let isWhole = wholes.contains(family)
            // A gym's own tags of a booking are put on once. One that was taken off by hand since is not put on again.
            if !isWhole, !remembered.isGone { return nil }
            let tags = remembered.tags.filter { $0.value == family }.keys.sorted().map { TagID($0) }
            return TagRequest(family, worn: tags.compactMap { meaning(of: $0, directory) }, isWhole: isWhole)
        }
    }

    /// Ids of remembered tags that only this contact has: the directory does not know them.
    func personalTagsPutBack(_ directory: TagDirectory) -> [TagID: TagFamily] {
        guard let remembered = mirror.remembered, source.isResync || !remembered.isGone else { return [:] }
        let said = Set(wanted.tags.map(\.family))
        var tags: [TagID: TagFamily] = [:]
        for (id, family) in remembered.tags where !said.contains(family) {
            let tag = TagID(id)
            if directory.records[tag] == nil, mirror.personal[of: tag] != nil { tags[tag] = family }
        }
        return tags
    }

    /// Notes what the remembered tags mean while the directory knows it: a tag that turns out to be gone from Keap is
    /// forgotten there, and is to be made again.
    mutating func noteMeanings(_ directory: TagDirectory) {
        for id in mirror.remembered?.tags.keys ?? [:].keys {
            let tag = TagID(id)
            if meanings[tag] == nil, let record = directory.records[tag] {
                meanings[tag] = directory.wanted(for: record, settings: settings)
            }
        }
    }

    private func meaning(of tag: TagID, _ directory: TagDirectory) -> WantedTag? {
        meanings[tag] ?? directory.records[tag].flatMap { directory.wanted(for: $0, settings: settings) }
    }
}

extension TagDirectory {
    /// A source's words for what a tag means; nil for a program that the directory has lost.
    func wanted(for record: TagRecord, settings: SyncSettings) -> WantedTag? {
        func word(_ template: TagTemplate) -> String {
            guard let parts = template.parts(of: record.name), parts.status.folded == record.key.word else {
                return record.key.word
            }
            return parts.status
        }
        switch record.key.family {
        case .status: return .status(word(settings.statusTag))
        case .program:
            guard let program = record.key.program.flatMap(program) else { return nil }
            return .program(id: program.sourceID, name: program.name, status: word(settings.programTag))
        default:
            return .named(
                settings.named.shared.first { $0.key == record.key }
                    ?? NamedTag(record.name, family: record.key.family, category: nil))
        }
    }
}
