package enum FieldPolicy: String, CaseIterable, Sendable {
    /// The source's value replaces Keap's, an empty one clears it.
    case overwrite
    /// Overwrites, but an empty source value leaves Keap's alone.
    case keepWhenEmpty
    /// Written only while Keap has nothing there.
    case fillEmpty
    /// Never written.
    case ignore
}

/// The fields that a policy can be set for. The parts of an address share one.
package enum PolicyField: String, CaseIterable, Hashable, Sendable {
    case firstName, lastName, email, mobilePhone, birthDate, address, signupDate, prospectSource

    package init(of field: SyncedField) {
        switch field {
        case .firstName: self = .firstName
        case .lastName: self = .lastName
        case .email: self = .email
        case .mobilePhone: self = .mobilePhone
        case .birthDate: self = .birthDate
        case .address1, .address2, .city, .state, .zip, .country: self = .address
        case .signupDate: self = .signupDate
        case .prospectSource: self = .prospectSource
        }
    }
}
