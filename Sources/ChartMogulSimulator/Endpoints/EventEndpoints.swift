import WireFormats

extension Account {
    mutating func createEvent(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var fields = try eventFields(arrival)
        if let id = fields.node("id"), id != .null { fields.complain("id", "is given by us") }
        var content = SubscriptionEvent.Content()
        _ = try fields.required("event_type")
        try content.take(&fields)
        check(content, &fields, number: nil)
        try fields.check()
        let made = SubscriptionEvent(
            number: nextNumber(), created: arrival.now, updated: arrival.now, content: content)
        insert(made)
        return MogulWorld.Answer(201, json(made))
    }

    mutating func updateEvent(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try event(arrival)
        var fields = try eventFields(arrival)
        try changed.content.take(&fields)
        check(changed.content, &fields, number: changed.number)
        try fields.check()
        changed.updated = arrival.now
        replace(changed)
        return MogulWorld.Answer(200, json(changed))
    }

    mutating func deleteEvent(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        remove(try event(arrival))
        return .noContent
    }

    func listEvents(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let filters = [
            "data_source_uuid", "external_id", "customer_external_id", "subscription_external_id", "event_type",
        ]
        let wanted = filters.compactMap { name in arrival.parameter(name).map { (name, $0) } }
        var few: [SubscriptionEvent]?
        if let id = arrival.parameter("external_id"), let source = arrival.parameter("data_source_uuid") {
            few = [events[ExternalKey(source: source, id: id)]].compactMap(\.self)
        }
        let list = try PageRequest(arrival).answer("subscription_events", of: events, only: few) { event in
            wanted.allSatisfy { name, value in event.content.text(name) == value }
        } json: {
            json($0)
        }
        guard list["subscription_events"]?.items?.isEmpty == true else { return MogulWorld.Answer(200, list) }
        // As it was recorded: where there is none, what tells of the next page stands in an object of its own.
        let meta = object([
            "next_key": .null, "prev_key": .null, "before_key": .string(arrival.now.text), "page": .whole(0),
            "total_pages": .whole(0), "has_more": .bool(false), "cursor": .null,
        ])
        return MogulWorld.Answer(200, object(["subscription_events": .array([]), "meta": meta]))
    }

    /// By id, or by external id and data source; in the body, or in the query as `subscription_event[id]`.
    func event(_ arrival: Arrival) throws(Refusal) -> SubscriptionEvent {
        let body = arrival.body?["subscription_event"]
        func given(_ name: String) -> String? {
            if let text = arrival.parameter("subscription_event[\(name)]") { return text }
            guard let node = body?[name] else { return nil }
            return node.text ?? node.integer.map(String.init)
        }
        if let id = given("id") {
            guard let event = events[id] else { throw .missing("Subscription event", id) }
            return event
        }
        guard let id = given("external_id"), let source = given("data_source_uuid") else {
            throw .schema("needs id, or external_id and data_source_uuid", param: "subscription_event")
        }
        guard let event = events[ExternalKey(source: source, id: id)] else { throw .missing("Subscription event", id) }
        return event
    }

    private func eventFields(_ arrival: Arrival) throws(Refusal) -> Fields {
        let fields = try arrival.fields(allowing: ["subscription_event"])
        return try Fields(
            fields.node("subscription_event"), at: "subscription_event.",
            allowing: Set(SubscriptionEvent.Content.others).union([
                "id", "data_source_uuid", "event_type", "external_id", "customer_external_id",
                "subscription_external_id", "event_date", "effective_date", "retracted_event_id", "errors",
                "created_at", "updated_at",
            ]))
    }

