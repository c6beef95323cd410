import Connectors
package import Keap

/// Looks for the contact, and makes one if there is none.
extension Planner {
    mutating func findOrCreate(_ directory: TagDirectory) -> PlanStep {
        guard directory.isConnected(for: settings) else { return .connect }
        guard wanted.sourceID == nil || settings.ownFields.contains(.sourceID) else {
            return .impossible("The gym's settings have no zenPlanner section any more; put it back and retry.")
        }
        if search == .byID {
            if let id = sendableID, let field = directory.customFields[.sourceID] {
                return .findByID(id, fieldName: field.fieldName, fields: meeting)
            }
            search = .byEmail
        }
        if search == .byEmail {
            // Never by e-mail alone: without a name there is no person to look for.
            let hasName = !(wanted.text(.firstName) + wanted.text(.lastName)).folded.isEmpty
            let email = wanted.text(.email)
            // What a form took may be of any length, and a search goes into a request's address.
            if hasName, email.looksLikeEmail, email.fits(KeapLengths.longestEmail) {
                return .findByEmail(email, fields: meeting)
            }
            search = .exhausted
        }
        if mirror.lost != nil, settings.onContactDeleted == .leave {
            mirror.isLeftAlone = true
            note("The contact was deleted in Keap and is left alone, as the gym's settings say.")
            return .finished
        }
        return creation(directory)
    }

    package mutating func found(_ contacts: [KeapContact], _ directory: TagDirectory) {
        let field = directory.customFields[.sourceID]?.id
        // Without the field it is unknown whose contact it is; the search is made again once it is known.
        guard field != nil || wanted.sourceID == nil else { return }
        candidates = contacts
        let known = contacts.filter { !gone.contains($0.id) && !others.contains($0.id) }
        let match =
            search == .byID
            ? ContactMatch.byID(wanted.sourceID ?? "", among: known, field: field)
            : ContactMatch.byName(of: wanted, among: known, field: field)
        isNamesakeThere = match.isNamesakeThere
        isAmbiguous = match.isAmbiguous
        mirror.alsoFound(match.nearMisses)
        if match.isAmbiguous { return }
        if let contact = match.contact {
            load(contact, others: match.others, directory)
        } else {
            search = search == .byID && !isLastLook ? .byEmail : .exhausted
        }
    }

    package mutating func noteNamesake() { isNamesakeKnown = true }

    /// Searches once more for a contact that was believed to be new.
    mutating func searchAgain() {
        isLastLook = true
        search = sendableID == nil ? .byEmail : .byID
    }
}
