/// v1's tags, from both ends: tags of a contact, contacts of a tag.
extension Account {
    func listTagsV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try PagingV1(act.request)
        let found = tags.values.sorted { $0.id < $1.id }.filter { tag in
            if let name = act.request.parameter("name"), folded(tag.name) != folded(name) { return false }
            if let category = act.request.parameter("category"), Int(category) != tag.category { return false }
            return true
        }
        return paging.answer(found, as: "tags", request: act.request, quirks: quirks) {
            $0.jsonInV1(category(of: $0))
        }
    }

    func getTagV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let tag = try tag(act.ids.tag ?? 0)
        return SimAnswer(status: 200, tag.jsonInV1(category(of: tag)))
    }

    /// 200 where v2 answers 201.
    mutating func createTagV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let tag = try newTag(act)
        return SimAnswer(status: 200, tag.jsonInV1(category(of: tag)))
    }

    func tagsOfContactV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let contact = try contact(act.ids.contact ?? 0)
        let paging = try PagingV1(act.request)
        let worn = contact.tags.keys.sorted().compactMap { tags[$0] }
        return paging.answer(worn, as: "tags", request: act.request, quirks: quirks) { tag in
            [
                "tag": [
                    "id": .integer(tag.id), "name": .string(tag.name), "category": .optional(category(of: tag)?.name),
                ],
                "date_applied": .optional(contact.tags[tag.id]?.iso8601InV1),
            ]
        }
    }

    mutating func applyTagsV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let contact = act.ids.contact ?? 0
        if !quirks.unknownContactIsAnItem { _ = try self.contact(contact) }
        var answers: [(id: Int, word: String)] = []
        for tag in try ids("tagIds", act) { answers.append((tag, outcome(ofApplying: tag, to: contact, act))) }
        return tagAnswer(answers)
    }

    mutating func applyTagV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let tag = act.ids.tag ?? 0
        var answers: [(id: Int, word: String)] = []
        for contact in try ids("ids", act) { answers.append((contact, outcome(ofApplying: tag, to: contact, act))) }
        return tagAnswer(answers)
    }

    mutating func removeTagsV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let contact = try contact(act.ids.contact ?? 0)
        for tag in try idsInQuery(act) { remove(tag, from: contact.id, by: act) }
        return SimAnswer(status: 204)
    }

    mutating func removeOneTagV1(_ act: Act) throws(Refusal) -> SimAnswer {
        remove(try tag(act.ids.tag ?? 0).id, from: try contact(act.ids.contact ?? 0).id, by: act)
        return SimAnswer(status: 204)
    }

    mutating func removeTagV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let tag = try tag(act.ids.tag ?? 0)
        for contact in try idsInQuery(act) { remove(tag.id, from: contact, by: act) }
        return SimAnswer(status: 204)
    }

    func wearersOfTagV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let tag = try tag(act.ids.tag ?? 0)
        let paging = try PagingV1(act.request)
        let found = wearers(of: tag.id).sorted().compactMap { contacts[$0] }
        return paging.answer(found, as: "contacts", request: act.request, quirks: quirks) { contact in
            [
                "contact": [
                    "id": .integer(contact.id), "email": .optional(contact.emails.first),
                    "first_name": .optional(contact.scalars["given_name"]),
                    "last_name": .optional(contact.scalars["family_name"]),
                ],
                "date_applied": .optional(contact.tags[tag.id]?.iso8601InV1),
            ]
        }
    }

    private func category(of tag: Tag) -> TagCategory? { tag.category.flatMap { categories[$0] } }

    private func ids(_ name: String, _ act: Act) throws(Refusal) -> [Int] {
        let json = try act.json(allowing: [name], quirks: quirks)
        guard let items = json[name]?.items, !items.isEmpty else { throw .bad("\(name) is required") }
        try checkSize(items.count)
        var ids: [Int] = []
        for item in items {
            guard let id = item.integer else { throw .bad("\(name) must be a list of numbers") }
            if !ids.contains(id) { ids.append(id) }
        }
        return ids
    }

    private func idsInQuery(_ act: Act) throws(Refusal) -> [Int] {
        let texts = act.list("ids") ?? []
        let ids = texts.compactMap { Int($0) }
        guard !ids.isEmpty, ids.count == texts.count else { throw .bad("ids is invalid") }
        try checkSize(ids.count)
        return ids
    }

    /// Documented as a list of entries, seen as a map; some have seen objects for successes.
    private func tagAnswer(_ answers: [(id: Int, word: String)]) -> SimAnswer {
        let members = answers.map { answer in
            let word = JSON.string(answer.word)
            let isObject = quirks.tagAnswersInV1 == .mapOfObjects && answer.word == "SUCCESS"
            return JSON.Member(name: String(answer.id), value: isObject ? ["status": word] : word)
        }
        if quirks.tagAnswersInV1 == .entries {
            return SimAnswer(status: 200, .array(members.map { .object([$0]) }))
        }
        return SimAnswer(status: 200, .object(members))
    }
}
