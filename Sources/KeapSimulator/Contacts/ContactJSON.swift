/// A contact as each version answers it.
extension Contact {
    /// v2: ids as text, and only the properties named.
    package func json(fields: [String] = ContactSchema.readByDefault + ["custom_fields", "tag_ids"]) -> JSON {
        .object(fields.map { JSON.Member(name: $0, value: property($0)) })
    }

    private func property(_ name: String) -> JSON {
        switch name {
        case "id": return .string(String(id))
        case "create_time": return .string(created.iso8601)
        case "update_time": return .string(updated.iso8601)
        case "tag_ids": return .array(tags.keys.sorted().map { .string(String($0)) })
        case "custom_fields":
            return .array(
                customFields.sorted { $0.key < $1.key }.map { ["id": .string(String($0.key)), "content": $0.value] })
        case "company": return company.map { ["id": .string(String($0)), "company_name": .null] } ?? .null
        case "origin":
            return originAddress.map { ["date": .string(created.iso8601), "ip_address": .string($0)] } ?? .null
        case "links", "utm_parameters": return []
        case "email_addresses":
            return .array((lists[name] ?? []).map { $0.json(slotName: "field", adding: Contact.optStatus(of: $0)) })
        case "social_accounts": return .array((lists[name] ?? []).map { $0.json(slotName: "type") })
        case _ where ContactSchema.lists.contains { $0.name == name }:
            return .array((lists[name] ?? []).map { $0.json(slotName: "field") })
        default: return .optional(scalars[name])
        }
    }

    private static func optStatus(of entry: Entry) -> [JSON.Member] {
        let isOptedIn = OptStatus.isOptedIn(entry.attributes["email_opt_status"] ?? "")
        return [JSON.Member(name: "is_opt_in", value: .bool(isOptedIn))]
    }

    /// v1: ids as numbers, other names, and some properties only if asked for.
    func jsonInV1(optional: Set<String>) -> JSON {
        var members: [JSON.Member] = []
        func add(_ name: String, _ value: JSON) { members.append(JSON.Member(name: name, value: value)) }
        let firstStatus = lists["email_addresses"]?.first?.attributes["email_opt_status"] ?? "NON_MARKETABLE"

        add("id", .integer(id))
        for scalar in ContactSchema.scalars {
            guard let name = scalar.nameInV1, !scalar.isOptional || optional.contains(name) else { continue }
            let text = scalars[scalar.name]
            switch scalar.form {
            case .leadSource, .owner: add(name, text.map(JSON.number) ?? .null)
            case .source: add(name, text.map { .string($0.filter { $0 != "_" }) } ?? .null)
            case .date where name == "birthday": add(name, text.map { .string($0 + "T00:00:00.000+0000") } ?? .null)
            default: add(name, .optional(text))
            }
        }
        add(
            "email_addresses",
            .array(
                (lists["email_addresses"] ?? []).map {
                    ["email": .optional($0.attributes["email"]), "field": .string($0.slot)]
                }))
        for list in ["phone_numbers", "fax_numbers"] {
            add(list, .array((lists[list] ?? []).map { $0.json(slotName: "field") }))
        }
        add("addresses", .array((lists["addresses"] ?? []).map(Contact.addressInV1)))
        add(
            "social_accounts",
            .array(
                (lists["social_accounts"] ?? []).map {
                    ["type": .string(SocialNetwork.v1Name(of: $0.slot)), "name": .optional($0.attributes["name"])]
                }))
        add("company", company.map { ["id": .integer($0), "company_name": .null] } ?? .null)
        add("email_opted_in", .bool(OptStatus.isOptedIn(firstStatus)))
        add("email_status", .string(OptStatus.nameInV1(firstStatus)))
        add("tag_ids", .array(tags.keys.sorted().map { .integer($0) }))
        add("ScoreValue", .null)
        add("date_created", .string(created.iso8601InV1))
        add("last_updated", .string(updated.iso8601InV1))
        add("last_updated_utc_millis", .integer(updated.milliseconds))
        if optional.contains("custom_fields") {
            add(
                "custom_fields",
                .array(
                    customFields.sorted { $0.key < $1.key }.map { ["id": .integer($0.key), "content": $0.value] }))
        }
        return .object(members)
    }

    /// v1 answers the second half of a region's code, which it does not take.
    private static func addressInV1(_ entry: Entry) -> JSON {
        var entry = entry
        if let code = entry.attributes["region_code"] { entry.attributes["region"] = String(code.dropFirst(3)) }
        entry.attributes["region_code"] = nil
        entry.attributes["country"] = nil
        return entry.json(slotName: "field")
    }

    static let optionalInV1 =
        ContactSchema.scalars.filter(\.isOptional).compactMap(\.nameInV1) + ["custom_fields"]
}

extension Contact.Entry {
    func json(slotName: String, adding more: [JSON.Member] = []) -> JSON {
        let members = attributes.sorted { $0.key < $1.key }.map { JSON.Member(name: $0.key, value: .string($0.value)) }
        return .object([JSON.Member(name: slotName, value: .string(slot))] + members + more)
    }
}
