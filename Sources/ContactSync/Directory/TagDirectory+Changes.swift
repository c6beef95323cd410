import Keap

/// Gym-wide changes. They block no lane: noted here in the order of acceptance, they change how everything that is
/// planned later comes out. Keap's tags follow when the change's own job runs.
extension TagDirectory {
    /// Notes that a program was renamed or deleted. Told again (after a restart), it changes nothing.
    mutating func announce(_ change: ProgramChange, job: UInt64) {
        switch change {
        case .renamed(let id, let oldName, let newName): announceRenaming(id: id, from: oldName, to: newName, job: job)
        case .deleted(let id, let name): announceDeletion(id: id, name: name, job: job)
        }
    }

    private mutating func announceRenaming(id: String?, from oldName: String?, to newName: String, job: UInt64) {
        // Neither an id nor an old name: nothing says which program is meant.
        guard id != nil || !(oldName ?? "").folded.isEmpty else { return }
        guard let index = programs.index(id: id, name: oldName, at: job) else {
            // Never seen under its old name: jobs that still use that name must find it.
            let known = programs.index(id: id, name: newName, at: job)
            let index = known ?? newProgram(id: id, name: newName)
            programs[index].alsoKnown(as: oldName ?? "")
            programs[index].renamedBy = max(programs[index].renamedBy ?? 0, job)
            return
        }
        if programs[index].sourceID == nil { programs[index].sourceID = id }
        programs[index].alsoKnown(as: oldName ?? "")
        guard (programs[index].renamedBy ?? 0) < job else { return }
        programs[index].renamedBy = job
        let twin = programs.indices.first { other in
            other != index && programs[other].deletedBy == nil && programs[index].deletedBy == nil
                && programs[other].name.folded == newName.folded
                && programs[other].isCompatible(with: programs[index].sourceID)
        }
        programs[index].rename(to: newName)
        if let twin { unite(index, into: twin, job: job) }
    }

    /// People were seen in the program under its new name before we were told of the renaming: the two are one.
    private mutating func unite(_ index: Int, into twin: Int, job: UInt64) {
        let old = programs[index]
        let survivor = programs[twin].key
        programs[twin].sourceID = programs[twin].sourceID ?? old.sourceID
        for alias in old.aliases { programs[twin].alsoKnown(as: alias) }
        programs[twin].renamedBy = max(programs[twin].renamedBy ?? 0, job)
        for (tag, record) in tags(of: old.key) {
            // Where both have a tag of one status, the older stays ours but is not applied any more; who has it gets
            // the other at the next change.
            rekey(tag, as: .program(survivor, record.key.word))
        }
        programs.remove(at: index)
    }

    private mutating func announceDeletion(id: String?, name: String?, job: UInt64) {
        guard !programs.contains(where: { $0.deletedBy == job }) else { return }
        guard id != nil || !(name ?? "").folded.isEmpty else { return }
        let index = programs.index(id: id, name: name, at: job) ?? newProgram(id: id, name: name ?? "")
        // Told out of order (a message that could not be placed at first): the later tombstone covers this one.
        if programs[index].deletedBy == nil { programs[index].deletedBy = job }
        if programs[index].sourceID == nil { programs[index].sourceID = id }
        if let name { programs[index].alsoKnown(as: name) }
    }

    /// The program that a change is about, as `announce` left it.
    func subject(of change: ProgramChange, job: UInt64) -> Program? {
        switch change {
        case .renamed(let id, let oldName, let newName):
            return (programs.index(id: id, name: oldName, at: job) ?? programs.index(id: id, name: newName, at: job))
                .map { programs[$0] }
        case .deleted:
            // None: a later deletion stands for this one too.
            return programs.first { $0.deletedBy == job }
        }
    }

    /// No contact has the program's tags, and they have left our names.
    mutating func noteSwept(_ program: ProgramKey) {
        for (tag, _) in tags(of: program) { retire(tag) }
        guard let index = programs.firstIndex(where: { $0.key == program }) else { return }
        programs[index].isSwept = true
    }
}
