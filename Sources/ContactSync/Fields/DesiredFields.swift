import Connectors
import Keap

/// The values that a contact's fields are to hold: the source's, after the gym's policies and Keap's limits.
struct DesiredFields: Equatable {
    /// Values as they are sent; an empty text clears. A field without an entry stays as it is.
    private(set) var values: [SyncedField: String] = [:]
    private(set) var notes: [AttentionNote] = []

    /// - Parameters:
    ///   - known: what Keap has, as far as we know; only the address needs it.
    ///   - phoneSlot: where this contact's phone is kept.
    ///   - policy: what each field of this contact is to have.
    init(
        of source: [SyncedField: FieldValue], known: [SyncedField: String], phoneSlot: String,
        settings: SyncSettings, policy: (SyncedField) -> FieldPolicy
    ) {
        let carried = DesiredFields.afterPolicies(source, policy)
        for field in SyncedField.allCases where !AddressParts.fields.contains(field) {
            guard let text = carried[field]?.text else { continue }
            values[field] = sendable(text, field, phoneSlot: phoneSlot, settings: settings)
        }
        let address = AddressParts(
            carried: carried.filter { AddressParts.fields.contains($0.key) }, known: known,
            slot: settings.slots.address, defaultCountry: settings.defaultCountry)
        values.merge(address.values) { _, part in part }
        notes += address.notes
    }

    private static func afterPolicies(
        _ values: [SyncedField: FieldValue], _ policy: (SyncedField) -> FieldPolicy
    ) -> [SyncedField: FieldValue] {
        // An address is empty if all of it is: a new one without a second line has no second line.
        let isAddressEmpty = AddressParts.fields.allSatisfy { (values[$0] ?? .empty) == .empty }
        return values.filter { field, value in
            let isEmpty = PolicyField(of: field) == .address ? isAddressEmpty : value == .empty
            switch policy(field) {
            case .overwrite: return true
            case .keepWhenEmpty, .fillEmpty: return !isEmpty
            case .ignore: return false
            }
        }
    }

    /// Leaves out what Keap refused before, until the source has another value.
    mutating func leaveOut(_ refused: [SyncedField: RefusedValue]) {
        for field in SyncedField.allCases {
            guard let value = values[field], let known = refused[field], known.value == Mirror.stored(value) else {
                continue
            }
            values[field] = nil
            notes.append(
                AttentionNote(
                    "Keap refused \(field.title) \"\(value.limited(to: 80))\", which was left out: \(known.why)",
                    field: field.rawValue, value: value))
        }
    }

    /// The text as Keap takes it, or nil (with a note) if it cannot be sent at all.
    private mutating func sendable(
        _ text: String, _ field: SyncedField, phoneSlot: String, settings: SyncSettings
    ) -> String? {
        switch field {
        case .firstName, .lastName:
            return cut(text, to: KeapLengths.givenName, field)
        case .prospectSource:
            return cut(text, to: KeapLengths.customFieldText, field)
        case .email:
            if text.isEmpty { return text }
            guard text.looksLikeEmail else {
                notes.append(
                    AttentionNote(
                        "\"\(text.limited(to: 100))\" is not an e-mail address and was not sent.",
                        field: field.rawValue,
                        value: text))
                return nil
            }
            return whole(text, within: KeapLengths.email(settings.slots.email.rawValue), field)
        case .mobilePhone:
            return whole(text, within: KeapLengths.phone(phoneSlot), field)
        default:
            return text
        }
    }

    private mutating func cut(_ text: String, to limit: Int, _ field: SyncedField) -> String {
        let short = text.limited(to: limit)
        if short != text {
            notes.append(
                AttentionNote(
                    "\(field.title) was cut to Keap's \(limit) characters.", field: field.rawValue, value: text))
        }
        return short
    }

    /// Half an address or number would be another's: it is sent whole or not at all.
    private mutating func whole(_ text: String, within limit: Int, _ field: SyncedField) -> String? {
        guard !text.fits(limit) else { return text }
        notes.append(
            AttentionNote(
                "\(field.title) is longer than Keap's \(limit) characters and was not sent.", field: field.rawValue,
                value: text))
        return nil
    }
}
