/// A field that messages may carry under several names.
package protocol NamedField: CaseIterable, Hashable, Sendable {
    /// The names that a message may use for it when the configuration says nothing.
    var defaultNames: [String] { get }

    /// Whether one message may carry both, so that no name can stand for both.
    func canMeet(_ other: Self) -> Bool
}

/// The fields of a Zen Planner message, by their names here and in the configuration.
package enum MessageField: String, NamedField {
    case personId
    case firstName, lastName, email, mobilePhone, birthDate
    case address1, address2, city, state, zip, country
    case signupDate, prospectSource
    case status, programs
    /// Absent in a person's message; `program.renamed` or `program.deleted` in one about a program.
    case event
    case programId, programName, oldName, newName

    package var defaultNames: [String] {
        switch self {
        case .firstName: ["firstName", "givenName", "nameFirst"]
        case .lastName: ["lastName", "familyName", "surname", "nameLast"]
        case .email: ["email", "emailAddress"]
        case .mobilePhone: ["mobilePhone", "cellPhone"]
        case .birthDate: ["birthDate", "birthday"]
        case .address1: ["address1", "addressLine1", "streetAddress", "addressStreet", "street"]
        case .address2: ["address2", "addressLine2"]
        case .zip: ["zip", "zipCode", "postalCode", "postcode"]
        case .status: ["status", "personStatus"]
        case .programId: ["programId", "id"]
        case .programName: ["programName", "name"]
        case .oldName: ["oldName", "previousName", "from"]
        case .newName: ["newName", "to"]
        default: [rawValue]
        }
    }

    /// A message is about a person or about a program; `id` may be the one's id as well as the other's.
    package func canMeet(_ other: Self) -> Bool {
        self == .event || other == .event || isAboutProgram == other.isAboutProgram
    }

    private var isAboutProgram: Bool {
        switch self {
        case .programId, .programName, .oldName, .newName: true
        default: false
        }
    }
}

/// The fields of an entry of `programs`.
package enum ProgramEntryField: String, NamedField {
    case id, name, status

    package func canMeet(_ other: Self) -> Bool { true }

    package var defaultNames: [String] {
        switch self {
        case .id: ["id", "programId"]
        case .name: ["name", "programName"]
        case .status: ["status", "programStatus"]
        }
    }
}
