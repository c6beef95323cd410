/// The custom fields that a gym's contacts get.
package enum OwnCustomField: String, CaseIterable, Codable, Hashable, Sendable, CodingKeyRepresentable {
    /// The ID by which the gym's source of record knows the person.
    case sourceID = "zenPlannerID"
    case signupDate, prospectSource
}

/// Labels of the custom fields, as Keap's users see them. Looked up ignoring case; made if missing.
package struct CustomFieldLabels: Equatable, Sendable {
    package var sourceID = "Zen Planner ID"
    package var signupDate = "Signup Date"
    package var prospectSource = "Prospect Source"

    package init() {}

    package subscript(_ field: OwnCustomField) -> String {
        switch field {
        case .sourceID: sourceID
        case .signupDate: signupDate
        case .prospectSource: prospectSource
        }
    }
}
