import WireFormats

extension Account {
    /// What the customer's line items and events come to.
    func subscriptionsOfCustomer(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let customer = try customer(arrival.id("customer"), at: arrival.now)
        let courses = Revenue(self, customer: customer).courses
        let entries = courses.compactMap { course -> JSONNode? in
            guard let last = course.stretches.last, let plan = plans[last.plan] else { return nil }
            let monthly = course.monthly(at: arrival.now)[last.currency] ?? 0
            return object([
                "id": .whole(subscriptions[course.key]?.number ?? 0),
                "uuid": .optional(subscriptions[course.key]?.uuid),
                "external_id": .string(course.key.id), "data_source_uuid": .string(course.key.source),
                "plan": .string(plan.name), "quantity": .whole(last.quantity), "mrr": .whole(monthly),
                "arr": .whole(monthly &* 12),
                "status": .string(course.isActive(at: arrival.now) ? "active" : "inactive"),
                "billing-cycle": .string("every \(plan.intervalCount) \(plan.intervalUnit.rawValue)"),
                "billing-cycle-count": .whole(plan.intervalCount),
                "start-date": .optional(course.stretches.first?.from.text), "end-date": .optional(last.to?.text),
                "currency": .string(last.currency), "currency-sign": .string("$"),
            ])
        }
        return MogulWorld.Answer(
            200, object(["entries": .array(entries), "has_more": .bool(false), "cursor": .null]))
    }

    /// The older list, which tells the cancellations of each.
    func importedSubscriptions(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let customer = try customer(arrival.id("customer"), at: arrival.now)
        let entries = Revenue(self, customer: customer).courses.map { course in
            object([
                "uuid": .optional(subscriptions[course.key]?.uuid), "external_id": .string(course.key.id),
                "cancellation_dates": .texts(course.cancellations.map(\.text)),
                "customer_uuid": .string(customer.uuid), "plan_uuid": .optional(course.stretches.last?.plan),
                "data_source_uuid": .string(course.key.source),
            ])
        }
        return MogulWorld.Answer(
            200,
            object([
                "customer_uuid": .string(customer.uuid), "subscriptions": .array(entries), "has_more": .bool(false),
                "cursor": .null,
            ]))
    }

    /// Subscriptions of one customer that count as one, or no more. What they earn is theirs all the same.
    mutating func connect(_ arrival: Arrival, isConnecting: Bool) throws(Refusal) -> MogulWorld.Answer {
        let customer = try customer(arrival.id("customer"), at: arrival.now)
        let fields = try arrival.fields(allowing: ["subscriptions"])
        let own = Set(Revenue(self, customer: customer).courses.map(\.key))
        var uuids: [String] = []
        for (index, item) in (try fields.list("subscriptions") ?? []).enumerated() {
            let entry = try Fields(
                item, at: fields.place(of: "subscriptions", index),
                allowing: ["data_source_uuid", "external_id", "uuid"])
            let key = ExternalKey(
                source: try entry.text("data_source_uuid") ?? "", id: try entry.text("external_id") ?? "")
            let found = try entry.text("uuid").flatMap { subscriptions[$0] } ?? subscriptions[key]
            guard let found, own.contains(found.key) else { throw .missing("Subscription", key.id) }
            uuids.append(found.uuid)
        }
        guard uuids.count > (isConnecting ? 1 : 0) else { throw .invalid("subscriptions", "are too few") }
        let named = uuids
        _ = customers.change(customer.uuid) { customer in
            if isConnecting {
                customer.connected.append(named)
            } else {
                customer.connected = customer.connected.map { $0.filter { !named.contains($0) } }.filter {
                    $0.count > 1
                }
            }
        }
        return MogulWorld.Answer(202, .object([]))
    }

    /// The account's revenue at the end of each month, in its own currency.
    func recurringRevenue(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        func month(_ name: String) throws(Refusal) -> MogulWorld.Month {
            guard let day = arrival.parameter(name).flatMap({ WorldTime($0) }) else {
                throw .schema("must be a date", param: name)
            }
            return day.month
        }
        guard arrival.parameter("interval") ?? "month" == "month" else {
            throw .schema("must be month", param: "interval")
        }
        let months = MogulWorld.Month.list(from: try month("start-date"), to: try month("end-date"))
        let all = customers.rows.map { Revenue(self, customer: $0) }
        let entries = months.map { month in
            let end = month.next.start.advanced(byMilliseconds: -1)
            let sum = all.reduce(0) { $0 &+ ($1.monthly(at: end)[setup.currency] ?? 0) }
            return object(["date": .string(end.day.text), "mrr": .whole(sum)])
        }
        return MogulWorld.Answer(200, object(["entries": .array(entries)]))
    }
}
