import OutboundAPI

extension APIRequest {
    static let readModel = APIRequest(.readModel, .get, ["v2", "contacts", "model"])

    static func createCustomField(_ label: String, type: CustomFieldType) throws(KeapFailure) -> APIRequest {
        guard !label.isEmpty else { throw .refused(status: 0, message: "Not sent: a label cannot be empty.") }
        return APIRequest(
            .createCustomField, .post, ["v2", "contacts", "model", "customFields"],
            body: .object(["label": .string(label), "field_type": .string(type.rawValue)]))
    }

    /// The one call that needs no permission at all.
    static let userInfo = APIRequest(.userInfo, .get, ["v2", "oauth", "connect", "userinfo"])
}
