import Connectors
import AsyncPrimitives
import Keap

/// One attempt to deliver one change: asks the planner for the next step, does it, and tells the planner what came of it.
struct DeliveryRun {
    private var planner: Planner
    private let keeper: TagService
    private let addresses: AddressLocks
    private let hold: DeliveryContext
    private let owner: AddressLocks.Owner
    /// Which parts of a person the change carries; nil: it is no snapshot.
    private let parts: Set<String>?
    private var caller: StepCaller
    private let liveCalls: any KeapAPI
    private var address: AddressLocks.Hold?
    /// The contact that is this lane's, as far as this run has asked.
    private var claimed: ContactID?
    private var hasAskedForNamesakes = false
    /// The custom fields that the latest step names.
    private var plannedWith: [OwnCustomField: CustomFieldModel] = [:]
    /// Whether the prefetch index named no contact, so that Keap was not asked.
    private var isNewByBook = false

    /// No plan is longer; one that is goes in circles.
    static let mostSteps = 100

    private static let contradiction = DeliveryFailure.contradiction("it keeps naming what it then does not know")

    init(
        _ planner: Planner, keeper: TagService, imports: ImportCalls?, addresses: AddressLocks, hold: DeliveryContext,
        owner: AddressLocks.Owner, parts: Set<String>?
    ) {
        self.parts = parts
        self.planner = planner
        self.keeper = keeper
        self.addresses = addresses
        self.hold = hold
        self.owner = owner
        liveCalls = keeper.calls.sequence(begin: hold.begin)
        let importing = owner.isImport ? imports : nil
        caller = StepCaller(
            calls: importing?.calls.sequence(begin: hold.begin) ?? liveCalls, keeper: keeper,
            readAhead: imports?.readAhead, isImport: importing != nil, book: imports?.readAhead)
    }

    mutating func deliver() async -> Delivery {
        let delivery = await steps()
        address?.release()
        return delivery
    }

    private mutating func steps() async -> Delivery {
        if let contact = planner.mirror.contact {
            do throws(DeliveryFailure) {
                try await claimAtStart(contact)
            } catch {
                return error.delivery(state: planner.mirror.bytes, doing: "go on")
            }
        }
        for _ in 0..<DeliveryRun.mostSteps {
            let directory = keeper.directory
            let step = planner.next(directory)
            plannedWith = directory.customFields
            let before = planner.mirror
            do throws(DeliveryFailure) {
                switch step {
                case .impossible(let reason): return .dead(reason: reason, state: planner.mirror.bytes)
                case .finished:
                    if await askForNamesakes() { planner.noteNamesake() }
                    return finished()
                default: break
                }
                guard try await isReady(for: step) else { continue }
                try await perform(step)
                try await claim(after: step, before)
            } catch {
                // Another lane's mirror knows better what was only found.
                let isFound = error.isJoining && !step.isCreation
                return error.delivery(
                    state: (isFound ? before : planner.mirror).bytes, doing: step.doing,
                    sent: step.writesContact ? planner.sentValues : "")
            }
            if planner.mirror.contact != nil { releaseAddress() }
        }
        return DeliveryFailure.contradiction("the contact was not right after \(DeliveryRun.mostSteps) steps")
            .delivery(state: planner.mirror.bytes, doing: "bring it up to date")
    }

    private mutating func finished() -> Delivery {
        planner.finish(keeper.directory)
        if let parts {
            var carried = planner.mirror.carried ?? .unknown(after: hold.newestSnapshot)
            if hold.carriers.isEmpty {
                carried.delivered(parts, by: planner.job, after: hold.newestSnapshot)
            } else {
                carried.delivered(hold.carriers, by: planner.job, after: hold.newestSnapshot)
            }
            planner.mirror.carried = carried
        }
        return .done(state: planner.mirror.bytes, notes: planner.mirror.attention)
    }

    // MARK: Before a step

