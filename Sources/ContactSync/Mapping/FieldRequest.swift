import Keap

/// A value for a field of Keap's beside those that every source fills.
///
/// An empty value asks for nothing: what a booking form left out says nothing about the contact.
package struct FieldRequest: Equatable, Sendable {
    package var target: FieldTarget
    package var value: SourceValue
    package var rule: Rule

    package enum Rule: String, CaseIterable, Sendable {
        /// Replaces what Keap has.
        case override
        /// Written only while Keap has nothing there.
        case fillEmpty
        /// Written only when the contact is made.
        case onlyNew
    }

    package init(_ target: FieldTarget, _ value: SourceValue, _ rule: Rule) {
        self.target = target
        self.value = value
        self.rule = rule
    }
}
