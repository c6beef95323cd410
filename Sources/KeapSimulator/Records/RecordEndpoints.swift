/// v2's lead sources, lead source categories and companies: lists by name, and creation.
extension Account {
    func listRecords(_ kind: Record.Kind, _ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try Paging(act.request, quirks: quirks)
        var found = (records[kind] ?? [:]).values.sorted { $0.id < $1.id }
        for clause in try Filter(act.request.parameter("filter")).clauses {
            switch clause.field {
            case "id" where kind != .company, "company_id" where kind == .company:
                guard let id = Int(clause.value), id > 0 else {
                    throw .bad("\(clause.field) is invalid", about: "filter")
                }
                found = found.filter { clause.comparison.holds($0.id, id) }
            case "name":
                try clause.onlyEquality()
                found = found.filter { clause.holds(for: $0.name, wildcard: true) }
            case "company_name" where kind == .company:
                try clause.onlyEquality()
                found = found.filter { clause.holds(for: $0.name, wildcard: false) }
            case "lead_source_category_id" where kind == .leadSource:
                try clause.onlyEquality()
                found = found.filter { $0.category.map(String.init) == clause.value }
            default: throw .bad("Filter field is unknown: \(clause.field)", about: "filter")
            }
        }
        return paging.answer(found, as: kind.list, request: act.request, quirks: quirks) { $0.json(kind) }
    }

    mutating func createRecord(_ kind: Record.Kind, _ act: Act) throws(Refusal) -> SimAnswer {
        let json = try act.json(allowing: kind.properties, quirks: quirks)
        guard let name = json[kind.nameProperty]?.text, !folded(name).isEmpty else {
            throw .bad("\(kind.nameProperty) is required", about: kind.nameProperty)
        }
        // Only of categories is it documented that a name must be unique.
        if kind == .leadSourceCategory,
            (records[kind] ?? [:]).values.contains(where: { folded($0.name) == folded(name) })
        {
            throw .bad("Lead source category with name \(name) already exists", about: "name")
        }
        if let status = json["status"], !["ACTIVE", "INACTIVE"].contains(status.text) {
            throw .bad("status is invalid", about: "status")
        }
        var category: Int?
        if let given = json["lead_source_category_id"], given != .null {
            guard let id = given.text.flatMap({ Int($0) }), records[.leadSourceCategory]?[id] != nil else {
                throw .bad("lead_source_category_id is invalid", about: "lead_source_category_id")
            }
            category = id
        }
        lastRecord += 1
        let record = Record(id: lastRecord, name: name, category: category, created: act.now)
        records[kind, default: [:]][record.id] = record
        return SimAnswer(status: 201, record.json(kind))
    }
}
