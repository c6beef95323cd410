/// One HTTP request, without the address of the account and without its key: those are the transport's.
package struct KeapRequest: Equatable, Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var endpoint: KeapEndpoint
    package var method: Method
    /// Path and query below the base address, percent-encoded: `/v2/contacts?fields=id`.
    package var target: String
    package var body: [UInt8]?

    init(
        _ endpoint: KeapEndpoint, _ method: Method, _ path: [String], _ query: [QueryItem] = [],
        body: JSONValue? = nil
    ) {
        self.endpoint = endpoint
        self.method = method
        // Never a slash at the end: Keap answers 404 to it.
        target = path.map { "/" + $0 }.joined()
        if !query.isEmpty { target += "?" + query.map(\.encoded).joined(separator: "&") }
        self.body = body.map { Array($0.json.utf8) }
    }

    /// Nothing changes at Keap, so an unclear answer does no harm.
    package var isRead: Bool { method == .get }
}

/// What a call is counted under.
package enum KeapEndpoint: String, CaseIterable, Sendable {
    case findContacts = "contacts.find"
    case listContacts = "contacts.list"
    case readContact = "contacts.read"
    case createContact = "contacts.create"
    case updateContact = "contacts.update"
    case applyTags = "contacts.tags.apply"
    case removeTags = "contacts.tags.remove"
    case applyTagToMany = "tags.contacts.apply"
    case removeTagFromMany = "tags.contacts.remove"
    case listWearers = "tags.contacts.list"
    case listTags = "tags.list"
    case readTag = "tags.read"
    case createTag = "tags.create"
    case renameTag = "tags.rename"
    case deleteTag = "tags.delete"
    case listCategories = "tags.categories.list"
    case createCategory = "tags.categories.create"
    case readModel = "contacts.model.read"
    case createCustomField = "contacts.model.create"
    case listUsers = "users.list"
    case listLeadSourceCategories = "leadsources.categories.list"
    case createLeadSourceCategory = "leadsources.categories.create"
    case listLeadSources = "leadsources.list"
    case createLeadSource = "leadsources.create"
    case listCompanies = "companies.list"
    case createCompany = "companies.create"
    case listAppointments = "appointments.list"
    case createAppointment = "appointments.create"
    case updateAppointment = "appointments.update"
    case deleteAppointment = "appointments.delete"
    case userInfo = "userinfo"

    /// Long lists, the model and bulk tag calls were seen to take close to a minute. A search for one person is none of
    /// these: it is what new people wait for, and if it hangs it should not hold a place for long.
    package var isSlow: Bool {
        switch self {
        case .listContacts, .listWearers, .listTags, .listCategories, .readModel, .applyTagToMany, .removeTagFromMany:
            true
        default: false
        }
    }

    /// The id in the path, if there is one: a 404 then says that this is gone.
    var subject: Subject? {
        switch self {
        case .readContact, .updateContact, .applyTags, .removeTags: .contact
        case .applyTagToMany, .removeTagFromMany, .listWearers, .readTag, .renameTag, .deleteTag: .tag
        case .updateAppointment, .deleteAppointment: .appointment
        default: nil
        }
    }

    enum Subject: String {
        case contact = "CONTACT"
        case tag = "TAG"
        case appointment = "APPOINTMENT"
    }
}

/// `name=value`; what is not plain is percent-encoded.
struct QueryItem {
    var encoded: String

    init(_ name: String, _ value: String) {
        encoded = "\(name)=\(percentEncoded(value))"
    }

    /// A list that Keap takes with plain commas; its words are ours and need no encoding.
    init(_ name: String, commaJoined words: [String]) {
        encoded = "\(name)=\(words.joined(separator: ","))"
    }

    /// Already encoded: the query of an address that Keap gave.
    init(encoded: String) { self.encoded = encoded }
}

/// Everything outside RFC 3986's unreserved characters as `%XX`. (`URLComponents` leaves `+` and `;`, which Keap's
/// filters would read as a blank and as "and".)
func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let hex = String(byte, radix: 16, uppercase: true)
            result += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
        }
    }
    return result
}