    /// Whether the step can be done as it is. If not, something that it rests on has changed, and the next step is to be
    /// asked for.
    private mutating func isReady(for step: PlanStep) async throws(DeliveryFailure) -> Bool {
        if step.looksForContact {
            // Only Keap knows what a create without an answer made, or what is left of a contact that was merged.
            if planner.mirror.creating != nil || planner.mirror.lost != nil { caller.readAhead = nil }
            if address == nil { try await readAhead(for: step) }
        }
        if mustHoldAddress(for: step), let email = NameKey(planner.wanted.values)?.email {
            hold.waits("its turn at the e-mail address \(email)")
            let acquired = await addresses.acquire(email, for: owner)
            hold.waits(nil)
            guard let acquired else { throw .interrupted }
            address = acquired
            // The wait may have taken long.
            return false
        }
        switch step {
        case .create:
            if isNewByBook {
                // A list that shifts while it is read hides a contact here and there.
                isNewByBook = false
                if await caller.readAhead?.mayHideSome == true {
                    caller.readAhead = nil
                    planner.searchAgain()
                    return false
                }
            }
            if await askForNamesakes(), !planner.isNamesakeKnown {
                planner.noteNamesake()
                return false
            }
        case .update where step.changesIdentity:
            if await askForNamesakes() { planner.noteNamesake() }
        default: break
        }
        return true
    }

    /// No other run may look for a contact of the address from the search on until the contact is found or made. And a
    /// contact must not get the address and name of one that is just being created.
    private func mustHoldAddress(for step: PlanStep) -> Bool {
        guard address == nil else { return false }
        if case .findByEmail = step { return true }
        return step.isCreation || step.changesIdentity
    }

    private mutating func releaseAddress() {
        address?.release()
        address = nil
    }

    /// Before an address is held: to read an account's contacts may take an import long.
    private func readAhead(for step: PlanStep) async throws(DeliveryFailure) {
        guard let readAhead = caller.readAhead, let field = keeper.directory.customFields[.sourceID]?.id else {
            return
        }
        do throws(KeapFailure) {
            if caller.isImport {
                try await readAhead.prepare(field)
            } else if case .findByID = step {
                try await readAhead.prepare(field, live: caller.calls)
            }
        } catch {
            throw .keap(error)
        }
    }

    /// Asked to avoid duplicates, Keap would take this person for the other, also while its search does not show them.
    private mutating func askForNamesakes() async -> Bool {
        guard !hasAskedForNamesakes, let name = NameKey(planner.wanted.values) else { return false }
        hasAskedForNamesakes = true
        return await hold.isNamesakes(name)
    }

    // MARK: The step

    private mutating func perform(_ step: PlanStep) async throws(DeliveryFailure) {
        switch step {
        case .connect:
            try await keeper.connect()
        case .ensureTags(let wanted):
            try await keeper.ensure(wanted, job: planner.job)
        case .listTags:
            planner.listed(try await keeper.allTags())
        case .ensurePersonalTag(let tag):
            let isNew = planner.willMake(tag)
            try await keep()
            planner.made(tag, try await keeper.personalTag(tag, isNew: isNew))
            // Before the next call, like any id of something that was made.
            try await keep()
        case .create:
            planner.willCreate()
            try await keep()
            try await call(step)
            // Before the next call: after a crash here, the contact must be known to be ours.
            try await keep()
        case .resolve(let needs):
            try await keeper.resolve(needs)
        case .createAppointment(let key, _):
            planner.willMakeAppointment(key)
            try await keep()
            try await call(step)
            // Before the next call: after a crash here, the appointment must be known to be ours.
            try await keep()
        case .addTags(let tags, _):
            // Refused: a program was deleted since the plan looked. The next step is planned without its tags.
            guard let add = keeper.beginAdding(tags) else { return }
            defer { keeper.adds.end(add) }
            try await call(step, takenBackBy: add.isUnwanted)
        default:
            try await call(step)
        }
    }

    /// Makes a call, and lets the planner decide what a failure means.
    private mutating func call(_ step: PlanStep, takenBackBy signal: OneTimeSignal? = nil) async throws(DeliveryFailure)
    {
        do throws(KeapFailure) {
            let answer = try await answer(to: step, takenBackBy: signal)
            if case .contacts(let contacts, true) = answer, contacts.isEmpty { isNewByBook = true }
            planner.take(answer, of: step, keeper.directory)
        } catch {
            // Taken back unsent: planned anew, without what is unwanted now.
            if error == .cancelled, signal?.isFired == true, !Task.isCancelled { return }
            try await react(to: error, of: step)
            return
        }
        // Tags that Keap did not know are looked for by name, or made again.
        let outcome = planner.tagOutcome
        planner.tagOutcome = Planner.TagOutcome()
        for tag in outcome.goneTags { try await keeper.forget(tag) }
        if outcome.isContactGone, planner.contactIsGone() == .stop { throw DeliveryRun.contradiction }
        if outcome.isPersonalTagGone || !outcome.goneTags.isEmpty, planner.tagIsGone() == .stop {
            throw DeliveryRun.contradiction
        }
        if !outcome.refusals.isEmpty {
            throw .keap(.refused(status: 200, message: outcome.refusals.joined(separator: "; ")))
        }
    }