    private mutating func check(_ content: SubscriptionEvent.Content, _ fields: inout Fields, number: Int?) {
        if sources[content.source] == nil { fields.complain("data_source_uuid", "is not a valid data source") }
        if content.externalID.isEmpty { fields.complain("external_id", "can't be blank") }
        if let known = events[ExternalKey(source: content.source, id: content.externalID)], known.number != number {
            refusedRepeats["subscription_event", default: 0] += 1
            fields.complain("external_id", "The external ID for this subscription event already exists in our system.")
        }
        if customers[ExternalKey(source: content.source, id: content.customer)] == nil {
            fields.complain("customer_external_id", "There is no customer of this external ID in the data source.")
        }
        if content.type == .retracted {
            if retracted(by: content) == nil { fields.complain("retracted_event_id", "There is no such event.") }
        } else if content.subscription.isEmpty {
            fields.complain("subscription_external_id", "can't be blank")
        }
    }

    /// The event that a retraction means, by its id or its external id.
    func retracted(by content: SubscriptionEvent.Content) -> SubscriptionEvent? {
        events[content.retracted] ?? events[ExternalKey(source: content.source, id: content.retracted)]
    }

    func json(_ event: SubscriptionEvent) -> JSONNode {
        let content = event.content
        func other(_ name: String) -> JSONNode { content.others[name] ?? .null }
        return object([
            "id": .whole(event.number), "data_source_uuid": .string(content.source),
            "customer_external_id": .string(content.customer),
            "subscription_set_external_id": other("subscription_set_external_id"),
            "subscription_external_id": .string(content.subscription), "plan_external_id": other("plan_external_id"),
            "event_date": .string(content.eventDate.shortText),
            "effective_date": .string(content.effective.shortText), "event_type": .string(content.type.rawValue),
            "external_id": .string(content.externalID), "errors": .object([]),
            "created_at": .string(event.created.shortText), "updated_at": .string(event.updated.shortText),
            "quantity": other("quantity"), "currency": other("currency"), "amount_in_cents": other("amount_in_cents"),
            "tax_amount_in_cents": other("tax_amount_in_cents"),
            "retracted_event_id": .optional(content.retracted.isEmpty ? nil : content.retracted),
        ])
    }
}

extension SubscriptionEvent.Content {
    static let others = [
        "subscription_set_external_id", "plan_external_id", "quantity", "currency", "amount_in_cents",
        "tax_amount_in_cents", "event_order",
    ]

    init() {
        self.init(
            source: "", type: .cancelled, externalID: "", customer: "", subscription: "",
            eventDate: WorldTime(milliseconds: .min), effective: WorldTime(milliseconds: .min), retracted: "",
            others: [:])
    }

    mutating func take(_ fields: inout Fields) throws(Refusal) {
        if fields.has("data_source_uuid") { source = try fields.text("data_source_uuid") ?? "" }
        if fields.has("external_id") { externalID = try fields.text("external_id") ?? "" }
        if fields.has("customer_external_id") { customer = try fields.text("customer_external_id") ?? "" }
        if fields.has("subscription_external_id") { subscription = try fields.text("subscription_external_id") ?? "" }
        if let time = try fields.time("event_date") { eventDate = time }
        if let time = try fields.time("effective_date") { effective = time }
        if eventDate.milliseconds == .min { fields.complain("event_date", "can't be blank") }
        if effective.milliseconds == .min { fields.complain("effective_date", "can't be blank") }
        if let text = try fields.text("event_type") {
            if let kind = SubscriptionEvent.Kind(rawValue: text) {
                type = kind
            } else {
                fields.complain("event_type", "is not included in the list")
            }
        }
        if let node = fields.node("retracted_event_id"), node != .null {
            retracted = node.text ?? node.integer.map(String.init) ?? ""
        }
        for name in SubscriptionEvent.Content.others {
            guard let node = fields.node(name) else { continue }
            switch node {
            case .null, .string, .number: others[name] = node
            default: throw .schema("must be a string or a number", param: "subscription_event." + name)
            }
        }
    }

    func text(_ filter: String) -> String? {
        switch filter {
        case "data_source_uuid": source
        case "external_id": externalID
        case "customer_external_id": customer
        case "subscription_external_id": subscription
        case "event_type": type.rawValue
        default: nil
        }
    }
}
