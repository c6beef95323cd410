import Connectors
import Keap

/// The appointments' share of a plan, after the contact's own: an appointment must never keep tags and fields waiting.
extension Planner {
    mutating func appointmentStep(_ contact: ContactID, _ directory: TagDirectory) -> PlanStep? {
        for wish in wanted.appointments {
            let held = mirror.appointments[wish.key]
            if held == nil, wish.what != .leave, directory.references.noAppointments == nil,
                let step = forgottenStep(wish, contact)
            {
                return step
            }
            guard directory.references.noAppointments == nil || wish.what == .leave else {
                noteUnchanged(wish, held)
                continue
            }
            switch wish.what {
            case .leave: mirror.appointments[wish.key] = nil
            case .drop:
                guard let held else { continue }
                if held.state == .making, !searchedAppointments.contains(wish.key) {
                    return .findAppointment(key: wish.key, of: contact, in: Planner.span(around: held.start))
                }
                if let id = held.id { return .deleteAppointment(key: wish.key, id, of: contact) }
                if held.state == .held {
                    note("Keap did not tell the id of the appointment for \(wish.key), so it must be deleted by hand.")
                }
                mirror.appointments[wish.key] = nil
            case .hold(let plan):
                if let step = holdStep(wish.key, plan, held, contact, directory) { return step }
            }
        }
        return nil
    }

    /// What was made before the memory was lost is looked for, once: else each later event of a booking makes another.
    private func forgottenStep(_ wish: AppointmentRequest, _ contact: ContactID) -> PlanStep? {
        guard let time = wish.mayBeThereAround, !hasCreated, !searchedAppointments.contains(wish.key) else {
            return nil
        }
        // It may have been moved far.
        let year: Int64 = 366 * 24 * 60
        return .findAppointment(
            key: wish.key, of: contact, in: time.advanced(byMinutes: -year)...time.advanced(byMinutes: year))
    }

    /// What is in the calendar stays known: Keap may take appointments again after the next start.
    private mutating func noteUnchanged(_ wish: AppointmentRequest, _ held: HeldAppointment?) {
        guard let held, held.state == .held else { return }
        if case .hold(let plan) = wish.what, held.digest == plan.digest { return }
        note(
            "The appointment for \(wish.key) stays as it was, since this Keap account takes no appointments for now.")
    }

    private mutating func holdStep(
        _ key: String, _ plan: AppointmentPlan, _ held: HeldAppointment?, _ contact: ContactID,
        _ directory: TagDirectory
    ) -> PlanStep? {
        if let owner = plan.owner, held?.digest != plan.digest || held?.state == .making {
            let need = ReferenceNeed.users(words: owner)
            if !directory.references.answers(need) { return .resolve([need]) }
        }
        let body = AppointmentBody(
            contact: contact, title: plan.title, description: plan.description, location: plan.location,
            start: plan.start, end: plan.end,
            user: plan.owner.flatMap { FieldCodec.user($0, among: directory.references.users ?? []) }?.id)
        guard let held else { return .createAppointment(key: key, body) }
        if held.state == .making {
            guard searchedAppointments.contains(key) else {
                return .findAppointment(key: key, of: contact, in: Planner.span(around: held.start))
            }
            return .createAppointment(key: key, body)
        }
        if held.digest == plan.digest { return nil }
        if held.state == .refused { return .createAppointment(key: key, body) }
        if let id = held.id { return .updateAppointment(key: key, id, body) }
        note("Keap did not tell the id of the appointment for \(key), so it must be changed by hand.")
        mirror.appointments[key]?.digest = plan.digest
        return nil
    }

    private static func span(around start: Int64) -> ClosedRange<KeapTime> {
        KeapTime(milliseconds: start).advanced(byMinutes: -1)...KeapTime(milliseconds: start).advanced(byMinutes: 1)
    }

    // MARK: What came of it

    /// To be called before an appointment is made; the mirror must then be saved.
    mutating func willMakeAppointment(_ key: String) {
        guard let plan = plan(of: key) else { return }
        mirror.appointments[key] = HeldAppointment(
            state: .making, id: nil, digest: plan.digest, start: plan.start.milliseconds)
        mirror.boundAppointments(keeping: key)
        searchedAppointments.remove(key)
    }

