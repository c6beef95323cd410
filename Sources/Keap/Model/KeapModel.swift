/// An id of Keap's, of one kind of thing. Ids are strings in v2 and whole numbers in v1; both are accepted when decoding
/// and kept as text.
package struct KeapID<Kind>: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package var text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }

    /// Lowest number first: the oldest.
    package static func < (a: Self, b: Self) -> Bool {
        (a.text.count, a.text) < (b.text.count, b.text)
    }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

package typealias ContactID = KeapID<KeapContact>
package typealias TagID = KeapID<KeapTag>
package typealias CategoryID = KeapID<KeapCategory>
package typealias CustomFieldID = KeapID<CustomFieldModel>

/// A contact as Keap answered it. A property that was not asked for, or that Keap left out, is nil.
package struct KeapContact: Equatable, Sendable {
    package var id: ContactID
    package var givenName: String?
    package var familyName: String?
    package var birthDate: String?
    package var emails: [EmailSlot]?
    package var phones: [PhoneSlot]?
    package var addresses: [AddressSlot]?
    package var customFields: [CustomFieldContent]?
    package var tags: [TagID]?
    /// The properties of `ContactField.texts`.
    package var texts: [ContactField: String] = [:]
    package var company: ContactCompany?

    package init(id: ContactID) { self.id = id }
}

/// What a create or an update sends. Nil: not sent. An empty string clears a scalar, an empty list clears a list.
package struct ContactBody: Equatable, Sendable {
    package var givenName: String?
    package var familyName: String?
    /// `yyyy-MM-dd`
    package var birthDate: String?
    package var emails: [EmailSlot]?
    package var phones: [PhoneSlot]?
    package var addresses: [AddressSlot]?
    package var customFields: [CustomFieldContent]?
    /// The properties of `ContactField.texts`.
    package var texts: [ContactField: String] = [:]
    /// The company's record, which must exist.
    package var company: RecordID?

    package init() {}
    package var isEmpty: Bool { self == ContactBody() }
}

package struct EmailSlot: Hashable, Sendable {
    /// `EMAIL1` … `EMAIL3`
    package var field: String
    package var email: String
    /// Sent only on creation; never an echo of what Keap said.
    package var optInReason: String?

    package init(field: String, email: String, optInReason: String? = nil) {
        self.field = field
        self.email = email
        self.optInReason = optInReason
    }
}

package struct PhoneSlot: Hashable, Sendable {
    /// `PHONE1` … `PHONE5`
    package var field: String
    package var number: String
    package var type: String?
    package var `extension`: String?

    package init(field: String, number: String, type: String? = nil, extension: String? = nil) {
        self.field = field
        self.number = number
        self.type = type
        self.extension = `extension`
    }
}

package struct AddressSlot: Hashable, Sendable, Codable {
    /// `BILLING`, `SHIPPING` or `OTHER`
    package var field: String
    package var line1: String?
    package var line2: String?
    package var locality: String?
    /// ISO 3166-2, such as `US-CO`. Keap wants a country code beside it.
    package var regionCode: String?
    /// ISO 3166-1 alpha-3, such as `USA`.
    package var countryCode: String?
    package var postalCode: String?
    package var zipCode: String?
    package var zipFour: String?
    /// The long names that Keap has deprecated. Read only where Keap has no code, so that another's address can be sent
    /// back as it was; not for addresses of our own.
    package var region: String?
    package var country: String?

    package init(field: String) { self.field = field }
}

/// A custom field's value: whatever JSON Keap keeps in it, so that a foreign one can be sent back as it was.
package struct CustomFieldContent: Hashable, Sendable {
    package var id: CustomFieldID
    package var content: JSONValue

    package init(id: CustomFieldID, content: JSONValue) {
        self.id = id
        self.content = content
    }
}

/// JSON of any shape.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The digits as written, so that nothing is rounded on the way through.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

package struct KeapTag: Hashable, Sendable {
    package var id: TagID
    package var name: String
    package var category: CategoryID?

    package init(id: TagID, name: String, category: CategoryID? = nil) {
        self.id = id
        self.name = name
        self.category = category
    }
}

package struct KeapCategory: Hashable, Sendable {
    package var id: CategoryID
    package var name: String

    package init(id: CategoryID, name: String) {
        self.id = id
        self.name = name
    }
}
