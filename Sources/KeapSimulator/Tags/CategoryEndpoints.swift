/// v2's tag categories; v1 can only create one.
extension Account {
    func listCategories(_ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(act.request.parameter("order_by"), allowed: ["name", "create_time", "update_time"])
        var found = categories.values.sorted { $0.id < $1.id }
        for clause in try Filter(act.request.parameter("filter")).clauses {
            switch clause.field {
            case "name":
                try clause.onlyEquality()
                found = found.filter { clause.holds(for: $0.name, wildcard: false) }
            case "description":
                try clause.onlyEquality()
                found = found.filter {
                    clause.value == "NONE"
                        ? $0.description == nil : clause.holds(for: $0.description ?? "", wildcard: false)
                }
            case "since_create_time":
                let instant = try clause.instant()
                found = found.filter { $0.created >= instant }
            case "until_create_time":
                let instant = try clause.instant()
                found = found.filter { $0.created <= instant }
            case "since_update_time":
                let instant = try clause.instant()
                found = found.filter { $0.updated >= instant }
            case "until_update_time":
                let instant = try clause.instant()
                found = found.filter { $0.updated <= instant }
            default: throw .bad("Filter field is unknown: \(clause.field)", about: "filter")
            }
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
        return paging.answer(found, as: "tag_categories", request: act.request, quirks: quirks, \.json)
    }

    func getCategory(_ act: Act) throws(Refusal) -> SimAnswer {
        SimAnswer(status: 200, try category(act.ids.category ?? 0).json)
    }

    mutating func createCategory(_ act: Act, _ version: APIVersion) throws(Refusal) -> SimAnswer {
        let json = try act.json(allowing: ["name", "description"], quirks: quirks)
        let category = newCategory(
            try categoryName(json, replacing: nil), description: json["description"]?.text, by: act)
        return version == .v1
            ? SimAnswer(status: 200, category.jsonInV1) : SimAnswer(status: 201, category.json)
    }

    mutating func updateCategory(_ act: Act) throws(Refusal) -> SimAnswer {
        var category = try category(act.ids.category ?? 0)
        let mask = try act.mask(allowing: ["name", "description"])
        let json = try act.json(allowing: ["name", "description"], quirks: quirks)
        if mask?.contains("name") ?? (json["name"] != nil) {
            category.name = try categoryName(json, replacing: category)
        }
        if mask?.contains("description") ?? (json["description"] != nil) {
            category.description = json["description"]?.text
        }
        category.updated = act.now
        categories[category.id] = category
        return SimAnswer(status: 200, category.json)
    }

    /// The tags stay, without a category.
    mutating func deleteCategory(_ act: Act) throws(Refusal) -> SimAnswer {
        let category = try category(act.ids.category ?? 0)
        categories[category.id] = nil
        for id in tags.keys where tags[id]?.category == category.id { tags[id]?.category = nil }
        return SimAnswer(status: 204)
    }

    private func category(_ id: Int) throws(Refusal) -> TagCategory {
        guard let category = categories[id] else { throw .unknown("Tag category", id) }
        return category
    }

    private func categoryName(_ json: JSON, replacing category: TagCategory?) throws(Refusal) -> String {
        guard let name = json["name"]?.text, !folded(name).isEmpty else {
            throw .bad("name is required", about: "name")
        }
        if case .refused(let status) = quirks.repeatedCategoryName,
            categories.values.contains(where: { folded($0.name) == folded(name) && $0.id != category?.id })
        {
            throw Refusal(status: status, message: "Tag category with name \(name) already exists", resource: "name")
        }
        return name
    }
}
