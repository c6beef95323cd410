import WireFormats

extension KeapContact {
    /// Reads a contact; nil if there is no id. Unknown keys and blanks are passed over.
    init?(_ json: JSONValue) {
        guard let id = json["id"]?.text, !id.isEmpty else { return nil }
        self.init(id: ContactID(id))
        // Only compared, and never sent back as they were read.
        givenName = json["given_name"]?.text?.withoutMarkupEscapes
        familyName = json["family_name"]?.text?.withoutMarkupEscapes
        birthDate = json["birth_date"]?.text
        emails = json["email_addresses"]?.items?.compactMap(EmailSlot.init)
        phones = json["phone_numbers"]?.items?.compactMap(PhoneSlot.init)
        addresses = json["addresses"]?.items?.compactMap(AddressSlot.init)
        customFields = json["custom_fields"]?.items?.compactMap(CustomFieldContent.init)
        tags = json["tag_ids"]?.items?.compactMap { $0.text.map { TagID($0) } }
        for field in ContactField.texts { texts[field] = json[field.rawValue]?.text }
        company = ContactCompany(json["company"])
    }
}

extension EmailSlot {
    fileprivate init?(_ json: JSONValue) {
        guard let field = json["field"]?.text, let email = json["email"]?.text, !email.isEmpty else { return nil }
        self.init(field: field, email: email)
    }
}

extension PhoneSlot {
    fileprivate init?(_ json: JSONValue) {
        guard let field = json["field"]?.text, let number = json["number"]?.text, !number.isEmpty else { return nil }
        self.init(field: field, number: number, type: json["type"]?.filled, extension: json["extension"]?.filled)
    }
}

extension AddressSlot {
    fileprivate init?(_ json: JSONValue) {
        guard let field = json["field"]?.text else { return nil }
        self.init(field: field)
        line1 = json["line1"]?.filled
        line2 = json["line2"]?.filled
        locality = json["locality"]?.filled
        regionCode = json["region_code"]?.filled
        countryCode = json["country_code"]?.filled
        postalCode = json["postal_code"]?.filled
        zipCode = json["zip_code"]?.filled
        zipFour = json["zip_four"]?.filled
        if regionCode == nil { region = json["region"]?.filled }
        if countryCode == nil { country = json["country"]?.filled }
    }
}

extension CustomFieldContent {
    /// A field without content is none: Keap lists every field that an account has.
    fileprivate init?(_ json: JSONValue) {
        guard let id = json["id"]?.text, let content = json["content"], content != .null, content != .string("") else {
            return nil
        }
        self.init(id: CustomFieldID(id), content: content)
    }
}

extension JSONValue {
    /// The text, unless it is empty. An empty code beside a long name is no code: sent back, it would wipe the name.
    fileprivate var filled: String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}

extension CustomFieldModel {
    /// `fieldName` is empty if Keap leaves it out, as the answer to a create may.
    init?(_ json: JSONValue) {
        guard let id = json["id"]?.text, let label = json["label"]?.text else { return nil }
        self.init(
            id: CustomFieldID(id), label: label.withoutMarkupEscapes, fieldName: json["field_name"]?.text ?? "",
            fieldType: json["field_type"]?.text ?? "", options: FieldOption.all(in: json["options"]))
    }
}

extension FieldOption {
    /// The options of options (a drill-down has them) come after the one that they belong to.
    fileprivate static func all(in json: JSONValue?) -> [FieldOption] {
        (json?.items ?? []).flatMap { item in
            let own =
                item["label"]?.text.map { [FieldOption(id: item["id"]?.text ?? "", label: $0.withoutMarkupEscapes)] }
                ?? []
            return own + all(in: item["options"])
        }
    }
}
