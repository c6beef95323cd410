import Keap
import WireFormats

/// Where each synced field lives in a Keap contact: reads it from there, and writes it there beside what is foreign.
struct KeapFields {
    var slots: Slots
    var phoneSlot: String
    var customFields: [OwnCustomField: CustomFieldModel]

    /// The contact property that holds the field.
    static func property(of field: SyncedField) -> ContactField {
        switch field {
        case .firstName: .givenName
        case .lastName: .familyName
        case .email: .emailAddresses
        case .mobilePhone: .phoneNumbers
        case .birthDate: .birthDate
        case .address1, .address2, .city, .state, .zip, .country: .addresses
        case .signupDate, .prospectSource: .customFields
        }
    }

    static func isList(_ property: ContactField) -> Bool {
        switch property {
        case .emailAddresses, .phoneNumbers, .addresses, .customFields: true
        default: false
        }
    }

    // MARK: Reading

    /// Keap's value, empty for none; nil if that property was not read.
    func current(_ field: SyncedField, in contact: KeapContact) -> String? {
        switch field {
        case .firstName: contact.givenName
        case .lastName: contact.familyName
        case .birthDate: contact.birthDate
        case .email: contact.emails.map { emails in emails.first { $0.field == slots.email.rawValue }?.email ?? "" }
        case .mobilePhone: contact.phones.map { phones in phones.first { $0.field == phoneSlot }?.number ?? "" }
        case .signupDate: custom(.signupDate, in: contact)
        case .prospectSource: custom(.prospectSource, in: contact)
        case .address1, .address2, .city, .state, .zip, .country:
            contact.addresses.map { ourAddress(in: $0)[field] ?? "" }
        }
    }

    /// The address parts that Keap has, without the empty ones.
    func address(in contact: KeapContact?) -> [SyncedField: String] {
        guard let addresses = contact?.addresses else { return [:] }
        let entry = ourAddress(in: addresses)
        var parts: [SyncedField: String] = [:]
        for field in AddressParts.fields {
            if let part = entry[field], !part.isEmpty { parts[field] = part }
        }
        return parts
    }

    /// Whether Keap has nothing there. The parts of an address count as one: half of another must not be added to it.
    func isEmpty(_ field: SyncedField, in contact: KeapContact) -> Bool {
        PolicyField(of: field) == .address
            ? address(in: contact).isEmpty : (current(field, in: contact) ?? "").isEmpty
    }

    /// Our entry, with codes for the long names that Keap may still have of older days.
    private func ourAddress(in addresses: [AddressSlot]) -> AddressSlot {
        let slot = slots.address.rawValue
        var entry = addresses.first { $0.field == slot } ?? AddressSlot(field: slot)
        if (entry.countryCode ?? "").isEmpty, let country = entry.country.flatMap(Country.named) {
            entry[.country] = country.alpha3
        }
        if (entry.regionCode ?? "").isEmpty, let region = entry.region, !region.isEmpty,
            let country = entry.countryCode.flatMap(Country.named),
            let code = Region.code(for: region, in: country)
        {
            entry[.state] = code
        }
        return entry
    }

    func custom(_ field: OwnCustomField, in contact: KeapContact) -> String? {
        guard let id = customFields[field]?.id else { return nil }
        return contact.customFields.map { fields in fields.first { $0.id == id }?.content.text ?? "" }
    }

    /// Whether Keap's text says the same as ours: it writes phones and dates in its own way.
    static func isSame(_ field: SyncedField, _ ours: String, _ keaps: String) -> Bool {
        if ours == keaps || ours == keaps.withoutMarkupEscapes { return true }
        switch field {
        case .mobilePhone:
            let digits = ours.filter(\.isNumber)
            return !digits.isEmpty && digits == keaps.filter(\.isNumber)
        case .birthDate, .signupDate:
            return !ours.isEmpty && keaps.prefix(10) == ours
        default:
            return false
        }
    }

    // MARK: Writing

    /// What to send so that Keap holds `values`. Lists are sent whole, so `contact` must hold those that change; for a
    /// new contact it is nil.
    func body(
        writing values: [SyncedField: String], sourceID: String?, onto contact: KeapContact?, optInReason: String?
    ) -> ContactBody {
        var body = ContactBody()
        body.givenName = values[.firstName]
        body.familyName = values[.lastName]
        body.birthDate = values[.birthDate]
        if let email = values[.email] {
            var entries = (contact?.emails ?? []).filter { $0.field != slots.email.rawValue }
            if !email.isEmpty {
                entries.insert(
                    EmailSlot(field: slots.email.rawValue, email: email, optInReason: optInReason), at: 0)
            }
            body.emails = entries
        }
        if let number = values[.mobilePhone] {
            var entries = (contact?.phones ?? []).filter { $0.field != phoneSlot }
            if !number.isEmpty { entries.insert(PhoneSlot(field: phoneSlot, number: number, type: "Mobile"), at: 0) }
            body.phones = entries
        }
        let parts = values.filter { AddressParts.fields.contains($0.key) }
        if !parts.isEmpty { body.addresses = addresses(writing: parts, onto: contact?.addresses ?? []) }
        var custom: [OwnCustomField: String] = [:]
        custom[.sourceID] = sourceID
        custom[.signupDate] = values[.signupDate]
        custom[.prospectSource] = values[.prospectSource]
        if !custom.isEmpty { body.customFields = contents(writing: custom, onto: contact?.customFields ?? []) }
        return body
    }

    private func addresses(writing parts: [SyncedField: String], onto entries: [AddressSlot]) -> [AddressSlot] {
        let slot = slots.address.rawValue
        var entry = ourAddress(in: entries)
        for (field, part) in parts { entry[field] = part }
        // Keap refuses a region without its country, and may itself have one from before it wanted both.
        if let region = entry.regionCode, (entry.countryCode ?? "").isEmpty {
            entry.countryCode = Country.named(String(region.prefix(2)))?.alpha3
        }
        var all = entries.filter { $0.field != slot }
        if !entry.isBlank { all.insert(entry, at: 0) }
        return all
    }

    private func contents(
        writing custom: [OwnCustomField: String], onto contents: [CustomFieldContent]
    ) -> [CustomFieldContent] {
        var all = contents
        for (field, text) in custom.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard let id = customFields[field]?.id else { continue }
            all.removeAll { $0.id == id }
            if !text.isEmpty { all.append(CustomFieldContent(id: id, content: .string(text))) }
        }
        return all
    }
}

extension AddressSlot {
    subscript(_ field: SyncedField) -> String? {
        get {
            switch field {
            case .address1: line1
            case .address2: line2
            case .city: locality
            case .state: regionCode
            case .country: countryCode
            // Keap keeps a US zip code in its own pair of properties.
            case .zip: postalCode ?? zipCode.map { code in zipFour.map { "\(code)-\($0)" } ?? code }
            default: nil
            }
        }
        set {
            let part = newValue.flatMap { $0.isEmpty ? nil : $0 }
            switch field {
            case .address1: line1 = part
            case .address2: line2 = part
            case .city: locality = part
            case .state:
                regionCode = part
                region = nil
            case .country:
                countryCode = part
                country = nil
            case .zip:
                postalCode = part
                zipCode = nil
                zipFour = nil
            default: break
            }
        }
    }

    /// Whether nothing would be left of it.
    var isBlank: Bool {
        [line1, line2, locality, regionCode, countryCode, postalCode, zipCode, zipFour, region, country].allSatisfy {
            ($0 ?? "").isEmpty
        }
    }
}
