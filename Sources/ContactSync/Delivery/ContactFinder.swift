import Keap

/// Looks for a person's contact: in what was read ahead, where that can tell, else by asking Keap.
struct ContactFinder: Sendable {
    let calls: any KeapAPI
    let readAhead: ContactPrefetch?
    /// Whether to believe what was read ahead of addresses too, which others in Keap write at any time. Of IDs it is
    /// believed always: hardly anything but Lockstep writes them.
    var believesAddresses = true

    func find(
        id: String, field: CustomFieldModel?, named fieldName: String, fields: [ContactField]
    ) async throws(KeapFailure) -> StepAnswer {
        if field != nil, let known = await readAhead?.bearers(ofID: id), let found = try await read(known, fields) {
            return .contacts(found, isFromBook: true)
        }
        return .contacts(
            try await calls.contacts(where: [.custom(fieldName: fieldName, value: id)], fields: fields, limit: 50),
            isFromBook: false)
    }

    func find(
        email: String, idField: CustomFieldID?, fields: [ContactField]
    ) async throws(KeapFailure) -> StepAnswer {
        if believesAddresses, idField != nil, let known = await readAhead?.bearers(ofEmail: email),
            let found = try await read(known, fields)
        {
            return .contacts(found, isFromBook: true)
        }
        return .contacts(
            try await calls.contacts(where: [.email(email)], fields: fields, limit: 1_000), isFromBook: false)
    }

    /// Nil if a search costs less.
    private func read(_ known: [ContactID], _ fields: [ContactField]) async throws(KeapFailure) -> [KeapContact]? {
        guard known.count <= 1 else { return nil }
        guard let contact = known.first else { return [] }
        do throws(KeapFailure) {
            return [try await calls.contact(contact, fields: fields)]
        } catch {
            // Merged or deleted since: a search finds what is left of it.
            if case .gone = error { return nil }
            throw error
        }
    }
}
