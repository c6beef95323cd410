import WireFormats

extension Account {
    func attributes(of customer: Customer) -> JSONNode {
        object([
            "tags": .texts(customer.tags), "stripe": .object([]), "clearbit": .object([]),
            "custom": .object(customer.custom),
        ])
    }

    mutating func changeTags(_ arrival: Arrival, isRemoval: Bool) throws(Refusal) -> MogulWorld.Answer {
        var changed = try customer(arrival.id("customer"), at: arrival.now)
        let fields = try arrival.fields(allowing: ["tags"])
        guard let tags = try fields.list("tags") else { throw .invalid("tags", "can't be blank") }
        for tag in tags {
            if isRemoval {
                guard let text = tag.text else { throw .schema("must be strings", param: "tags") }
                changed.tags.removeAll { $0 == text }
            } else {
                try changed.add(tag: tag)
            }
        }
        _ = customers.change(changed.uuid) { $0 = changed }
        return MogulWorld.Answer(200, object(["tags": .texts(changed.tags)]))
    }

    mutating func addCustom(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try customer(arrival.id("customer"), at: arrival.now)
        let fields = try arrival.fields(allowing: ["custom"])
        for (index, entry) in (try fields.list("custom") ?? []).enumerated() {
            try changed.write(custom: entry, at: "custom[\(index)].")
        }
        return keep(changed)
    }

    /// Values by key, of attributes that are there.
    mutating func updateCustom(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try customer(arrival.id("customer"), at: arrival.now)
        let fields = try arrival.fields(allowing: ["custom"])
        guard let members = fields.node("custom")?.members else { throw .schema("must be an object", param: "custom") }
        for member in members {
            guard let index = changed.custom.firstIndex(where: { $0.name == member.name }) else {
                throw .invalid(member.name, "There is no custom attribute of this name.")
            }
            changed.custom[index].value = member.value
        }
        return keep(changed)
    }

    mutating func removeCustom(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var changed = try customer(arrival.id("customer"), at: arrival.now)
        let names = try arrival.fields(allowing: ["custom"]).list("custom") ?? []
        changed.custom.removeAll { names.contains(.string($0.name)) }
        return keep(changed)
    }

    private mutating func keep(_ changed: Customer) -> MogulWorld.Answer {
        _ = customers.change(changed.uuid) { $0 = changed }
        return MogulWorld.Answer(200, object(["custom": .object(changed.custom)]))
    }
}

extension Customer {
    mutating func add(tag: JSONNode) throws(Refusal) {
        guard let text = tag.text, !text.isEmpty else { throw .schema("must be strings", param: "tags") }
        if !tags.contains(text) { tags.append(text) }
    }

    /// `{"type": "String", "key": "raw_email", "value": "a@b", "source": "integration"}`
    mutating func write(custom entry: JSONNode, at place: String) throws(Refusal) {
        var fields = try Fields(entry, at: place, allowing: ["type", "key", "value", "source"])
        let type = try fields.required("type")
        let key = try fields.required("key")
        _ = try fields.text("source")
        if !key.utf8.allSatisfy({ Customer.isWordByte($0) }) {
            fields.complain("key", "may have letters, digits and underscores only")
        }
        let value = fields.node("value") ?? .null
        let fits: Bool =
            switch type {
            case "String": value.text != nil
            case "Integer": value.integer != nil
            case "Decimal": value.double != nil
            case "Boolean": value.flag != nil
            case "Timestamp": value.text.flatMap { WorldTime($0) } != nil
            default: false
            }
        if !fits { fields.complain("value", "is no \(type)") }
        if let text = value.text, text.count > 255 {
            fields.complain("value", "is too long (maximum is 255 characters)")
        }
        try fields.check()
        if let index = custom.firstIndex(where: { $0.name == key }) {
            custom[index].value = value
        } else {
            custom.append(JSONNode.Member(name: key, value: value))
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || byte == UInt8(ascii: "_")
    }
}
