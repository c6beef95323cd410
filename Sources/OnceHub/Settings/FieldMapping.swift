package import ContactSync
package import Keap

/// A field of a booking, and the field of Keap's that it goes to.
package struct FieldMapping: Equatable, Sendable {
    package var from: BookingField
    package var to: MappingTarget
    /// Nil: as `creation.known` says.
    package var rule: FieldRequest.Rule?
    /// The type with which a custom field is made that Keap does not have. Nil: it is not made.
    package var makes: CustomFieldType?

    package init(from: BookingField, to: MappingTarget, rule: FieldRequest.Rule? = nil, makes: CustomFieldType? = nil) {
        self.from = from
        self.to = to
        self.rule = rule
        self.makes = makes
    }

    /// OnceHub's own default.
    package static let company = FieldMapping(from: .named(.company), to: .wish(.company))
}

package enum MappingTarget: Equatable, Sendable {
    /// One of the fields that every source has; `creation.known` rules it.
    case synced(SyncedField)
    case wish(FieldTarget)

    /// Whether both go to one field of Keap's, however its label is written.
    package func isSame(as other: MappingTarget) -> Bool {
        switch (self, other) {
        case (.synced(let mine), .synced(let theirs)): mine == theirs
        case (.wish(let mine), .wish(let theirs)): mine.key == theirs.key
        default: false
        }
    }
}
