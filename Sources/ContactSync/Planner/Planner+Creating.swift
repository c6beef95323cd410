import Connectors
package import Keap

/// Makes the contact, and takes note of what was written to it.
extension Planner {
    mutating func creation(_ directory: TagDirectory) -> PlanStep {
        let needs = needs(of: pendingWishes, directory)
        if !needs.isEmpty { return .resolve(needs) }
        let desired = desiredFields()
        let values = desired.values.filter { field, value in
            !value.isEmpty && (trial?.current.contains(field) ?? true)
        }
        (sentFields, sentID) = (values, sendableID != nil)
        var body = keapFields(directory).body(
            writing: values, sourceID: sendableID, onto: nil,
            optInReason: wanted.optInReason ?? settings.optInReason)
        guard body.emails != nil || body.phones != nil || body.addresses != nil else {
            let why = desired.notes.isEmpty ? "" : " " + desired.notes.map(\.text).joined(separator: " ")
            return .impossible(
                "Keap takes no contact without an e-mail address, a phone number or an address, and the message "
                    + "carries none that can be sent." + why)
        }
        let wishes = readyWishes(directory)
        sentWishes = wishes.map(\.wish)
        for (wish, content) in wishes { content.write(wish, into: &body, onto: nil) }
        // Asked to avoid duplicates, Keap would take a namesake for this person and overwrite them.
        let canAvoidDuplicates =
            !isNamesakeThere && !isNamesakeKnown
            && body.emails != nil && body.givenName != nil && body.familyName != nil
        return .create(body, duplicates: canAvoidDuplicates ? .emailAndName : nil)
    }

    /// To be called before a contact is created; the mirror must then be saved.
    package mutating func willCreate() {
        mayHaveCreated = mirror.creating != nil
        mirror.creating = CreateIntent(
            job: job, email: wanted.text(.email), firstName: wanted.text(.firstName), lastName: wanted.text(.lastName))
    }

    package mutating func created(_ answer: CreatedContact, _ directory: TagDirectory) {
        let sent = desiredFields().values.filter { trial?.current.contains($0.key) ?? true }
        settleDropped()
        mirror.creating = nil
        mirror.lost = nil
        mirror.contact = answer.id
        guard answer.isNew else {
            // After a lost answer, that contact is our own.
            if !mayHaveCreated { note("Keap had contact \(answer.id) for this person already, and updated it.") }
            mirror.needsRead = true
            return
        }
        hasCreated = true
        hasRead = true
        (mirror.generation, mirror.fieldLosses) = (directory.generation, directory.fieldLosses)
        for (field, value) in sent { mirror.confirm(field, value) }
        for wish in sentWishes { confirm(wish) }
        if let id = sendableID { mirror.sourceID = id }
        rememberPhoneSlot()
        trialGoesOn(isSent: true)
    }

    package mutating func updated(_ directory: TagDirectory) {
        for (field, value) in pendingFields(directory) { mirror.confirm(field, value) }
        for wish in sentWishes { confirm(wish) }
        settleDropped()
        if let id = sendableID { mirror.sourceID = id }
        rememberPhoneSlot()
        trialGoesOn(isSent: true)
        // What was read no longer holds.
        contact = nil
    }

    /// Later settings do not move a phone that is in Keap already.
    private mutating func rememberPhoneSlot() {
        if mirror.phoneSlot == nil, !(mirror.fields[.mobilePhone] ?? "").isEmpty { mirror.phoneSlot = phoneSlot }
    }
}
