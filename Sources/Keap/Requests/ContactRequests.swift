import OutboundAPI

extension APIRequest {
    static func findContacts(
        _ filter: Filter, fields: [ContactField], size: Int, page: String?
    ) -> APIRequest {
        var query = pageQuery(size: size, token: page)
        if !isAddress(page) {
            query += [QueryItem("filter", filter.text ?? ""), Self.fields(fields + filter.fieldsToCompare)]
        }
        return APIRequest(.findContacts, .get, ["v2", "contacts"], query)
    }

    /// In the order of their ids, so that a contact made meanwhile comes last and moves no other to a page already read.
    static func listContacts(fields: [ContactField], page: String?) -> APIRequest {
        var query = pageQuery(token: page)
        if !isAddress(page) { query += [QueryItem("order_by", "id asc"), Self.fields(fields)] }
        return APIRequest(.listContacts, .get, ["v2", "contacts"], query)
    }

    static func readContact(_ id: ContactID, fields: [ContactField]) throws(KeapFailure) -> APIRequest {
        APIRequest(.readContact, .get, ["v2", "contacts", try pathPart(id.text)], [Self.fields(fields)])
    }

    static func createContact(
        _ body: ContactBody, duplicates: DuplicateOption?
    ) throws(KeapFailure) -> APIRequest {
        try body.check()
        guard body.hasWayToReach else {
            throw .refused(status: 0, message: "Keap makes no contact without an e-mail, a phone number or an address.")
        }
        // The option belongs into the query; in the body it may be ignored without a word.
        let option = duplicates.map { [QueryItem("duplicate_option", $0.rawValue)] } ?? []
        return APIRequest(
            .createContact, .post, ["v2", "contacts"], option + [Self.fields([.id])], body: .object(body.properties))
    }

    static func updateContact(_ id: ContactID, with body: ContactBody) throws(KeapFailure) -> APIRequest {
        try body.check()
        let properties = body.properties
        // Without a mask Keap's reading of what is not carried is its own; with one, just these change.
        let mask = properties.keys.sorted().map { QueryItem("update_mask", $0) }
        return APIRequest(
            .updateContact, .patch, ["v2", "contacts", try pathPart(id.text)], mask + [Self.fields([.id])],
            body: .object(properties))
    }

    private static func fields(_ fields: [ContactField]) -> QueryItem {
        var words: [String] = ["id"]
        for field in fields where !words.contains(field.rawValue) { words.append(field.rawValue) }
        return QueryItem("fields", commaJoined: words)
    }
}

/// An id as a part of a path. An empty one would name the list, and a slash another resource.
func pathPart(_ id: String) throws(KeapFailure) -> String {
    guard !id.isEmpty, id != ".", id != ".." else {
        throw .refused(status: 0, message: "An id cannot be “\(id)”.")
    }
    return percentEncoded(id)
}
