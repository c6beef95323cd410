extension KeapPayer {
    /// Reads a contact; nil without an id.
    init?(_ json: JSONValue) {
        guard let id: ContactID = json["id"]?.id() else { return nil }
        self.init(id: id)
        givenName = json["given_name"]?.words
        familyName = json["family_name"]?.words
        company = json["company"]?["company_name"]?.words
        email = JSONValue.first(of: json["email_addresses"], in: ["EMAIL1", "EMAIL2", "EMAIL3"]) { $0["email"]?.words }
        let address = JSONValue.first(of: json["addresses"], in: ["BILLING", "SHIPPING", "OTHER"]) { json in
            ["country_code", "region_code", "locality", "postal_code", "zip_code"].contains { json[$0]?.words != nil }
                ? json : nil
        }
        country = address?["country_code"]?.words
        region = address?["region_code"]?.words
        locality = address?["locality"]?.words
        postalCode = address?["postal_code"]?.words ?? address?["zip_code"]?.words
        created = json["create_time"]?.time
    }
}

extension JSONValue {
    /// What the first of the fields that holds anything says.
    fileprivate static func first<Value>(
        of list: JSONValue?, in fields: [String], _ read: (JSONValue) -> Value?
    ) -> Value? {
        for field in fields {
            for entry in list?.items ?? [] where entry["field"]?.text == field {
                if let value = read(entry) { return value }
            }
        }
        return nil
    }
}
