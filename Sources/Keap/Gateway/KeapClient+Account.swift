import OutboundAPI

extension KeapClient {
    func customFields() async throws(KeapFailure) -> [CustomFieldModel] {
        try await perform(.readModel) { (response) throws(KeapFailure) in
            let json = try response.readJSON()
            guard let fields = json["custom_fields"]?.items else {
                throw .unclear(reason: "Keap's contact model holds no list of custom fields.")
            }
            // The list may hold fields of other things too; one that does not say is a contact's.
            let ofContacts = fields.filter { ["CONTACT", nil].contains($0["record_type"]?.text) }
            return ofContacts.compactMap(CustomFieldModel.init)
        }
    }

    func createCustomField(_ label: String, type: CustomFieldType) async throws(KeapFailure) -> CustomFieldModel {
        let request = try APIRequest.createCustomField(label, type: type)
        let made = try await perform(request) { (response) throws(KeapFailure) in
            try response.one("custom field", CustomFieldModel.init)
        }
        guard made.fieldName.isEmpty else { return made }
        // Without its name it could not be searched for.
        return try await customFields().first { $0.id == made.id } ?? made
    }

    func probe() async throws(KeapFailure) -> String {
        try await perform(.userInfo) { (response) throws(KeapFailure) in
            let info = try response.readJSON()
            let names = [info["given_name"]?.text, info["family_name"]?.text].compactMap { $0 }.filter { !$0.isEmpty }
            let who = [info["email"]?.text, info["keap_id"]?.text, names.joined(separator: " "), info["sub"]?.text]
                .compactMap { $0 }.first { !$0.isEmpty }
            let tenant = info["tenant_id"]?.text.flatMap { $0.isEmpty ? nil : " (\($0))" } ?? ""
            return (who ?? "an account without a name") + tenant
        }
    }
}
