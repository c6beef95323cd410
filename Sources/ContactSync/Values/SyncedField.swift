/// The source fields that are kept in step. Address parts are one Keap list entry but separate source fields.
package enum SyncedField: String, CaseIterable, Codable, Hashable, Sendable {
    case firstName, lastName, email, mobilePhone, birthDate
    case address1, address2, city, state, zip, country
    case signupDate, prospectSource
}

package enum FieldValue: Equatable, Hashable, Sendable {
    case empty
    /// Trimmed text; dates as `yyyy-MM-dd`.
    case value(String)

    package init(_ text: String) { self = text.isEmpty ? .empty : .value(text) }
    package var text: String { if case .value(let text) = self { text } else { "" } }
}

extension SyncedField {
    /// The field's name at the start of a sentence.
    package var title: String {
        switch self {
        case .firstName: "The first name"
        case .lastName: "The last name"
        case .email: "The e-mail address"
        case .mobilePhone: "The mobile phone"
        case .birthDate: "The birth date"
        case .address1: "The first address line"
        case .address2: "The second address line"
        case .city: "The city"
        case .state: "The state"
        case .zip: "The zip code"
        case .country: "The country"
        case .signupDate: "The signup date"
        case .prospectSource: "The prospect source"
        }
    }
}
