import Connectors
package import Keap

/// The tags' share of a plan: what must exist is made first, then old ones come off, then new ones go on.
extension Planner {
    /// Most tags in one call.
    static let batch = 100

    mutating func tagStep(_ contact: ContactID, _ directory: TagDirectory) -> PlanStep? {
        forgetRetired(directory)
        if !wanted.forgottenTags.isEmpty, !strangeTags.isEmpty { return .listTags }
        let wishes = wanted.tags + tagsPutBack(directory)
        var desired = personalTagsPutBack(directory)
        guard !wishes.isEmpty || !desired.isEmpty else { return nil }
        var renewed: Set<TagID> = []
        var missing: [WantedTag] = []
        for wish in wishes {
            for tag in single(wish.worn, directory) {
                switch answer(for: tag, directory) {
                case .tag(let id):
                    desired[id] = tag.family
                    if wish.isRenewed { renewed.insert(id) }
                case .unknown: missing.append(tag)
                case .deleted: break
                }
            }
        }
        if let step = ensuring(missing) { return step }

        renewed.subtract(mirror.renewal?.job == job ? mirror.renewal?.tags ?? [] : [])
        let leaving = self.leaving(desired, wishes, directory).union(renewed.filter(mayBeWorn)).sorted()
        if !leaving.isEmpty {
            beingRenewed = renewed
            return .removeTags(Array(leaving.prefix(Planner.batch)), from: contact)
        }
        let coming = desired.keys.filter { mirror.tags[$0] == nil || mirror.unclearTags[$0] != nil }.sorted()
        if !coming.isEmpty {
            familyOfAdded = desired
            noteRenewal(of: renewed.intersection(coming))
            return .addTags(Array(coming.prefix(Planner.batch)), to: contact)
        }
        return nil
    }

    /// Asks for shared tags in one step, for personal ones one at a time, since each id is kept in the mirror.
    private func ensuring(_ missing: [WantedTag]) -> PlanStep? {
        guard !missing.isEmpty else { return nil }
        let shared = missing.filter { $0.personal == nil }
        return shared.isEmpty ? missing[0].personal.map(PlanStep.ensurePersonalTag) : .ensureTags(shared)
    }

    private func answer(for tag: WantedTag, _ directory: TagDirectory) -> TagDirectory.Answer {
        guard let personal = tag.personal else { return directory.answer(for: tag, job: job) }
        return mirror.personal[personal.name.folded]?.tag.map(TagDirectory.Answer.tag) ?? .unknown
    }

    private func mayBeWorn(_ tag: TagID) -> Bool { mirror.tags[tag] != nil || mirror.unclearTags[tag] != nil }

    private func leaving(
        _ desired: [TagID: TagFamily], _ wishes: [TagRequest], _ directory: TagDirectory
    ) -> Set<TagID> {
        let whole = Set(wishes.filter(\.isWhole).map(\.family))
        let maybeWorn = mirror.unclearTags.filter { whole.contains($0.value) && desired[$0.key] == nil }.keys
        // A deleted program's tags come off all contacts in bulk, and need no call of each contact's own. But where we
        // cannot tell whether the tag is worn, the deletion may already have looked.
        let worn = mirror.tags.filter { tag, family in
            whole.contains(family) && desired[tag] == nil && !directory.isBeingSwept(tag)
        }.keys
        var named: Set<TagID> = []
        for tag in wanted.tags.flatMap(\.unworn) {
            if case .tag(let id) = answer(for: tag, directory), desired[id] == nil, mayBeWorn(id) { named.insert(id) }
        }
        return named.union(worn).union(maybeWorn).union(replaced(by: desired, directory))
    }

    /// Tags that the contact has for the programs that an incomplete list names.
    private func replaced(by desired: [TagID: TagFamily], _ directory: TagDirectory) -> Set<TagID> {
        let families = Set(wanted.tags.filter(\.replacesInPrograms).map(\.family))
        guard !families.isEmpty else { return [] }
        let programs = Set(desired.keys.compactMap { directory.records[$0]?.key.program })
        let maybeWorn = Set(mirror.tags.keys).union(mirror.unclearTags.keys)
        return maybeWorn.filter { tag in
            guard desired[tag] == nil, let key = directory.records[tag]?.key, families.contains(key.family) else {
                return false
            }
            return key.program.map(programs.contains) ?? false
        }
    }

    /// Takes the account's tags, and knows those of the contact's again that are its own.
    mutating func listed(_ tags: [KeapTag]) {
        let worn = Dictionary(tags.filter { strangeTags.contains($0.id) }.map { ($0.name.folded, $0.id) }) { a, b in
            min(a, b)
        }
        for tag in wanted.forgottenTags {
            guard let id = worn[tag.name.folded] else { continue }
            mirror.personal[tag.name.folded] = PersonalTag(tag: id, family: tag.family)
            mirror.tags[id] = tag.family
        }
        strangeTags = []
    }

