/// The contact model: custom fields, and what is left out of answers unless asked for. Also who the key belongs to.
extension Account {
    func contactModel(_ version: APIVersion) -> SimAnswer {
        let optional =
            version == .v1
            ? Contact.optionalInV1
            : ContactSchema.readable.subtracting(ContactSchema.readByDefault).sorted()
        return SimAnswer(
            status: 200,
            [
                "custom_fields": .array(fields.values.sorted { $0.id < $1.id }.map { json($0, version) }),
                "optional_properties": .array(optional.map(JSON.string)),
            ])
    }

    mutating func createCustomField(_ act: Act, _ version: APIVersion) throws(Refusal) -> SimAnswer {
        let json = try act.json(
            allowing: ["label", "field_type", "options", "group_id", "user_group_id"], quirks: quirks)
        guard let label = json["label"]?.text, !folded(label).isEmpty else {
            throw .bad("label is required", about: "label")
        }
        let word = json["field_type"]?.text
        guard let type = CustomFieldType.names.first(where: { (version == .v1 ? $0.v1 : $0.v2) == word }) else {
            throw .bad("field_type is invalid", about: "field_type")
        }
        let options = labels(of: json["options"])
        let field = newField(label, type: type.v2, options: options, group: json["group_id"]?.id ?? 1)
        return SimAnswer(status: 201, self.json(field, version))
    }

    mutating func deleteCustomField(_ act: Act) throws(Refusal) -> SimAnswer {
        let id = act.ids.field ?? 0
        guard fields[id] != nil else { throw .unknown("Custom field", id) }
        erase(field: id, by: act)
        return SimAnswer(status: 204)
    }

    /// v1 nests the options of a drill-down.
    private func labels(of options: JSON?) -> [String] {
        (options?.items ?? []).flatMap { [$0["label"]?.text].compactMap(\.self) + labels(of: $0["options"]) }
    }

    func userInfo(_ version: APIVersion) -> SimAnswer {
        let common: [JSON.Member] = [
            .init(name: "email", value: .string("owner@" + appName)), .init(name: "sub", value: "1"),
            .init(name: "given_name", value: "Simulated"), .init(name: "family_name", value: "Owner"),
            .init(name: "is_admin", value: true),
        ]
        let own: [JSON.Member] =
            switch version {
            case .v1:
                [.init(name: "global_user_id", value: 1), .init(name: "infusionsoft_id", value: .string(appName))]
            case .v2:
                [
                    .init(name: "id", value: "1"), .init(name: "keap_id", value: "1"),
                    .init(name: "tenant_id", value: .string(appName)),
                ]
            }
        return SimAnswer(status: 200, .object(common + own))
    }

    private func json(_ field: CustomField, _ version: APIVersion) -> JSON {
        let options: [JSON] = field.options.enumerated().map {
            ["id": .string(String($0.offset + 1)), "label": .string($0.element)]
        }
        let typeInV1 = CustomFieldType.names.first { $0.v2 == field.type }?.v1 ?? field.type
        if version == .v1 {
            return [
                "id": .integer(field.id), "label": .string(field.label), "options": .array(options),
                "record_type": "CONTACT", "field_type": .string(typeInV1), "field_name": .string(field.name),
                "default_value": .null,
            ]
        }
        return [
            "id": .string(String(field.id)), "label": .string(field.label), "options": .array(options),
            "record_type": "CONTACT", "field_type": .string(field.type), "field_name": .string(field.name),
            "default_value": .null, "group_id": .string(String(field.group)), "group_name": "Custom Fields",
        ]
    }
}
