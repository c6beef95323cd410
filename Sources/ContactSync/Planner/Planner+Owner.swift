import Connectors
import Keap

/// Tells whose contact it is.
extension Planner {
    /// The id that was written is not there any more: it is written again, or else Keap could not be asked for it.
    mutating func noteMissingID(_ directory: TagDirectory) {
        guard let contact, wanted.sourceID != nil,
            keapFields(directory).custom(.sourceID, in: contact) == ""
        else { return }
        mirror.sourceID = nil
    }

    /// A contact that was met for another source may turn out to be a person of the source of record.
    mutating func noteOwner(_ directory: TagDirectory) {
        guard let contact, let id = keapFields(directory).custom(.sourceID, in: contact), !id.isEmpty,
            !ContactMatch.isSameID(wanted.sourceID, id)
        else { return }
        mirror.ownerID = id
    }

    /// A contact that has another source ID is another person's, also if this lane wrote to it so far: a
    /// booking of the same name and address was taken for theirs.
    mutating func compareOwner() {
        guard let id = wanted.sourceID, mirror.sourceID == nil, let ownerID = mirror.ownerID else { return }
        if ContactMatch.isSameID(ownerID, id) {
            mirror.sourceID = id
            return
        }
        let others = mirror.alsoFound + (mirror.contact.map { [$0] } ?? [])
        mirror.startAnew()
        mirror.alsoFound(others)
        contact = nil
        search = .byID
    }

    /// Whether the contact is to become this person's, and does not have their id yet.
    var isTakingOver: Bool { wanted.sourceID != nil && mirror.sourceID == nil }

    /// Another lane keeps the contact that this one believes to be its own.
    mutating func mustLook() { mirror.needsRead = true }

    /// Whether the contact, as it was read in this run, has the id that this lane is about.
    func showsOwnID(_ directory: TagDirectory) -> Bool {
        guard let contact, contact.id == mirror.contact, let own = wanted.sourceID ?? laneID else { return false }
        return ContactMatch.isSameID(keapFields(directory).custom(.sourceID, in: contact), own)
    }

    mutating func isProven() { mirror.isProven = true }

    /// The contact is kept by the lane of another source ID, which may be about to write that id there. So it is no
    /// match; neither is it one for Keap, if asked to avoid duplicates.
    ///
    /// - Parameters:
    ///   - before: the mirror as it was before the contact was found.
    ///   - isWritten: Keap took it for this person when asked to create a contact.
    mutating func contactIsOthers(_ before: Mirror, isWritten: Bool, _ directory: TagDirectory) {
        guard let id = mirror.contact else { return }
        others.insert(id)
        isNamesakeKnown = true
        contact = nil
        if before.contact == id {
            mirror.startAnew()
            note("Contact \(id) belongs to another Zen Planner id; this person's changes go to one of their own.")
            search = .byID
            return
        }
        mirror = before
        if isWritten {
            note("Keap took contact \(id), another person's of this name and address, for this one and wrote to it.")
        } else {
            found(candidates, directory)
        }
    }
}
