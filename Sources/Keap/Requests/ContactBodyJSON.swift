extension ContactBody {
    /// Exactly the properties that this body carries, named as v2 names them.
    var properties: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["given_name"] = givenName.map { .string($0) }
        members["family_name"] = familyName.map { .string($0) }
        members["birth_date"] = birthDate.map { .string($0) }
        members["email_addresses"] = emails.map { .array($0.map(\.jsonValue)) }
        members["phone_numbers"] = phones.map { .array($0.map(\.jsonValue)) }
        members["addresses"] = addresses.map { .array($0.map(\.jsonValue)) }
        members["custom_fields"] = customFields.map { .array($0.map(\.jsonValue)) }
        for (field, text) in texts { members[field.rawValue] = .string(text) }
        members["company"] = company.map { .object(["id": .string($0.text)]) }
        return members
    }

    /// What Keap wants of a new contact.
    var hasWayToReach: Bool {
        [emails?.isEmpty, phones?.isEmpty, addresses?.isEmpty].contains(false)
    }
}

extension EmailSlot {
    fileprivate var jsonValue: JSONValue {
        object(("field", field), ("email", email), ("opt_in_reason", optInReason))
    }
}

extension PhoneSlot {
    fileprivate var jsonValue: JSONValue {
        object(("field", field), ("number", number), ("type", type), ("extension", `extension`))
    }
}

extension AddressSlot {
    fileprivate var jsonValue: JSONValue {
        object(
            ("field", field), ("line1", line1), ("line2", line2), ("locality", locality), ("region_code", regionCode),
            ("country_code", countryCode), ("postal_code", postalCode), ("zip_code", zipCode), ("zip_four", zipFour),
            ("region", region), ("country", country))
    }
}

extension CustomFieldContent {
    fileprivate var jsonValue: JSONValue {
        .object(["id": .string(id.text), "content": content])
    }
}

private func object(_ members: (String, String?)...) -> JSONValue {
    var present: [String: JSONValue] = [:]
    for (name, value) in members { present[name] = value.map { .string($0) } }
    return .object(present)
}
