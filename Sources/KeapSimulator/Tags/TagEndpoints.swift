/// v2's tags and their categories.
extension Account {
    func listTags(_ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(act.request.parameter("order_by"), allowed: ["name", "create_time", "update_time"])
        var found = tags.values.sorted { $0.id < $1.id }
        for clause in try Filter(act.request.parameter("filter")).clauses {
            found = try narrowed(found, by: clause, extra: ["tag_ids"])
        }
        if let ordering {
            found.sort { a, b in
                let (a, b) = ordering.isDescending ? (b, a) : (a, b)
                return switch ordering.field {
                case "create_time": (a.created, a.id) < (b.created, b.id)
                case "update_time": (a.updated, a.id) < (b.updated, b.id)
                default: (folded(a.name), a.id) < (folded(b.name), b.id)
                }
            }
        }
        return paging.answer(found, as: "tags", request: act.request, quirks: quirks, \.json)
    }

    /// The filters that lists of tags share.
    private func narrowed(_ tags: [Tag], by clause: Filter.Clause, extra: [String] = []) throws(Refusal) -> [Tag] {
        switch clause.field {
        case "name":
            try clause.onlyEquality()
            return tags.filter { clause.holds(for: $0.name, wildcard: false) }
        case "description":
            try clause.onlyEquality()
            if clause.value == "NONE" { return tags.filter { $0.description == nil } }
            return tags.filter { clause.holds(for: $0.description ?? "", wildcard: false) }
        case "category_id":
            try clause.onlyEquality()
            if clause.value == "NONE" { return tags.filter { $0.category == nil } }
            return tags.filter { $0.category.map(String.init) == clause.value }
        case "tag_ids" where extra.contains(clause.field):
            let ids = try clause.ids()
            return tags.filter { ids.contains($0.id) }
        case "since_create_time":
            let instant = try clause.instant()
            return tags.filter { $0.created >= instant }
        case "until_create_time":
            let instant = try clause.instant()
            return tags.filter { $0.created <= instant }
        case "since_update_time":
            let instant = try clause.instant()
            return tags.filter { $0.updated >= instant }
        case "until_update_time":
            let instant = try clause.instant()
            return tags.filter { $0.updated <= instant }
        default: throw .bad("Filter field is unknown: \(clause.field)", about: "filter")
        }
    }

    func getTag(_ act: Act) throws(Refusal) -> SimAnswer {
        SimAnswer(status: 200, try tag(act.ids.tag ?? 0).json)
    }

    mutating func createTag(_ act: Act) throws(Refusal) -> SimAnswer {
        SimAnswer(status: 201, try newTag(act).json)
    }

    /// Both versions create a tag from the same body.
    mutating func newTag(_ act: Act) throws(Refusal) -> Tag {
        let json = try act.json(allowing: ["name", "description", "category"], quirks: quirks)
        let name = try tagName(json, replacing: nil)
        return newTag(name, description: json["description"]?.text, category: try category(in: json), by: act)
    }

    mutating func updateTag(_ act: Act) throws(Refusal) -> SimAnswer {
        var tag = try tag(act.ids.tag ?? 0)
        let mask = try act.mask(allowing: ["name", "description", "category"])
        let json = try act.json(allowing: ["name", "description", "category"], quirks: quirks)
        if mask?.contains("name") ?? (json["name"] != nil) { tag.name = try tagName(json, replacing: tag) }
        if mask?.contains("description") ?? (json["description"] != nil) { tag.description = json["description"]?.text }
        // Without a mask, a category that is not given is taken away.
        if mask?.contains("category") ?? true { tag.category = try category(in: json) }
        tag.updated = act.now
        tags[tag.id] = tag
        return SimAnswer(status: 200, tag.json)
    }

    mutating func deleteTag(_ act: Act) throws(Refusal) -> SimAnswer {
        erase(tag: try tag(act.ids.tag ?? 0).id, by: act)
        return SimAnswer(status: 204)
    }

    func tagsOfContact(_ act: Act) throws(Refusal) -> SimAnswer {
        let contact = try contact(act.ids.contact ?? 0)
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(
            act.request.parameter("order_by"),
            allowed: ["name", "create_time", "update_time", "applied_time", "category_id"])
        var worn = contact.tags.keys.sorted().compactMap { tags[$0] }
        for clause in try Filter(act.request.parameter("filter")).clauses {
            switch clause.field {
            case "since_applied_time":
                let instant = try clause.instant()
                worn = worn.filter { contact.tags[$0.id] ?? instant >= instant }
            case "until_applied_time":
                let instant = try clause.instant()
                worn = worn.filter { contact.tags[$0.id] ?? instant <= instant }
            default: worn = try narrowed(worn, by: clause)
            }
        }
        if let ordering {
            worn.sort { a, b in
                let (a, b) = ordering.isDescending ? (b, a) : (a, b)
                switch ordering.field {
                case "name": return (folded(a.name), a.id) < (folded(b.name), b.id)
                case "category_id": return (a.category ?? 0, a.id) < (b.category ?? 0, b.id)
                case "create_time": return (a.created, a.id) < (b.created, b.id)
                case "update_time": return (a.updated, a.id) < (b.updated, b.id)
                default:
                    return (contact.tags[a.id] ?? a.created, a.id) < (contact.tags[b.id] ?? b.created, b.id)
                }
            }
        }
        return paging.answer(worn, as: "tags", request: act.request, quirks: quirks) { tag in
            ["tag": tag.json, "applied_time": .optional(contact.tags[tag.id]?.iso8601)]
        }
    }

    func tag(_ id: Int) throws(Refusal) -> Tag {
        guard let tag = tags[id] else { throw .unknown("Tag", id) }
        return tag
    }

    private func tagName(_ json: JSON, replacing tag: Tag?) throws(Refusal) -> String {
        guard let text = json["name"]?.text, !folded(text).isEmpty else {
            throw .bad("name is required", about: "name")
        }
        guard quirks.commasInTagNames || !text.contains(",") else { throw .bad("name is invalid", about: "name") }
        let name = String(text.prefix(Tag.longestName))
        if case .refused(let status) = quirks.repeatedTagName,
            tags.values.contains(where: { folded($0.name) == folded(name) && $0.id != tag?.id })
        {
            throw Refusal(status: status, message: "Tag with name \(name) already exists", resource: "name")
        }
        return name
    }

    private func category(in json: JSON) throws(Refusal) -> Int? {
        guard let category = json["category"], category != .null else { return nil }
        guard let id = category["id"]?.id else { throw .bad("category id is required", about: "category") }
        // Zero is how v1's tags without a category come back from some clients.
        if id == 0 { return nil }
        guard categories[id] != nil else { throw .bad("Category with id \(id) does not exist", about: "category") }
        return id
    }
}
