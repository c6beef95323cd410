package import Keap

/// A gym's settings for requested fields, whichever source asks for them.
package struct FieldRequestSettings: Equatable, Sendable {
    /// Keap's lead source category for those that are made.
    package var leadSourceCategory: String?
    /// Labels, folded, of custom fields that may be made, with their types.
    package var makes: [String: CustomFieldType] = [:]
    /// Every custom field that may be wished for, as the settings write it, for `check`.
    package var labels: [String] = []

    package init() {}

    package mutating func makes(_ label: String, _ type: CustomFieldType) { makes[label.folded] = type }
}
