import Connectors
import Keap

/// The parts of an address, brought into the codes that Keap takes.
///
/// Keap refuses a region without its country, and a region of another country. So the two are decided together: what
/// cannot be placed is reported and not sent, and never leaves an impossible pair behind.
struct AddressParts: Equatable {
    /// The parts as they are sent to Keap; an empty text clears. Parts that are to stay as they are have no entry.
    private(set) var values: [SyncedField: String] = [:]
    private(set) var notes: [AttentionNote] = []

    static let fields: [SyncedField] = [.address1, .address2, .city, .state, .zip, .country]

    /// - Parameters:
    ///   - carried: what the source says; parts that it does not mention have no entry.
    ///   - known: what Keap has, as far as we know, in Keap's codes.
    init(
        carried: [SyncedField: FieldValue], known: [SyncedField: String], slot: Slots.Address, defaultCountry: String?
    ) {
        for field in [SyncedField.address1, .address2] {
            guard let text = carried[field]?.text else { continue }
            values[field] = cut(text, to: KeapLengths.addressLine(slot.rawValue), field)
        }
        if let city = carried[.city]?.text { values[.city] = cut(city, to: KeapLengths.locality(slot.rawValue), .city) }
        placeCountryAndRegion(carried: carried, known: known, defaultCountry: defaultCountry)
        if let zip = carried[.zip]?.text {
            let isCountrySaid = carried[.country] == nil || values[.country] != nil
            let country = (values[.country] ?? (isCountrySaid ? known[.country] : nil)).flatMap(Country.named)
            placeZip(
                zip, country: country, region: values[.state] ?? known[.state],
                home: isCountrySaid ? defaultCountry.flatMap(Country.named) : nil,
                limit: KeapLengths.postalCode(slot.rawValue))
        }
        noteWhatStays(carried: carried, known: known)
    }

    private mutating func placeZip(_ zip: String, country: Country?, region: String?, home: Country?, limit: Int) {
        if zip.isEmpty {
            values[.zip] = ""
            return
        }
        switch PostalCode.read(zip, country: country, region: region, home: home) {
        case .code(let code) where code.fits(limit):
            values[.zip] = code
        case .code:
            notes.append(
                AttentionNote(
                    "The zip code \"\(zip)\" is longer than Keap's \(limit) characters and was not sent.", field: "zip",
                    value: zip))
        case .damaged(let why):
            notes.append(
                AttentionNote(
                    "The zip code \"\(zip)\" was not sent: it \(why).",
                    field: "zip", value: zip))
        }
    }

    /// Half an old address beside half a new one looks right and is not, so the note says which part is old.
    private mutating func noteWhatStays(carried: [SyncedField: FieldValue], known: [SyncedField: String]) {
        guard !values.isEmpty else { return }
        notes = notes.map { note in
            guard let field = note.field.flatMap(SyncedField.init), values[field] == nil, carried[field] != nil,
                let old = known[field], !old.isEmpty
            else { return note }
            return AttentionNote(
                note.text + " Keap keeps \"\(old)\" beside the new parts of the address.", field: note.field,
                value: note.value)
        }
    }

    private mutating func placeCountryAndRegion(
        carried: [SyncedField: FieldValue], known: [SyncedField: String], defaultCountry: String?
    ) {
        var country = known[.country].flatMap(Country.named)
        if let written = carried[.country] {
            if let placed = Country.written(written.text, home: defaultCountry) {
                country = placed
                values[.country] = placed.alpha3
            } else if written == .empty {
                country = nil
                values[.country] = ""
            } else {
                notes.append(
                    AttentionNote(
                        "The country \"\(written.text)\" is not one that Keap knows and was not sent.",
                        field: "country", value: written.text))
                // A region can only be placed within its country.
                if case .value(let region)? = carried[.state] {
                    notes.append(
                        AttentionNote(
                            "The region \"\(region)\" was not sent, for want of its country.", field: "state",
                            value: region))
                } else if carried[.state] == .empty {
                    values[.state] = ""
                }
                return
            }
        }
        switch carried[.state] {
        case .value(let region)?:
            let home = country ?? defaultCountry.flatMap(Country.named)
            if let home, let code = Region.code(for: region, in: home) {
                values[.state] = code
                values[.country] = home.alpha3
                return
            }
            let place = country.map { " in \($0.names[0])" } ?? ""
            notes.append(
                AttentionNote(
                    "The region \"\(region)\" is not one that Keap knows\(place) and was not sent.", field: "state",
                    value: region))
        case .empty?:
            values[.state] = ""
            return
        case nil:
            break
        }
        // The region stays as it was, unless it lies in a country that the address has left.
        if let region = known[.state], !region.isEmpty, carried[.country] != nil,
            country.map({ !Region.isCode(region, in: $0) }) ?? true
        {
            values[.state] = ""
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
}
