import WireFormats

extension Account {
    /// Accepts the merge. Until it is done, both customers are there; then the first answers 404.
    mutating func mergeCustomers(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        let fields = try arrival.fields(allowing: ["from", "into"])
        let from = try customer(meantBy: fields.node("from"), "from.", arrival)
        let into = try customer(meantBy: fields.node("into"), "into.", arrival)
        guard from.uuid != into.uuid else { throw .invalid("from", "A customer cannot be merged into itself.") }
        merge(from.uuid, into: into.uuid, at: arrival.now)
        return MogulWorld.Answer(202, .object([]))
    }

    /// Takes one external id out of a merged customer, into a new customer of its own.
    mutating func unmergeCustomers(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var fields = try arrival.fields(
            allowing: ["customer_uuid", "external_id", "data_source_uuid", "move_to_new_customer"])
        let merged = try customer(try fields.required("customer_uuid"), at: arrival.now)
        let key = ExternalKey(source: try fields.required("data_source_uuid"), id: try fields.required("external_id"))
        _ = try fields.list("move_to_new_customer")
        guard merged.keys.count > 1, merged.keys.contains(key) else {
            throw .invalid("external_id", "The customer was not merged from one of this external ID.")
        }
        let number = nextNumber()
        var made = Customer(number: number, uuid: Account.uuid("cus", number), created: arrival.now, keys: [key])
        made.texts["name"] = merged.texts["name"]
        _ = customers.change(merged.uuid) { $0.keys.removeAll { $0 == key } }
        customers.insert(made)
        return MogulWorld.Answer(202, .object([]))
    }

    /// By uuid, or by external id and data source.
    private func customer(
        meantBy node: JSONNode?, _ place: String, _ arrival: Arrival
    ) throws(Refusal) -> Customer {
        let fields = try Fields(node, at: place, allowing: ["customer_uuid", "external_id", "data_source_uuid"])
        if let uuid = try fields.text("customer_uuid") { return try customer(uuid, at: arrival.now) }
        guard let id = try fields.text("external_id"), let source = try fields.text("data_source_uuid") else {
            throw .schema("needs customer_uuid, or external_id and data_source_uuid", param: String(place.dropLast()))
        }
        guard let found = customers[ExternalKey(source: source, id: id)], isVisible(found.created, at: arrival.now)
        else { throw .missing("Customer", id) }
        return found
    }
}
