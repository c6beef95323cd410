/// The contact of a request body, checked against the documented shape.
///
/// Values that the body does not carry are absent; those that it carries as null or empty are present.
struct ContactDraft: Sendable {
    var scalars: [String: Value] = [:]
    var lists: [String: [Contact.Entry]] = [:]
    var customFields: [(id: Int, content: JSON)]?
    var company: Int??
    var originAddress: String?
    /// v1 gives one reason for all addresses, v2 one per address.
    var optInReason: String?
    var duplicates: DuplicateOption?

    enum Value: Equatable, Sendable { case text(String), empty, null }
}

enum DuplicateOption: String, Sendable {
    case email = "Email"
    case emailAndName = "EmailAndName"
    case emailAndNameAndCompany = "EmailAndNameAndCompany"
}
