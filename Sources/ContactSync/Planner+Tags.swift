package import Keap

/// The tags' share of a plan: what must exist is made first, then old ones come off, then new ones go on.
extension Planner {
    /// Most tags in one call.
    static let batch = 100

    mutating func tagStep(_ contact: ContactID, _ directory: TagDirectory) -> PlanStep? {
        forgetRetired(directory)
        let families = carriedFamilies
        guard !families.isEmpty else { return nil }
        var desired: [TagID: TagFamily] = [:]
        var missing: [WantedTag] = []
        for wanted in wantedTags(directory) {
            switch directory.answer(for: wanted, job: job) {
            case .tag(let id): desired[id] = wanted.family
            case .unknown: missing.append(wanted)
            case .nobody: break
            }
        }
        if !missing.isEmpty { return .ensureTags(missing) }

        let maybeWorn = mirror.unclearTags.filter { families.contains($0.value) && desired[$0.key] == nil }.keys
        // A deleted program's tags come off everybody in bulk, and need no call of each contact's own. But where we
        // cannot tell whether the tag is worn, the deletion may already have looked.
        let worn = mirror.tags.filter { tag, family in
            families.contains(family) && desired[tag] == nil && !directory.isBeingSwept(tag)
        }.keys
        let leaving = Set(worn).union(maybeWorn).sorted()
        if !leaving.isEmpty { return .removeTags(Array(leaving.prefix(Planner.batch)), from: contact) }

        let coming = desired.keys.filter { mirror.tags[$0] == nil || mirror.unclearTags[$0] != nil }.sorted()
        if !coming.isEmpty {
            familyOfAdded = desired
            return .addTags(Array(coming.prefix(Planner.batch)), to: contact)
        }
        return nil
    }

    package mutating func removed(_ tags: [TagID]) {
        for tag in tags {
            mirror.tags[tag] = nil
            mirror.unclearTags[tag] = nil
        }
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
                outcome.goneTags.append(tag)
                mirror.unclearTags[tag] = nil
            case .refused(let word):
                outcome.refusals.append("tag \(tag): \(word)")
            }
        }
        tagOutcome = outcome
    }

    /// What is left to be seen to after an `addTags` step.
    package struct TagOutcome: Equatable, Sendable {
        package var isContactGone = false
        /// For the directory to forget.
        package var goneTags: [TagID] = []
        package var refusals: [String] = []
    }

    /// Tags that nobody wears any more are not worn here either, and cost no call.
    private mutating func forgetRetired(_ directory: TagDirectory) {
        for tag in mirror.tags.keys where directory.isRetired(tag) { mirror.tags[tag] = nil }
    }

    /// The families that the message speaks of; the others stay as they are.
    private var carriedFamilies: Set<TagFamily> {
        var families: Set<TagFamily> = []
        if person.status != nil { families.insert(.status) }
        if person.programs != nil { families.insert(.program) }
        return families
    }

    /// What the person is to wear: one tag for the status, and per program one for the strongest of the statuses that
    /// we can rank; words that we cannot rank are all kept.
    private mutating func wantedTags(_ directory: TagDirectory) -> [WantedTag] {
        var wanted: [WantedTag] = []
        if case .value(let status)? = person.status { wanted.append(.status(status)) }
        var strongest: [ProgramIdentity: WantedTag] = [:]
        var order: [ProgramIdentity] = []
        for membership in person.programs ?? [] {
            let program = identity(of: membership, directory)
            guard !membership.name.folded.isEmpty || program.isKnown else {
                note("A program without a name was skipped.")
                continue
            }
            guard !membership.status.folded.isEmpty else {
                note("The program \"\(membership.name)\" came without a status, so it has no tag.")
                continue
            }
            let tag = WantedTag.program(id: membership.id, name: membership.name, status: membership.status)
            guard ProgramStatus.rank(of: membership.status) != nil else {
                wanted.append(tag)
                continue
            }
            guard let other = strongest[program] else {
                order.append(program)
                strongest[program] = tag
                continue
            }
            if ProgramStatus.isStronger(membership.status, than: other.word) { strongest[program] = tag }
        }
        return wanted + order.compactMap { strongest[$0] }
    }

    private enum ProgramIdentity: Hashable {
        case known(Int)
        case id(String)
        case name(String)

        var isKnown: Bool { if case .known = self { true } else { false } }
    }

    /// Two names of one program (before and after its renaming) are one.
    private func identity(of membership: ProgramMembership, _ directory: TagDirectory) -> ProgramIdentity {
        if let index = directory.programs.index(id: membership.id, name: membership.name, at: job) {
            return .known(directory.programs[index].key.rawValue)
        }
        return membership.id.map(ProgramIdentity.id) ?? .name(membership.name.folded)
    }
}

/// The standing of a membership. Somebody with a current and an ended one of the same program is a current member.
enum ProgramStatus {
    static func rank(of word: String) -> Int? {
        switch word.folded {
        case "current": 4
        case "hold", "on hold": 3
        case "not started": 2
        case "canceled", "cancelled", "completed": 1
        default: nil
        }
    }

    /// Of two of one rank, the order of the alphabet decides, and not the order in the message: it must not make tags
    /// come and go.
    static func isStronger(_ a: String, than b: String) -> Bool {
        let (left, right) = (rank(of: a) ?? 0, rank(of: b) ?? 0)
        return left == right ? a.folded < b.folded : left > right
    }
}
