/// A custom field of Keap's contacts.
package struct CustomFieldModel: Hashable, Sendable {
    package var id: CustomFieldID
    package var label: String
    /// The name to filter by.
    package var fieldName: String
    /// Keap's word, such as `TEXT`; an unknown one is kept.
    package var fieldType: String
    /// What a field of choices offers, in Keap's order. Those of a drill-down follow the one they belong to.
    package var options: [FieldOption]

    package init(
        id: CustomFieldID, label: String, fieldName: String, fieldType: String, options: [FieldOption] = []
    ) {
        self.id = id
        self.label = label
        self.fieldName = fieldName
        self.fieldType = fieldType
        self.options = options
    }

    /// Nil for a type that we do not know.
    package var type: CustomFieldType? { CustomFieldType(word: fieldType) }
}

package struct FieldOption: Hashable, Sendable, Codable {
    package var id: String
    package var label: String

    package init(id: String, label: String) {
        self.id = id
        self.label = label
    }
}

extension CustomFieldModel: Codable {
    private enum Key: String, CodingKey { case id, label, fieldName, fieldType, options }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        id = try values.decode(CustomFieldID.self, forKey: .id)
        label = try values.decode(String.self, forKey: .label)
        fieldName = try values.decode(String.self, forKey: .fieldName)
        fieldType = try values.decode(String.self, forKey: .fieldType)
        // Older versions did not keep them.
        options = try values.decodeIfPresent([FieldOption].self, forKey: .options) ?? []
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(id, forKey: .id)
        try values.encode(label, forKey: .label)
        try values.encode(fieldName, forKey: .fieldName)
        try values.encode(fieldType, forKey: .fieldType)
        if !options.isEmpty { try values.encode(options, forKey: .options) }
    }
}

/// The types that a custom field may have, by v2's words.
package enum CustomFieldType: String, CaseIterable, Sendable {
    case currency = "CURRENCY"
    case date = "DATE"
    case dateTime = "DATE_TIME"
    case dayOfWeek = "DAY_OF_WEEK"
    case decimalNumber = "DECIMAL_NUMBER"
    case drilldown = "DRILLDOWN"
    case dropdown = "DROPDOWN"
    case email = "EMAIL"
    case listBox = "LIST_BOX"
    case month = "MONTH"
    case name = "NAME"
    case percent = "PERCENT"
    case phoneNumber = "PHONE_NUMBER"
    case radio = "RADIO"
    case socialSecurityNumber = "SOCIAL_SECURITY_NUMBER"
    case state = "STATE"
    case text = "TEXT"
    case textArea = "TEXT_AREA"
    case user = "USER"
    case userListBox = "USER_LIST_BOX"
    case website = "WEBSITE"
    case wholeNumber = "WHOLE_NUMBER"
    case year = "YEAR"
    case yesNo = "YES_NO"

    /// Whether a field of it holds only what it offers.
    package var hasOptions: Bool {
        switch self {
        case .radio, .dropdown, .listBox, .drilldown: true
        default: false
        }
    }

    /// Understands v1's words (`TextArea`) too.
    package init?(word: String) {
        let plain = word.filter(\.isLetter).uppercased()
        guard let type = CustomFieldType.allCases.first(where: { $0.rawValue.filter(\.isLetter) == plain }) else {
            return nil
        }
        self = type
    }
}
