import WireFormats

extension Account {
    func plan(_ arrival: Arrival) throws(Refusal) -> Plan {
        guard let plan = plans[arrival.id("plan")], isVisible(plan.created, at: arrival.now) else {
            throw .missing("Plan", arrival.id("plan"))
        }
        return plan
    }

    mutating func createPlan(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var fields = try arrival.fields(
            allowing: ["data_source_uuid", "name", "interval_count", "interval_unit", "external_id"])
        let source = try fields.required("data_source_uuid", "A valid data source UUID is required for each plan.")
        if !source.isEmpty, sources[source] == nil {
            fields.complain("data_source_uuid", "A valid data source UUID is required for each plan.")
        }
        let name = try fields.required("name", "A unique name is required for each plan.")
        let count = try fields.integer("interval_count") ?? 0
        if !(1...10_000).contains(count) { fields.complain("interval_count", "is not a number") }
        let unit = Plan.Unit(rawValue: try fields.text("interval_unit") ?? "")
        if unit == nil { fields.complain("interval_unit", Account.badUnit) }
        let number = nextNumber()
        let uuid = Account.uuid("pl", number)
        // Without one, a plan gets an external id.
        let given = try fields.text("external_id") ?? ""
        let key = ExternalKey(source: source, id: given.isEmpty ? String(uuid.dropFirst(3)) : given)
        if plans[key] != nil {
            refusedRepeats["plan", default: 0] += 1
            fields.complain("external_id", "The external ID for this plan already exists in our system.")
        }
        try fields.check()
        let made = Plan(
            number: number, uuid: uuid, created: arrival.now, key: key, name: name, intervalCount: count,
            intervalUnit: unit ?? .month)
        plans.insert(made)
        return MogulWorld.Answer(201, json(made))
    }

    func listPlans(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let id = arrival.parameter("external_id")
        let source = arrival.parameter("data_source_uuid")
        let list = try PageRequest(arrival).answer("plans", of: plans) { plan in
            isVisible(plan.created, at: arrival.now) && (id == nil || plan.key.id == id)
                && (source == nil || plan.key.source == source)
        } json: {
            json($0)
        }
        return MogulWorld.Answer(200, list)
    }

    mutating func updatePlan(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try plan(arrival)
        var fields = try arrival.fields(allowing: ["name", "interval_count", "interval_unit"])
        if fields.has("name") { changed.name = try fields.required("name", "A unique name is required for each plan.") }
        if fields.has("interval_count") {
            changed.intervalCount = try fields.integer("interval_count") ?? 0
            if !(1...10_000).contains(changed.intervalCount) { fields.complain("interval_count", "is not a number") }
        }
        if fields.has("interval_unit") {
            let unit = Plan.Unit(rawValue: try fields.text("interval_unit") ?? "")
            if unit == nil { fields.complain("interval_unit", Account.badUnit) }
            changed.intervalUnit = unit ?? changed.intervalUnit
        }
        try fields.check()
        _ = plans.change(changed.uuid) { $0 = changed }
        return MogulWorld.Answer(200, json(changed))
    }

    mutating func deletePlan(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let plan = try plan(arrival)
        guard !lines.rows.contains(where: { $0.content.plan == plan.uuid }) else {
            throw Refusal(status: 422, body: .error("The plan has subscriptions and cannot be deleted"))
        }
        plans.remove(plan.uuid)
        return .noContent
    }

    func json(_ plan: Plan) -> JSONNode {
        object([
            "external_id": .string(plan.key.id), "name": .string(plan.name),
            "interval_count": .whole(plan.intervalCount), "interval_unit": .string(plan.intervalUnit.rawValue),
            "data_source_uuid": .string(plan.key.source), "uuid": .string(plan.uuid),
        ])
    }

    private static let badUnit = "Only 'day', 'month' or 'year' are valid values for interval_unit."
}