    /// To be called before Keap is asked for a personal tag; the mirror must then be saved. Returns whether this lane
    /// never asked for it before.
    package mutating func willMake(_ tag: NamedTag) -> Bool {
        let name = tag.name.folded
        defer { mirror.personal[name] = PersonalTag(tag: nil, family: tag.family) }
        return mirror.personal[name] == nil
    }

    package mutating func made(_ tag: NamedTag, _ id: TagID) {
        mirror.personal[tag.name.folded] = PersonalTag(tag: id, family: tag.family)
    }

    /// Everything is done: what the source wants remembered counts from now on.
    package mutating func finish(_ directory: TagDirectory) {
        settleDropped()
        mirror.remembered = nil
        mirror.attention = attention(directory)
        if mirror.renewal?.job == job { mirror.renewal = nil }
        guard let memory = wanted.memory else { return }
        mirror.memories[memory.source] = memory.text
        let dropped = mirror.personal.filter { !memory.families.contains($0.value.family) }
        let families = Set(dropped.values.map(\.family))
        for name in dropped.keys { mirror.personal[name] = nil }
        mirror.tags = mirror.tags.filter { !families.contains($0.value) }
        mirror.unclearTags = mirror.unclearTags.filter { !families.contains($0.value) }
    }

    package mutating func removed(_ tags: [TagID]) {
        for tag in tags {
            mirror.tags[tag] = nil
            mirror.unclearTags[tag] = nil
        }
        noteRenewal(of: beingRenewed.intersection(tags))
    }

    /// Takes Keap's answers, one per tag; a tag without one is covered by the call's success.
    package mutating func added(_ tags: [TagID], _ answers: [TagID: TagAnswer]) {
        var outcome = TagOutcome()
        for tag in tags {
            switch answers[tag] ?? .applied {
            case .applied, .duplicate:
                mirror.tags[tag] = familyOfAdded[tag] ?? .program
                mirror.unclearTags[tag] = nil
            case .contactGone:
                outcome.isContactGone = true
            case .tagGone:
                mirror.unclearTags[tag] = nil
                if let name = mirror.personal.first(where: { $0.value.tag == tag })?.key {
                    // Known to have been made once, so it is looked for before it is made again.
                    mirror.personal[name]?.tag = nil
                    outcome.isPersonalTagGone = true
                } else {
                    outcome.goneTags.append(tag)
                }
            case .refused(let word):
                outcome.refusals.append("tag \(tag): \(word)")
            }
        }
        tagOutcome = outcome
    }

    /// The tags that the caller must look after once an `addTags` step has ended.
    package struct TagOutcome: Equatable, Sendable {
        package var isContactGone = false
        package var isPersonalTagGone = false
        /// For the directory to forget.
        package var goneTags: [TagID] = []
        package var refusals: [String] = []
    }

    /// Tags that no contact has any more are not on this one either, and cost no call.
    private mutating func forgetRetired(_ directory: TagDirectory) {
        for tag in mirror.tags.keys where directory.isRetired(tag) { mirror.tags[tag] = nil }
    }

    /// Of a program's tags one, for the strongest of the statuses that we can rank; words that we cannot rank are all
    /// kept, and so are other tags.
    private mutating func single(_ tags: [WantedTag], _ directory: TagDirectory) -> [WantedTag] {
        var kept: [WantedTag] = []
        var strongest: [ProgramIdentity: WantedTag] = [:]
        var order: [ProgramIdentity] = []
        for tag in tags {
            guard case .program(let id, let name, let status) = tag else {
                kept.append(tag)
                continue
            }
            let program = identity(id: id, name: name, directory)
            guard !name.folded.isEmpty || program.isKnown else {
                note("A program without a name was skipped.")
                continue
            }
            guard !status.folded.isEmpty else {
                note("The program \"\(name)\" came without a status, so it has no tag.")
                continue
            }
            guard ProgramStatus.rank(of: status) != nil else {
                kept.append(tag)
                continue
            }
            guard let other = strongest[program] else {
                order.append(program)
                strongest[program] = tag
                continue
            }
            if ProgramStatus.isStronger(status, than: other.word) { strongest[program] = tag }
        }
        return kept + order.compactMap { strongest[$0] }
    }

    private enum ProgramIdentity: Hashable {
        case known(Int)
        case id(String)
        case name(String)

        var isKnown: Bool { if case .known = self { true } else { false } }
    }

    /// Two names of one program (before and after its renaming) are one.
    private func identity(id: String?, name: String, _ directory: TagDirectory) -> ProgramIdentity {
        if let index = directory.programs.index(id: id, name: name, at: job) {
            return .known(directory.programs[index].key.rawValue)
        }
        return id.map(ProgramIdentity.id) ?? .name(name.folded)
    }
}
