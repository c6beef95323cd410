package import ContactSync
package import Keap

/// Whose contact a customer becomes.
package enum OwnerRule: Equatable, Sendable {
    case nobody
    case bookingOwner
    /// A user of Keap's, by e-mail, name or id.
    case user(String)
}

/// How contacts are told apart by where they booked.
package struct Classification: Equatable, Sendable {
    /// Nil: no lead source.
    package var leadSource: LeadSourceTemplate? = .usual
    /// Keap's category for lead sources that are made. Nil: none.
    package var category: String? = "OnceHub"
    /// Keap's type for a new contact. Nil: none.
    package var contactType: String? = "Prospect"

    package init() {}
}

/// How dates in booking forms are read, and in which zone a booking's time has a date.
package struct DateRules: Equatable, Sendable {
    package enum Zone: Equatable, Sendable {
        /// The customer's; UTC where OnceHub does not say.
        case customer
        case named(ValueReading)
    }

    package var order = ValueReading.DayOrder.monthFirst
    package var zone = Zone.customer

    package init() {}

    func reading(for booking: Booking) -> ValueReading {
        var reading: ValueReading =
            switch zone {
            case .customer: ValueReading(zone: booking.timeZone) ?? .utc
            case .named(let named): named
            }
        reading.dayOrder = order
        return reading
    }
}

/// One thing that a booking says, and where it goes in Keap.
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

extension OnceHubSettings {
    /// For the gym's planner: which custom fields are spoken of, and what may be made.
    package var wishes: FieldRequestSettings {
        var wishes = FieldRequestSettings()
        wishes.leadSourceCategory = classification.category
        for mapping in mapping {
            guard case .wish(.custom(let label)) = mapping.to else { continue }
            wishes.labels.append(label)
            if let type = mapping.makes { wishes.makes(label, type) }
        }
        return wishes
    }

    /// A name for something that a booking refers to: as OnceHub says, or as the settings do.
    func name(of reference: Reference?) -> String {
        guard let reference else { return "" }
        return names[reference.id] ?? reference.name
    }
}