    mutating func madeAppointment(_ key: String, _ id: AppointmentID?) {
        mirror.appointments[key]?.state = .held
        mirror.appointments[key]?.id = id
    }

    mutating func foundAppointments(_ key: String, _ found: [KeapAppointment]) {
        let others = Set(mirror.appointments.filter { $0.key != key }.compactMap(\.value.id))
        let start = mirror.appointments[key]?.start ?? plan(of: key)?.start.milliseconds
        let ours = found.first { appointment in
            // Not every list may carry descriptions; then title and beginning must do.
            let isByTitle =
                appointment.description.isEmpty && appointment.title == plan(of: key)?.title
                && appointment.start?.milliseconds == start
            return (appointment.description.names(key) || isByTitle)
                && !others.contains { $0 == appointment.id }
        }
        searchedAppointments.insert(key)
        guard let ours else {
            if plan(of: key) == nil { mirror.appointments[key] = nil }
            noteLookalikes(of: key, among: found)
            return
        }
        if mirror.appointments[key] == nil {
            mirror.appointments[key] = HeldAppointment(
                state: .held, id: nil, digest: "", start: ours.start?.milliseconds ?? start ?? 0)
            mirror.boundAppointments(keeping: key)
        }
        madeAppointment(key, ours.id)
    }

    /// A list without descriptions does not tell whose they are.
    private mutating func noteLookalikes(of key: String, among found: [KeapAppointment]) {
        guard mirror.appointments[key] == nil, let plan = plan(of: key),
            found.contains(where: { $0.description.isEmpty && $0.title == plan.title })
        else { return }
        note(
            AttentionNote(
                "Keap's calendar has another appointment \"\(plan.title)\" of this contact. If it is an older one for \(key), "
                    + "delete it there: Lockstep does not remember it."))
    }

    mutating func changedAppointment(_ key: String) {
        guard let plan = plan(of: key) else { return }
        mirror.appointments[key]?.digest = plan.digest
        mirror.appointments[key]?.start = plan.start.milliseconds
    }

    mutating func droppedAppointment(_ key: String) { mirror.appointments[key] = nil }

    /// An appointment is never worth a booking: what Keap clearly refuses is noted, and the rest goes on.
    mutating func appointmentFailed(_ step: PlanStep, _ key: String, _ failure: KeapFailure) -> Reaction {
        switch failure {
        case .gone:
            // It was deleted in Keap. One that is to be there is made again.
            mirror.appointments[key] = nil
            timesAppointmentWasGone += 1
            return timesAppointmentWasGone < Planner.mostGone ? .goOn : .stop
        case .refused(_, let message):
            if failure.saysNoAppointments, !step.namesAppointment {
                // A clear answer: it was not made. What was made before is not gone for it.
                if case .createAppointment = step { mirror.appointments[key] = nil }
                note("This Keap account takes no appointments, so none are made until the next start: \(message)")
                return .noAppointments(message)
            }
            note("Keap refused the appointment for \(key): \(message)")
            if let plan = plan(of: key) {
                let id = mirror.appointments[key]?.id
                mirror.appointments[key] = HeldAppointment(
                    state: id == nil ? .refused : .held, id: id, digest: plan.digest, start: plan.start.milliseconds)
            } else {
                mirror.appointments[key] = nil
            }
            return .goOn
        case .unclear:
            // Changing it again does no harm; one that was being made is looked for first.
            if case .updateAppointment = step { mirror.appointments[key]?.digest = "" }
            return .stop
        case .unavailable, .unauthorized, .cancelled, .partly, .stale:
            // A clear answer: it was not made.
            if case .createAppointment = step { mirror.appointments[key] = nil }
            return .stop
        }
    }

    private func plan(of key: String) -> AppointmentPlan? {
        for wish in wanted.appointments where wish.key == key {
            if case .hold(let plan) = wish.what { return plan }
        }
        return nil
    }
}

extension String {
    /// Whether an id stands in it, and not as the beginning of a longer one.
    fileprivate func names(_ id: String) -> Bool {
        var rest = self[...]
        while let range = rest.firstRange(of: id) {
            let next = rest[range.upperBound...].first
            let before = rest[..<range.lowerBound].last
            func isPart(_ character: Character?) -> Bool {
                character.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" } ?? false
            }
            if !isPart(next), !isPart(before) { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }
}
