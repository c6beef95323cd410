import Connectors
package import Keap

/// Works out, step by step, what Keap needs so that it holds what a source says of one person.
///
/// A value that makes no calls: it is asked for the next step and told what came of it. `mirror` always holds what Keap
/// has confirmed so far, so that a plan that is broken off anywhere goes on from there. A person about whom nothing
/// changed is finished at once.
package struct Planner: Sendable {
    /// Where the search for the contact stands, while it is not known.
    private enum Search: Equatable {
        case byID, byEmail, exhausted
    }

    package internal(set) var mirror: Mirror
    /// With what is to be put back.
    private(set) var wanted: DesiredContact
    let job: UInt64
    let settings: SyncSettings
    private var search = Search.byID
    private(set) var isNamesakeThere = false
    private var isAmbiguous = false
    /// The caller knows of a namesake, whether Keap's search shows them yet or not.
    private(set) var isNamesakeKnown = false
    /// The contact as it was read in this run.
    var contact: KeapContact?
    /// Ids that Keap has said are gone, though its search may still find them.
    private var gone: Set<ContactID> = []
    /// Contacts that are kept for other people.
    private var others: Set<ContactID> = []
    /// One search says whether a person is new, beside what was looked up before.
    private var isLastLook = false
    /// The contacts that the latest search found.
    private var candidates: [KeapContact] = []
    /// The source ID of the lane, as it was known before the run.
    private let laneID: String?
    /// The source's own request, without what is to be put back.
    let source: DesiredContact
    let attentionBefore: [AttentionNote]
    private var timesContactWasGone = 0
    private var timesTagWasGone = 0
    /// An earlier try to create the contact got no clear answer.
    private var mayHaveCreated = false
    private var hasRecheckedFields = false
    /// The contact was read in this run, for whatever reason.
    private var hasMet = false
    /// Tags that the contact was seen with in this run and that mean nothing to us.
    var strangeTags: Set<TagID> = []
    /// The meanings of the tags that are to be put back.
    var meanings: [TagID: WantedTag] = [:]
    private var hasRecheckedReferences = false
    /// What the latest step that writes the contact carries of the wishes. What fits them may be known better by the
    /// time of the answer.
    var sentWishes: [FieldRequest] = []
    /// Wishes without which this delivery goes on, since Keap refused what carried them, in its words. Whether they were
    /// at fault shows when it takes the rest.
    private(set) var dropped: (wishes: [FieldRequest], why: String)?
    /// The person's fields that the latest writing step carries.
    var sentFields: [SyncedField: String] = [:]
    var sentID = false
    /// While it is being found out which of several values Keap minds, and what it said of them together.
    var trial: FieldTrial?
    var trialReason = ""
    var sentAtFirst: [SyncedField: String] = [:]
    private(set) var hasCreated = false
    /// Bookings whose appointments were looked for and are not there.
    var searchedAppointments: Set<String> = []
    var timesAppointmentWasGone = 0
    /// The tags of the latest `addTags` step that the caller must look after.
    package var tagOutcome = TagOutcome()
    var notes: [AttentionNote] = []

    package init(_ wanted: DesiredContact, job: UInt64, mirror: Mirror, settings: SyncSettings) {
        (source, self.wanted) = (wanted, wanted)
        attentionBefore = mirror.attention
        self.job = job
        self.mirror = mirror
        self.settings = settings
        laneID = mirror.sourceID
        if let memory = wanted.memory, let underway = memory.underway {
            self.mirror.memories[memory.source] = underway
        }
        self.wanted = source.puttingBack(mirror.remembered)
    }

    /// How often a contact or tag may turn out to be gone in one run, before it is left to a later try.
    static let mostGone = 3

    // MARK: What next

    package mutating func next(_ directory: TagDirectory) -> PlanStep {
        if let why = wanted.impossible { return .impossible(why) }
        if isAmbiguous {
            return .impossible(
                "Keap has several contacts of this name and e-mail address with different Zen Planner IDs, and the "
                    + "message names none: add the ID, or merge the contacts in Keap, then retry.")
        }
        if mirror.isLeftAlone { return .finished }
        // Lanes are kept apart by this id; writing one person's data onto another's contact could not be undone.
        if let id = wanted.sourceID, let other = mirror.sourceID, !ContactMatch.isSameID(other, id) {
            return .impossible(
                "This lane's contact belongs to Zen Planner id \(other), but the message is about \(id).")
        }
        comparePossessor()
        if wanted.isResync, mirror.contact == nil, mirror.remembered == nil {
            note("Nothing is known yet of a contact in Keap; the next message looks for it.")
            return .finished
        }
        guard let contact = mirror.contact else { return findOrCreate(directory) }
        doubtContact(directory)
        if mirror.mustMeet {
            // What the tags that it wears mean must be known by then.
            guard directory.isConnected(for: settings) else { return .connect }
            return .read(contact, fields: meeting)
        }
        if let step = takeoverStep(contact, directory) { return step }
        return tagStep(contact, directory) ?? fieldStep(contact, directory) ?? appointmentStep(contact, directory)
            ?? .finished
    }

    /// Sees to it that the contact is read before anything else where what is known of it is not to be relied on.
    private mutating func doubtContact(_ directory: TagDirectory) {
        if mirror.generation != directory.generation {
            // What is remembered is older than what Keap has, so nothing of it is put back.
            mirror.remembered = nil
            mirror.mustMeet = true
        } else if mirror.fieldLosses != directory.fieldLosses
            || (!hasMet && (source.isResync || (settings.verify && source.isOfRecord)))
        {
            mirror.remember(isGone: false)
            mirror.mustMeet = true
        }
        wanted = source.puttingBack(mirror.remembered)
        noteMeanings(directory)
    }

    private mutating func findOrCreate(_ directory: TagDirectory) -> PlanStep {
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

    private mutating func creation(_ directory: TagDirectory) -> PlanStep {
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

    // MARK: What came of it

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
            meet(contact, others: match.others, directory)
        } else {
            search = search == .byID && !isLastLook ? .byEmail : .exhausted
        }
    }

    package mutating func noteNamesake() { isNamesakeKnown = true }

    package mutating func read(_ contact: KeapContact, fields: [ContactField], _ directory: TagDirectory) {
        let contact = contact.filledIn(fields)
        if mirror.mustMeet {
            meet(contact, others: [], directory)
        } else {
            self.contact = contact
            noteMissingID(directory)
            notePossessor(directory)
            confirmWhatIsThere(directory)
        }
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
            mirror.mustMeet = true
            return
        }
        hasCreated = true
        hasMet = true
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

    /// Returns the reaction to a failed call.
    package enum Reaction: Equatable, Sendable {
        /// Ask for the next step; it takes the failure into account.
        case goOn
        /// Ask Keap for its custom fields again first.
        case recheckFields
        /// Forget what wishes refer to: one of them may be gone.
        case recheckReferences
        /// The account has none; Keap's words say why.
        case noAppointments(String)
        /// Nothing more can be done in this run.
        case stop
    }

    package mutating func failed(_ step: PlanStep, _ failure: KeapFailure) -> Reaction {
        if let key = step.appointment { return appointmentFailed(step, key, failure) }
        switch failure {
        case .gone:
            switch step {
            case .read: return contactIsGone()
            case .removeTags, .addTags, .update: return lookAgain()
            default: break
            }
        case .stale:
            // Read again, and planned upon that.
            contact = nil
            return .goOn
        case .unclear, .partly:
            markUnclear(step)
            return .stop
        default: break
        }
        // Any other failure is a clear answer: the contact was not made.
        if case .create = step { mirror.creating = nil }
        if failure.mayBlameContent, step.writesContact, !sentWishes.isEmpty {
            guard hasRecheckedReferences else {
                hasRecheckedReferences = true
                return .recheckReferences
            }
            // Whatever it is that Keap does not take, the rest of the change must not wait for it.
            dropped = (sentWishes, failure.message)
            return .goOn
        }
        if case .refused = failure, step.usesCustomFields, !hasRecheckedFields {
            hasRecheckedFields = true
            return .recheckFields
        }
        return step.writesContact ? fieldsRefused(step, failure) : .stop
    }

    /// To be called when Keap has taken what there was beside the dropped wishes.
    mutating func settleDropped() {
        guard let dropped else { return }
        note("Keap refused the mapped fields, which were left out: \(dropped.why)")
        // Not sent again with every booking either: only once they are different.
        for wish in dropped.wishes { confirm(wish) }
    }

    package mutating func contactIsGone() -> Reaction {
        guard let id = mirror.contact else { return .stop }
        gone.insert(id)
        // Not how many contacts: Keap may take the same one for this person again and again.
        timesContactWasGone += 1
        mirror.forgetContact()
        // Another contact is made in another way.
        trial = nil
        wanted = source.puttingBack(mirror.remembered)
        contact = nil
        search = .byID
        return timesContactWasGone < Planner.mostGone ? .goOn : .stop
    }

    /// The 404 may be about a tag. Taking it for the contact's would make a second contact, so the contact is read.
    private mutating func lookAgain() -> Reaction {
        mirror.mustMeet = true
        return tagIsGone()
    }

    /// Whether to go on after Keap said that it does not know a tag or something it did not name.
    package mutating func tagIsGone() -> Reaction {
        timesTagWasGone += 1
        return timesTagWasGone < Planner.mostGone ? .goOn : .stop
    }

    private mutating func markUnclear(_ step: PlanStep) {
        switch step {
        case .removeTags(let tags, _):
            for tag in tags {
                mirror.unclearTags[tag] = mirror.tags.removeValue(forKey: tag) ?? mirror.unclearTags[tag]
            }
        case .addTags(let tags, _):
            for tag in tags { mirror.unclearTags[tag] = familyOfAdded[tag] ?? .program }
        case .update(_, let body):
            let sent = SyncedField.allCases.filter { body.carries(KeapFields.property(of: $0)) }
            mirror.unclearFields.formUnion(sent)
            mirror.unclearWishes.formUnion(sentWishes.map(\.target.key))
            if body.customFields != nil, wanted.sourceID != nil { mirror.sourceID = nil }
        default:
            break
        }
    }

    /// Which family the tags of the latest `addTags` step are of.
    var familyOfAdded: [TagID: TagFamily] = [:]

    /// Those of the latest `removeTags` step that come off only to be applied again.
    var beingRenewed: Set<TagID> = []

    /// Once off, a tag is not taken off a second time by the same job, however often it has to be tried.
    mutating func noteRenewal(of tags: Set<TagID>) {
        guard !tags.isEmpty else { return }
        let before = mirror.renewal?.job == job ? mirror.renewal?.tags ?? [] : []
        mirror.renewal = TagReapply(job: job, tags: Set(before).union(tags).sorted())
    }

    // MARK: Meeting a contact

    private mutating func meet(_ found: KeapContact, others: [ContactID], _ directory: TagDirectory) {
        let found = found.filledIn(meeting)
        let before = mirror
        mirror.startAnew()
        mirror.contact = found.id
        mirror.alsoFound = before.alsoFound
        mirror.alsoFound(others)
        if found.id == before.contact { mirror.appointments = before.appointments }
        contact = found
        hasMet = true
        (mirror.generation, mirror.fieldLosses) = (directory.generation, directory.fieldLosses)
        mirror.refused = found.id == before.contact ? before.refused : [:]
        mirror.tags = directory.own(of: found.tags ?? [])
        // The directory knows no personal tags, and the contact may be one that took over another's.
        for tag in found.tags ?? [] where mirror.tags[tag] == nil {
            mirror.tags[tag] = before.tags[tag] ?? before.unclearTags[tag] ?? mirror.personal[of: tag]?.family
        }
        strangeTags = Set(found.tags ?? []).subtracting(mirror.tags.keys)
        notePossessor(directory)
        mirror.phoneSlot = slotOfSamePhone(in: found)
        confirmWhatIsThere(directory)
    }

    /// The slot that has this phone already, so that it is not put into a second one.
    private func slotOfSamePhone(in contact: KeapContact) -> String? {
        guard case .value(let number)? = wanted.values[.mobilePhone] else { return nil }
        let slots = (contact.phones ?? []).filter { KeapFields.isSame(.mobilePhone, number, $0.number) }.map(\.field)
        return slots.contains(settings.slots.phone.rawValue) ? nil : slots.min()
    }

    /// Fields that Keap has right already need no call.
    private mutating func confirmWhatIsThere(_ directory: TagDirectory) {
        guard let contact else { return }
        let fields = keapFields(directory)
        for (field, value) in desiredFields(directory).values {
            guard let current = fields.current(field, in: contact) else { continue }
            if KeapFields.isSame(field, value, current) {
                mirror.confirm(field, value)
            } else if policy(for: field) == .fillEmpty, !fields.isEmpty(field, in: contact) {
                mirror.consider(field, value)
            }
        }
        for (field, digest) in mirror.remembered?.digests ?? [:] where wanted.values[field] == nil {
            if let current = fields.current(field, in: contact), Mirror.stored(current) == digest {
                mirror.fields[field] = digest
            }
        }
        if let id = wanted.sourceID, ContactMatch.isSameID(fields.custom(.sourceID, in: contact), id) {
            mirror.sourceID = id
        }
    }

    // MARK: Whose contact it is

    /// The id that was written is not there any more: it is written again, or else Keap could not be asked for it.
    private mutating func noteMissingID(_ directory: TagDirectory) {
        guard let contact, wanted.sourceID != nil,
            keapFields(directory).custom(.sourceID, in: contact) == ""
        else { return }
        mirror.sourceID = nil
    }

    /// A contact that was met for another source may turn out to be a person of the source of record.
    private mutating func notePossessor(_ directory: TagDirectory) {
        guard let contact, let id = keapFields(directory).custom(.sourceID, in: contact), !id.isEmpty,
            !ContactMatch.isSameID(wanted.sourceID, id)
        else { return }
        mirror.possessor = id
    }

    /// A contact that bears another source ID is another person's, also if this lane wrote to it so far: a
    /// booking of the same name and address was taken for theirs.
    private mutating func comparePossessor() {
        guard let id = wanted.sourceID, mirror.sourceID == nil, let possessor = mirror.possessor else { return }
        if ContactMatch.isSameID(possessor, id) {
            mirror.sourceID = id
            return
        }
        let others = mirror.alsoFound + (mirror.contact.map { [$0] } ?? [])
        mirror.startAnew()
        mirror.alsoFound(others)
        contact = nil
        search = .byID
    }

    /// Whether the contact is to become this person's, and does not bear their id yet.
    var isTakingOver: Bool { wanted.sourceID != nil && mirror.sourceID == nil }

    /// Another lane keeps the contact that this one believes to be its own.
    mutating func mustLook() { mirror.mustMeet = true }

    /// Whether the contact, as it was read in this run, bears the id that this lane is about.
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

    /// Searches once more for a contact that was believed to be new.
    mutating func searchAgain() {
        isLastLook = true
        search = sendableID == nil ? .byEmail : .byID
    }

    mutating func note(_ note: AttentionNote) {
        if !notes.contains(note) { notes.append(note) }
    }
}
