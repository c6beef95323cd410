import WireFormats

extension Account {
    private static let writable: Set<String> = Set(Customer.textNames).union([
        "lead_created_at", "free_trial_started_at", "attributes",
    ])

    mutating func createCustomer(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var fields = try arrival.fields(
            allowing: Account.writable.union(["data_source_uuid", "external_id", "primary_contact"]))
        let source = try fields.required("data_source_uuid", "A valid data source UUID is required for each customer.")
        let id = try fields.required("external_id", "A unique external ID is required for each customer.")
        _ = try fields.required("name", "A name is required for each customer.")
        if !source.isEmpty, sources[source] == nil {
            fields.complain("data_source_uuid", "A valid data source UUID is required for each customer.")
        }
        let key = ExternalKey(source: source, id: id)
        if customers[key] != nil {
            refusedRepeats["customer", default: 0] += 1
            fields.complain("external_id", "The external ID for this customer already exists in our system.")
        }
        let number = nextNumber()
        var made = Customer(number: number, uuid: Account.uuid("cus", number), created: arrival.now, keys: [key])
        try fields.write(to: &made, quirks)
        try fields.check()
        customers.insert(made)
        return MogulWorld.Answer(201, json(made, at: arrival.now))
    }

    mutating func updateCustomer(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try customer(arrival.id("customer"), at: arrival.now)
        var fields = try arrival.fields(allowing: Account.writable)
        if fields.has("name"), try fields.text("name") ?? "" == "" {
            fields.complain("name", "A name is required for each customer.")
        }
        try fields.write(to: &changed, quirks)
        try fields.check()
        _ = customers.change(changed.uuid) { $0 = changed }
        return MogulWorld.Answer(200, json(changed, at: arrival.now))
    }

    /// `external_id` alone finds the customers of every data source.
    func listCustomers(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let page = try PageRequest(arrival)
        let id = arrival.parameter("external_id")
        var source = arrival.parameter("data_source_uuid")
        if quirks.ignoresSourceOfCustomers, id != nil { source = nil }
        let list = page.answer("entries", of: customers) { customer in
            guard isVisible(customer.created, at: arrival.now) else { return false }
            return customer.keys.contains { (id == nil || $0.id == id) && (source == nil || $0.source == source) }
        } json: {
            json($0, at: arrival.now)
        }
        return MogulWorld.Answer(200, list)
    }

    func searchCustomers(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        guard let email = arrival.parameter("email"), !email.isEmpty else {
            throw .schema("is required", param: "email")
        }
        let list = try PageRequest(arrival).answer("entries", of: customers) { customer in
            isVisible(customer.created, at: arrival.now) && customer.texts["email"]?.lowercased() == email.lowercased()
        } json: {
            json($0, at: arrival.now)
        }
        guard list["entries"]?.items?.isEmpty == false else {
            throw Refusal(status: 404, body: .message("No customers were found", param: "email"))
        }
        return MogulWorld.Answer(200, list)
    }

    func json(_ customer: Customer, at now: WorldTime) -> JSONNode {
        let revenue = Revenue(self, customer: customer)
        let monthly = revenue.monthly(at: now)[setup.currency] ?? 0
        func text(_ name: String) -> JSONNode { .optional(customer.texts[name]) }
        return object([
            "id": .whole(customer.number), "uuid": .string(customer.uuid),
            "external_id": .optional(customer.keys.first?.id), "name": text("name"),
            "email": .string(customer.texts["email"] ?? ""), "status": .string(revenue.status(at: now)),
            "customer-since": .optional(revenue.firstPaid?.text), "attributes": attributes(of: customer),
            "data_source_uuid": .optional(customer.keys.first?.source), "data_source_uuids": .texts(customer.sources),
            "external_ids": .texts(customer.keys.map(\.id)), "company": .string(customer.texts["company"] ?? ""),
            "country": text("country"), "state": text("state"), "city": .string(customer.texts["city"] ?? ""),
            "zip": text("zip"), "lead_created_at": .optional(customer.leadCreated?.text),
            "free_trial_started_at": .optional(customer.trialStarted?.text),
            "address": object([
                "country": text("country"), "state": text("state"), "city": text("city"), "address_zip": text("zip"),
            ]), "mrr": .whole(monthly), "arr": .whole(monthly &* 12), "billing-system-url": .null,
            "chartmogul-url": .string("https://app.chartmogul.com/#customers/\(customer.number)"),
            "billing-system-type": .string("Custom"), "currency": .string(setup.currency),
            "currency-sign": .string("$"),
            "owner": text("owner"), "website_url": text("website_url"),
        ])
    }
}

extension Fields {
    /// Writes what is there; null and an empty text clear.
    fileprivate mutating func write(to customer: inout Customer, _ quirks: MogulWorld.Quirks) throws(Refusal) {
        for name in Customer.textNames where has(name) {
            let text = try text(name) ?? ""
            customer.texts[name] = text.isEmpty ? nil : text
        }
        if let email = customer.texts["email"], !Fields.isEmail(email) {
            customer.texts["email"] = nil
            if quirks.invalidEmail == .refused { complain("email", "The email address is invalid.") }
        }
        if let country = customer.texts["country"],
            country.utf8.count != 2 || !country.utf8.allSatisfy({ 0x41...0x5A ~= $0 })
        {
            complain("country", "The country must be an ISO 3166-1 alpha-2 code.")
        }
        if let state = customer.texts["state"] {
            let parts = state.split(separator: "-", omittingEmptySubsequences: false)
            if parts.count != 2 || parts[0].count != 2 || !(1...3).contains(parts[1].count)
                || customer.texts["country"].map({ $0 != parts[0] }) ?? false
            {
                complain("state", "The state must be an ISO 3166-2 code of the country.")
            }
        }
        if has("lead_created_at") { customer.leadCreated = try time("lead_created_at") }
        if has("free_trial_started_at") { customer.trialStarted = try time("free_trial_started_at") }
        guard let node = node("attributes"), node != .null else { return }
        let attributes = try Fields(node, at: "attributes.", allowing: ["tags", "custom"])
        for tag in try attributes.list("tags") ?? [] { try customer.add(tag: tag) }
        for (index, entry) in (try attributes.list("custom") ?? []).enumerated() {
            try customer.write(custom: entry, at: "attributes.custom[\(index)].")
        }
    }

    /// Nothing more than a mail server would need: one @, a dot behind it, no blanks, ASCII.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, text.utf8.count <= 254,
            text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !"(),:;<>[]\\\"".utf8.contains($0) })
        else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1 && labels.allSatisfy { !$0.isEmpty } && !text.contains("..") && parts[0].last != "."
            && parts[0].first != "."
    }
}
