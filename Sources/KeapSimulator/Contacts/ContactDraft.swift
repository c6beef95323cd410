/// What a request body says about a contact, checked against the documented shape. What the body does not carry is not
/// in here; what it carries as null or empty is.
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
