import Connectors
package import Keap

/// Works out, step by step, what Keap needs so that it holds what a source says of one person.
///
/// A value that makes no calls: it is asked for the next step and told what came of it. `mirror` always holds what Keap
/// has confirmed so far, so that a plan that is broken off anywhere goes on from there. A person about whom nothing
/// changed is finished at once.
package struct Planner: Sendable {
    /// Where the search for the contact stands, while it is not known.
    enum Search: Equatable {
        case byID, byEmail, exhausted
    }

    package internal(set) var mirror: Mirror
    /// With what is to be put back.
    var wanted: DesiredContact
    let job: UInt64
    let settings: SyncSettings
    var search = Search.byID
    var isNamesakeThere = false
    var isAmbiguous = false
    /// The caller knows of a namesake, whether Keap's search shows them yet or not.
    var isNamesakeKnown = false
    /// The contact as it was read in this run.
    var contact: KeapContact?
    /// Ids that Keap has said are gone, though its search may still find them.
    var gone: Set<ContactID> = []
    /// Contacts that are kept for other people.
    var others: Set<ContactID> = []
    /// One search says whether a person is new, beside what was looked up before.
    var isLastLook = false
    /// The contacts that the latest search found.
    var candidates: [KeapContact] = []
    /// The source ID of the lane, as it was known before the run.
    let laneID: String?
    /// The source's own request, without what is to be put back.
    let source: DesiredContact
    let attentionBefore: [AttentionNote]
    var timesContactWasGone = 0
    var timesTagWasGone = 0
    /// An earlier try to create the contact got no clear answer.
    var mayHaveCreated = false
    var hasRecheckedFields = false
    /// The contact was read in this run, for whatever reason.
    var hasRead = false
    /// Tags that the contact was seen with in this run and that mean nothing to us.
    var strangeTags: Set<TagID> = []
    /// The meanings of the tags that are to be put back.
    var meanings: [TagID: WantedTag] = [:]
    var hasRecheckedReferences = false
    /// What the latest step that writes the contact carries of the wishes. What fits them may be known better by the
    /// time of the answer.
    var sentWishes: [FieldRequest] = []
    /// Wishes without which this delivery goes on, since Keap refused what carried them, in its words. Whether they were
    /// at fault shows when it takes the rest.
    var dropped: (wishes: [FieldRequest], why: String)?
    /// The person's fields that the latest writing step carries.
    var sentFields: [SyncedField: String] = [:]
    var sentID = false
    /// While it is being found out which of several values Keap minds, and what it said of them together.
    var trial: FieldTrial?
    var trialReason = ""
    var sentAtFirst: [SyncedField: String] = [:]
    var hasCreated = false
    /// Bookings whose appointments were looked for and are not there.
    var searchedAppointments: Set<String> = []
    var timesAppointmentWasGone = 0
    /// The tags of the latest `addTags` step that the caller must look after.
    package var tagOutcome = TagOutcome()
    var notes: [AttentionNote] = []
    /// Which family the tags of the latest `addTags` step are of.
    var familyOfAdded: [TagID: TagFamily] = [:]

    /// Tags of the latest `removeTags` step that come off only to be applied again.
    var beingRenewed: Set<TagID> = []

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
        compareOwner()
        if wanted.isResync, mirror.contact == nil, mirror.remembered == nil {
            note("Nothing is known yet of a contact in Keap; the next message looks for it.")
            return .finished
        }
        guard let contact = mirror.contact else { return findOrCreate(directory) }
        doubtContact(directory)
        if mirror.needsRead {
            // What the tags that it has mean must be known by then.
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
            mirror.needsRead = true
        } else if mirror.fieldLosses != directory.fieldLosses
            || (!hasRead && (source.isResync || (settings.verify && source.isOfRecord)))
        {
            mirror.remember(isGone: false)
            mirror.needsRead = true
        }
        wanted = source.puttingBack(mirror.remembered)
        noteMeanings(directory)
    }

    mutating func note(_ note: AttentionNote) {
        if !notes.contains(note) { notes.append(note) }
    }
}
