import Keap

/// Delivers one change to Keap: asks the planner for the next step, does it, and tells the planner what came of it.
package struct Deliverer: Sendable {
    private var calls: any KeapCalls
    private let keeper: DirectoryKeeper
    private let imports: ImportCalls?
    /// Whether what was read ahead is asked before Keap is.
    private var readsAhead = false
    private let settings: SyncSettings
    private let names = KeyedLock<String>()
    /// Names that two people with ids of their own came with, since the start.
    private let shared = SharedNames()

    /// No plan is longer; one that is goes in circles.
    static let mostSteps = 100

    private static let contradiction = Stop.contradiction("it keeps naming what it then does not know")

    /// One per gym, with the calls and settings of its keeper.
    package init(keeper: DirectoryKeeper, imports: ImportCalls? = nil) {
        self.keeper = keeper
        self.imports = imports
        calls = keeper.calls
        settings = keeper.settings
    }

    /// - Parameters:
    ///   - job: its number in the order of acceptance.
    ///   - isImport: it came with many others, and makes way for what did not.
    ///   - state: the lane's mirror; empty for a new lane.
    ///   - hold: asked once for each contact, and to save around the creation of something only.
    package func deliver(
        _ change: Change, job: UInt64, isImport: Bool = false, state: [UInt8], hold: LaneHold
    ) async -> Delivery {
        if isImport, let imports, !readsAhead {
            var importer = self
            (importer.calls, importer.readsAhead) = (imports.calls, true)
            return await importer.deliver(change, job: job, isImport: true, state: state, hold: hold)
        }
        switch change {
        case .program(let change):
            do throws(Stop) {
                return .done(state: state, notes: try await keeper.apply(change, job: job))
            } catch {
                return error.delivery(state: state, doing: change.doing)
            }
        case .person(let person):
            if let programs = person.programs {
                do throws(Stop) {
                    try await keeper.noteIDs(of: programs, job: job)
                } catch {
                    return error.delivery(state: state, doing: "note the programs")
                }
            }
            return await deliver(person, job, state, hold)
        case .contact(let change):
            return await deliver(change, job, state, hold)
        }
    }

    private func deliver(
        _ change: any ContactChange, _ job: UInt64, _ state: [UInt8], _ hold: LaneHold
    ) async -> Delivery {
        do throws(Mirror.Unreadable) {
            let mirror = try Mirror(bytes: state)
            let wanted = change.wanted(after: mirror)
            var run = self
            run.calls = calls.inOneRun()
            return await run.deliver(Planner(wanted, job: job, mirror: mirror, settings: settings), hold)
        } catch {
            return .dead(reason: error.description, state: state)
        }
    }

    private func deliver(_ plan: Planner, _ hold: LaneHold) async -> Delivery {
        var planner = plan
        if let contact = planner.mirror.contact, let stop = await claim(contact, hold) {
            return stop.delivery(state: planner.mirror.bytes, doing: "go on")
        }
        // Two people of one name and address must not both look for a contact, find none, and create one. By the address
        // alone, since not every source splits a name in the same place.
        let name = NameKey(planner.wanted.values)?.email
        var isHeld = false
        defer { if let name, isHeld { names.release(name) } }
        for _ in 0..<Deliverer.mostSteps {
            let mustHold = planner.mirror.contact == nil
            if let name, mustHold != isHeld {
                if mustHold {
                    guard await names.acquire(name) else { return .interrupted(state: planner.mirror.bytes) }
                } else {
                    names.release(name)
                }
                isHeld = mustHold
            }
            let step = planner.next(keeper.directory)
            switch step {
            case .finished:
                return finished(planner)
            case .impossible(let reason):
                return .dead(reason: reason, state: planner.mirror.bytes)
            default:
                if case .create(_, .some) = step, await isNamesakes(planner, hold) {
                    planner.noteNamesake()
                    continue
                }
                let before = planner.mirror
                do throws(Stop) {
                    try await perform(step, &planner, hold)
                } catch {
                    let sent = step.writesContact ? planner.sentValues : ""
                    return error.delivery(
                        state: planner.mirror.bytes, doing: step.doing, sent: sent, attempt: hold.attempt)
                }
                if let contact = planner.mirror.contact, contact != before.contact,
                    let stop = await claim(contact, hold)
                {
                    // Another lane's mirror knows better what was only found.
                    return stop.delivery(state: (step.isCreation ? planner.mirror : before).bytes, doing: step.doing)
                }
            }
        }
        return Stop.contradiction("the contact was not right after \(Deliverer.mostSteps) steps")
            .delivery(state: planner.mirror.bytes, doing: "bring it up to date", attempt: hold.attempt)
    }

    private func finished(_ planner: Planner) -> Delivery {
        var planner = planner
        planner.finish(keeper.directory)
        return .done(state: planner.mirror.bytes, notes: planner.mirror.attention)
    }

    private func perform(_ step: PlanStep, _ planner: inout Planner, _ hold: LaneHold) async throws(Stop) {
        switch step {
        case .connect:
            try await keeper.connect()
        case .ensureTags(let wanted):
            try await keeper.ensure(wanted, job: planner.job)
        case .ensurePersonalTag(let tag):
            let isNew = planner.willMake(tag)
            try await keep(planner.mirror, hold)
            planner.made(tag, try await keeper.personalTag(tag, isNew: isNew))
            // Before the next call, like any id of something that was made.
            try await keep(planner.mirror, hold)
        case .create:
            planner.willCreate()
            try await keep(planner.mirror, hold)
            try await call(step, &planner)
            // Before the next call: after a crash here, the contact must be known to be ours.
            try await keep(planner.mirror, hold)
        case .resolve(let needs):
            try await keeper.resolve(needs)
        case .createAppointment(let key, _):
            planner.willMakeAppointment(key)
            try await keep(planner.mirror, hold)
            try await call(step, &planner)
            // Before the next call: after a crash here, the appointment must be known to be ours.
            try await keep(planner.mirror, hold)
        case .addTags(let tags, _):
            // Refused: a program was deleted since the plan looked. The next step is planned without its tags.
            guard keeper.beginAdding(tags) else { return }
            defer { keeper.adds.end(tags) }
            try await call(step, &planner)
        default:
            try await call(step, &planner)
        }
    }

    /// Makes a call, and lets the planner decide what a failure means.
    private func call(_ step: PlanStep, _ planner: inout Planner) async throws(Stop) {
        do throws(KeapFailure) {
            try await send(step, &planner)
        } catch {
            var reaction = planner.failed(step, error)
            if reaction == .recheckFields {
                if try await keeper.recheckCustomFields() { return }
                // They are all there, so it was for something else.
                reaction = planner.failed(step, error)
            }
            switch reaction {
            case .goOn, .recheckFields: return
            case .stop:
                if case .gone = error, step.namesContact { throw Deliverer.contradiction }
                throw .keap(error)
            case .recheckReferences:
                keeper.forgetReferences()
                return
            case .noAppointments(let why):
                keeper.noteNoAppointments(why)
                return
            }
        }
        // Tags that Keap did not know are looked for by name, or made again.
        let outcome = planner.tagOutcome
        planner.tagOutcome = Planner.TagOutcome()
        for tag in outcome.goneTags { try await keeper.forget(tag) }
        if outcome.isContactGone, planner.contactIsGone() == .stop { throw Deliverer.contradiction }
        if outcome.isPersonalTagGone || !outcome.goneTags.isEmpty, planner.tagIsGone() == .stop {
            throw Deliverer.contradiction
        }
        if !outcome.refusals.isEmpty {
            throw .keap(.refused(status: 200, message: outcome.refusals.joined(separator: "; ")))
        }
    }

    private func send(_ step: PlanStep, _ planner: inout Planner) async throws(KeapFailure) {
        switch step {
        case .findByID(let id, let fieldName):
            let found = try await finder.find(
                id: id, field: keeper.directory.customFields[.zenPlannerID], named: fieldName, fields: planner.meeting)
            planner.found(found, keeper.directory)
        case .findByEmail(let email):
            let field = keeper.directory.customFields[.zenPlannerID]?.id
            planner.found(
                try await finder.find(email: email, idField: field, fields: planner.meeting), keeper.directory)
        case .read(let id, let fields):
            planner.read(try await calls.contact(id, fields: fields), fields: fields, keeper.directory)
        case .create(let body, let duplicates):
            let created = try await calls.create(body, duplicates: duplicates)
            await noteForImports(created.id, body)
            planner.created(created, keeper.directory)
        case .removeTags(let tags, let contact):
            try await calls.remove(tags, from: contact)
            planner.removed(tags)
        case .addTags(let tags, let contact):
            planner.added(tags, try await calls.apply(tags, to: contact))
        case .update(let id, let body):
            try await calls.update(id, with: body)
            await noteForImports(id, body)
            planner.updated(keeper.directory)
        case .findAppointment(let key, let contact, let span):
            planner.foundAppointments(key, try await calls.appointments(of: contact, in: span))
        case .createAppointment(let key, let body):
            planner.madeAppointment(key, try await calls.create(body))
        case .updateAppointment(let key, let id, let body):
            try await calls.update(id, with: body)
            planner.changedAppointment(key)
        case .deleteAppointment(let key, let id, let contact):
            try await calls.delete(id, of: contact)
            planner.droppedAppointment(key)
        case .connect, .ensureTags, .ensurePersonalTag, .resolve, .finished, .impossible:
            preconditionFailure("These steps are no single call.")
        }
    }

    private var finder: ContactFinder {
        ContactFinder(calls: calls, readAhead: readsAhead ? imports?.readAhead : nil)
    }

    /// Else an import would take for new whom somebody has just made.
    private func noteForImports(_ contact: ContactID, _ body: ContactBody) async {
        await imports?.readAhead.note(contact, body, field: keeper.directory.customFields[.zenPlannerID]?.id)
    }

    /// Two lanes may come to one contact: an address that Keap has beside the one they were told of leads to it. Each
    /// with a mirror of its own, they would undo each other's work.
    private func claim(_ contact: ContactID, _ hold: LaneHold) async -> Stop? {
        do {
            if try await hold.claim(contact) { return nil }
            return .busy("Another lane came to the same contact; the two go on as one.")
        } catch {
            return .storage("\(error)")
        }
    }

    /// Asked to avoid duplicates, Keap would take this person for the other, also while its search does not show them.
    private func isNamesakes(_ planner: Planner, _ hold: LaneHold) async -> Bool {
        guard planner.wanted.zenPlannerID != nil, let name = NameKey(planner.wanted.values) else { return false }
        // The lane that came first with a name is not told of those that came later, but by them.
        if await hold.isNamesakes(name) { shared.note(name.text) }
        return shared.contains(name.text)
    }

    private func keep(_ mirror: Mirror, _ hold: LaneHold) async throws(Stop) {
        do {
            try await hold.save(mirror.bytes)
        } catch is CancellationError {
            throw .interrupted
        } catch {
            throw .storage("\(error)")
        }
    }
}

extension ProgramChange {
    var doing: String {
        switch self {
        case .renamed(_, let old, let new): "rename the tags of program \"\(old ?? new)\""
        case .deleted(let id, let name): "take away the tags of program \"\(name ?? id ?? "")\""
        }
    }
}