    /// An import's call that waits for its budget, while a live run waits for the address that the import holds, is taken
    /// back and made as a live one.
    private mutating func answer(
        to step: PlanStep, takenBackBy signal: OneTimeSignal?
    ) async throws(KeapFailure) -> StepAnswer {
        if caller.isImport, let wanted = address?.isWantedLive {
            do throws(KeapFailure) {
                return try await wanted.takingBack { [caller] () throws(KeapFailure) in
                    try await caller.answer(to: step)
                }
            } catch {
                guard error == .cancelled, wanted.isFired, !Task.isCancelled else { throw error }
            }
            caller.isImport = false
            caller.calls = liveCalls
        }
        if case .findByID = step, !caller.isImport, let list = await caller.readAhead?.liveReading() {
            do throws(KeapFailure) {
                return try await list.takingBack { [caller] () throws(KeapFailure) in try await caller.answer(to: step)
                }
            } catch {
                guard error == .cancelled, list.isFired, !Task.isCancelled else { throw error }
            }
        }
        guard let signal else { return try await caller.answer(to: step) }
        return try await signal.takingBack { [caller] () throws(KeapFailure) in try await caller.answer(to: step) }
    }

    private mutating func react(to failure: KeapFailure, of step: PlanStep) async throws(DeliveryFailure) {
        var reaction = planner.failed(step, failure)
        if reaction == .recheckFields {
            if try await keeper.recheckCustomFields(plannedWith) { return }
            // They are all there, so it was for something else.
            reaction = planner.failed(step, failure)
        }
        switch reaction {
        case .goOn, .recheckFields: return
        case .stop:
            if case .gone = failure, step.namesContact { throw DeliveryRun.contradiction }
            throw .keap(failure)
        case .recheckReferences: keeper.forgetReferences()
        case .noAppointments(let why): keeper.noteNoAppointments(why)
        }
    }

    // MARK: Whose contact it is

    private mutating func claimAtStart(_ contact: ContactID) async throws(DeliveryFailure) {
        switch try await claim(contact) {
        case .own: claimed = contact
        case .joining: throw .joining
        case .others where planner.mirror.isProven: claimed = contact
        // Only Keap can tell whose it is.
        case .others: planner.mustLook()
        }
    }

    /// Two lanes may come to one contact: an address that Keap has beside the one they were told of leads to it. Each
    /// with a mirror of its own, they would undo each other's work. And two people may come to one contact that has
    /// no id: it goes to the first.
    private mutating func claim(after step: PlanStep, _ before: Mirror) async throws(DeliveryFailure) {
        guard let contact = planner.mirror.contact, contact != claimed else { return }
        switch try await claim(contact) {
        case .own:
            claimed = contact
            // Before anything is written to it: after a crash it must still be this person's alone.
            if planner.isTakingOver, contact != before.contact, !step.isCreation { try await keep() }
        case .joining:
            throw .joining
        case .others where !step.isCreation && planner.mirror.needsRead:
            break  // it is looked at next
        case .others where !step.isCreation && planner.showsOwnID(keeper.directory):
            claimed = contact
            planner.isProven()
        case .others:
            planner.contactIsOthers(before, isWritten: step.isCreation, keeper.directory)
        }
    }

    private func claim(_ contact: ContactID) async throws(DeliveryFailure) -> ContactClaimAnswer {
        do {
            return try await hold.claim(contact)
        } catch {
            throw .storage("\(error)")
        }
    }

    private func keep() async throws(DeliveryFailure) {
        do {
            try await hold.save(planner.mirror.bytes)
        } catch is CancellationError {
            throw .interrupted
        } catch {
            throw .storage("\(error)")
        }
    }
}
