extension KeapRequest {
    static let readModel = KeapRequest(.readModel, .get, ["v2", "contacts", "model"])

    static func createCustomField(_ label: String, type: CustomFieldType) throws(KeapFailure) -> KeapRequest {
        guard !label.isEmpty else { throw .refused(status: 0, message: "Not sent: a label cannot be empty.") }
        return KeapRequest(
            .createCustomField, .post, ["v2", "contacts", "model", "customFields"],
            body: .object(["label": .string(label), "field_type": .string(type.rawValue)]))
    }

    /// The one call that needs no permission at all.
    static let userInfo = KeapRequest(.userInfo, .get, ["v2", "oauth", "connect", "userinfo"])
}
