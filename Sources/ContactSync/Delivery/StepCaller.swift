import Keap

/// Keap's answer to a step that is one call.
enum StepAnswer: Sendable {
    /// `isFromBook`: told by what was read ahead, without asking Keap.
    case contacts([KeapContact], isFromBook: Bool)
    case contact(KeapContact)
    case created(CreatedContact)
    case tags([TagID: TagAnswer])
    case appointments([KeapAppointment])
    case appointment(AppointmentID?)
    case done
}

/// Makes the call that a step asks for.
struct StepCaller: Sendable {
    var calls: any KeapAPI
    let keeper: TagService
    /// The contacts that were read ahead, as long as they may be believed.
    var readAhead: ContactPrefetch?
    var isImport: Bool
    /// To be told of contacts that were made or changed, or they would be taken for new.
    let book: ContactPrefetch?

    func answer(to step: PlanStep) async throws(KeapFailure) -> StepAnswer {
        let field = keeper.directory.customFields[.sourceID]
        switch step {
        case .findByID(let id, let fieldName, let fields):
            return try await finder.find(id: id, field: field, named: fieldName, fields: fields)
        case .findByEmail(let email, let fields):
            return try await finder.find(email: email, idField: field?.id, fields: fields)
        case .read(let id, let fields):
            return .contact(try await calls.contact(id, fields: fields))
        case .create(let body, let duplicates):
            let created = try await calls.create(body, duplicates: duplicates)
            await book?.note(created.id, body, field: field?.id)
            return .created(created)
        case .removeTags(let tags, let contact):
            try await calls.remove(tags, from: contact)
        case .addTags(let tags, let contact):
            return .tags(try await calls.apply(tags, to: contact))
        case .update(let id, let body):
            try await calls.update(id, with: body)
            await book?.note(id, body, field: field?.id)
        case .findAppointment(_, let contact, let span):
            return .appointments(try await calls.appointments(of: contact, in: span))
        case .createAppointment(_, let body):
            return .appointment(try await calls.create(body))
        case .updateAppointment(_, let id, let body):
            try await calls.update(id, with: body)
        case .deleteAppointment(_, let id, let contact):
            try await calls.delete(id, of: contact)
        case .connect, .ensureTags, .listTags, .ensurePersonalTag, .resolve, .finished, .impossible:
            preconditionFailure("These steps are no single call.")
        }
        return .done
    }

    private var finder: ContactFinder { ContactFinder(calls: calls, readAhead: readAhead, believesAddresses: isImport) }
}

extension Planner {
    /// Takes what Keap answered to a step.
    mutating func take(_ answer: StepAnswer, of step: PlanStep, _ directory: TagDirectory) {
        switch (step, answer) {
        case (_, .contacts(let contacts, _)): found(contacts, directory)
        case (.read(_, let fields), .contact(let contact)): read(contact, fields: fields, directory)
        case (_, .created(let created)): self.created(created, directory)
        case (.removeTags(let tags, _), _): removed(tags)
        case (.addTags(let tags, _), .tags(let answers)): added(tags, answers)
        case (.update, _): updated(directory)
        case (.findAppointment(let key, _, _), .appointments(let found)): foundAppointments(key, found)
        case (.createAppointment(let key, _), .appointment(let id)): madeAppointment(key, id)
        case (.updateAppointment(let key, _, _), _): changedAppointment(key)
        case (.deleteAppointment(let key, _, _), _): droppedAppointment(key)
        default: preconditionFailure("An answer is of its step.")
        }
    }
}
