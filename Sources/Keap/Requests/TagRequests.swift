import OutboundAPI

extension APIRequest {
    /// The most tags, or contacts, that one tag call may name.
    static let largestTagBatch = 100

    // Many tags of one contact: only v1 has these, and its ids are numbers.

    static func apply(_ tags: [TagID], to contact: ContactID) throws(KeapFailure) -> APIRequest {
        let ids = try numbers(tags)
        return APIRequest(
            .applyTags, .post, ["v1", "contacts", try pathPart(contact.text), "tags"],
            body: .object(["tagIds": .array(ids.map { .number($0) })]))
    }

    static func remove(_ tags: [TagID], from contact: ContactID) throws(KeapFailure) -> APIRequest {
        let ids = try numbers(tags)
        return APIRequest(
            .removeTags, .delete, ["v1", "contacts", try pathPart(contact.text), "tags"],
            [QueryItem("ids", ids.joined(separator: ","))])
    }

    // One tag of many contacts: v2, whose ids are text. Its answer to an apply names each contact.

    static func apply(_ tag: TagID, to contacts: [ContactID]) throws(KeapFailure) -> APIRequest {
        try many(.applyTagToMany, tag, "contacts:applyTags", contacts)
    }

    static func remove(_ tag: TagID, from contacts: [ContactID]) throws(KeapFailure) -> APIRequest {
        try many(.removeTagFromMany, tag, "contacts:removeTags", contacts)
    }

    private static func many(
        _ endpoint: APIEndpoint, _ tag: TagID, _ verb: String, _ contacts: [ContactID]
    ) throws(KeapFailure) -> APIRequest {
        precondition(contacts.count <= largestTagBatch, "a tag call names at most 100 contacts")
        return APIRequest(
            endpoint, .post, ["v2", "tags", try pathPart(tag.text), verb],
            body: .object(["contact_ids": .array(contacts.map { .string($0.text) })]))
    }

    static func wearers(of tag: TagID, page: String?) throws(KeapFailure) -> APIRequest {
        APIRequest(
            .listWearers, .get, ["v2", "tags", try pathPart(tag.text), "contacts"], pageQuery(token: page))
    }

    /// - Parameter filter: nil for all tags.
    static func listTags(_ filter: [QueryItem]?, page: String?) -> APIRequest {
        APIRequest(.listTags, .get, ["v2", "tags"], listQuery(filter, page: page))
    }

    static func readTag(_ tag: TagID) throws(KeapFailure) -> APIRequest {
        APIRequest(.readTag, .get, ["v2", "tags", try pathPart(tag.text)])
    }

    static func createTag(_ name: String, in category: CategoryID?) throws(KeapFailure) -> APIRequest {
        try checkName(name)
        var members: [String: JSONValue] = ["name": .string(name)]
        if let category { members["category"] = .object(["id": .string(category.text)]) }
        return APIRequest(.createTag, .post, ["v2", "tags"], body: .object(members))
    }

    static func rename(_ tag: TagID, to name: String) throws(KeapFailure) -> APIRequest {
        try checkName(name)
        // Without the mask the tag would lose its category.
        return APIRequest(
            .renameTag, .patch, ["v2", "tags", try pathPart(tag.text)], [QueryItem("update_mask", "name")],
            body: .object(["name": .string(name)]))
    }

    static func delete(_ tag: TagID) throws(KeapFailure) -> APIRequest {
        APIRequest(.deleteTag, .delete, ["v2", "tags", try pathPart(tag.text)])
    }

    static func listCategories(_ filter: [QueryItem]?, page: String?) -> APIRequest {
        APIRequest(.listCategories, .get, ["v2", "tags", "categories"], listQuery(filter, page: page))
    }

    static func createCategory(_ name: String) throws(KeapFailure) -> APIRequest {
        try checkName(name)
        return APIRequest(
            .createCategory, .post, ["v2", "tags", "categories"], body: .object(["name": .string(name)]))
    }

    private static func listQuery(_ filter: [QueryItem]?, page: String?) -> [QueryItem] {
        pageQuery(token: page) + (isAddress(page) ? [] : filter ?? [])
    }

    private static func numbers(_ tags: [TagID]) throws(KeapFailure) -> [String] {
        precondition(tags.count <= largestTagBatch, "a tag call names at most 100 tags")
        for tag in tags where Int64(tag.text) == nil {
            throw .refused(status: 0, message: "“\(tag)” is not a tag id that Keap can know.")
        }
        return tags.map(\.text)
    }

    private static func checkName(_ name: String) throws(KeapFailure) {
        guard !name.isEmpty else { throw .refused(status: 0, message: "Not sent: a name cannot be empty.") }
        // Keap would cut it in silence, and a search for the whole name would never find it.
        guard KeapLengths.fits(name, KeapLengths.tagName) else {
            throw .refused(
                status: 0, message: "Not sent: the name “\(name)” is longer than \(KeapLengths.tagName) characters.")
        }
    }
}
