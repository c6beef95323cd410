import OutboundAPI

extension KeapClient {
    func contacts(
        where clauses: [ContactClause], fields: [ContactField], limit: Int
    ) async throws(KeapFailure) -> [KeapContact] {
        guard limit > 0 else { return [] }
        let filter = try Filter(clauses)
        // What Keap can only be asked for roughly is sifted here, so the first few need not be among the first.
        let size = filter.toCompare.isEmpty ? min(limit, largestPage) : largestPage
        var found: [KeapContact] = []
        var walk = PageWalk()
        repeat {
            let request = APIRequest.findContacts(filter, fields: fields, size: size, page: walk.token)
            let page = try await perform(request) { (response) throws(KeapFailure) in
                try response.page("contacts", KeapContact.init)
            }
            found += page.items.filter(filter.matches)
            guard walk.follow(page.next) else { break }
        } while found.count < limit
        return Array(found.prefix(limit))
    }

    func contacts(fields: [ContactField], page: String?) async throws(KeapFailure) -> Page<KeapContact> {
        var found = try await perform(.listContacts(fields: fields, page: page)) { (response) throws(KeapFailure) in
            try response.page("contacts", KeapContact.init)
        }
        // A page that leads to itself would be read for ever.
        if found.next == page { found.next = nil }
        return found
    }

    func contact(_ id: ContactID, fields: [ContactField]) async throws(KeapFailure) -> KeapContact {
        let request = try APIRequest.readContact(id, fields: fields)
        return try await perform(request, naming: .one(id)) { (response) throws(KeapFailure) in
            try response.one("contact", KeapContact.init)
        }
    }

    func create(
        _ body: ContactBody, duplicates: DuplicateOption?
    ) async throws(KeapFailure) -> CreatedContact {
        let request = try APIRequest.createContact(body, duplicates: duplicates)
        return try await perform(request) { (response) throws(KeapFailure) in
            let contact = try response.one("contact", KeapContact.init)
            return CreatedContact(id: contact.id, isNew: response.status == 201)
        }
    }

    func update(_ id: ContactID, with body: ContactBody) async throws(KeapFailure) {
        guard !body.isEmpty else { return }
        try await perform(try APIRequest.updateContact(id, with: body), naming: .one(id), isRestingOnRead: true)
    }
}
