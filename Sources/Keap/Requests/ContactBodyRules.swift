extension ContactBody {
    /// Refuses what Keap is known to refuse, or to cut without a word, before a call is spent on it.
    func check() throws(KeapFailure) {
        try longest(KeapLengths.givenName, givenName, "given_name")
        try longest(KeapLengths.familyName, familyName, "family_name")
        if let birthDate, !birthDate.isEmpty, !isDate(birthDate) {
            throw refusal("birth_date “\(birthDate)” is not yyyy-MM-dd")
        }
        try distinct(emails?.map(\.field), "email_addresses", known: ["EMAIL1", "EMAIL2", "EMAIL3"])
        for slot in emails ?? [] {
            try longest(KeapLengths.email(slot.field), slot.email, slot.field)
        }
        try distinct(
            phones?.map(\.field), "phone_numbers", known: ["PHONE1", "PHONE2", "PHONE3", "PHONE4", "PHONE5"])
        for slot in phones ?? [] {
            try longest(KeapLengths.phone(slot.field), slot.number, slot.field)
        }
        try distinct(addresses?.map(\.field), "addresses", known: ["BILLING", "SHIPPING", "OTHER"])
        for slot in addresses ?? [] { try slot.check() }
        for (field, text) in texts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            precondition(field.isText, "names, lists and the birth date have members of their own")
            if let most = KeapLengths.text(field) { try longest(most, text, field.rawValue) }
        }
        for field in customFields ?? [] {
            guard case .string(let text) = field.content else { continue }
            try longest(KeapLengths.customFieldText, text, "custom field \(field.id)")
        }
    }
}

extension AddressSlot {
    fileprivate func check() throws(KeapFailure) {
        try longest(KeapLengths.addressLine(field), line1, "\(field) line1")
        try longest(KeapLengths.addressLine(field), line2, "\(field) line2")
        try longest(KeapLengths.locality(field), locality, "\(field) locality")
        try longest(KeapLengths.postalCode(field), postalCode, "\(field) postal_code")
        try longest(KeapLengths.postalCode(field), zipCode, "\(field) zip_code")
        try longest(KeapLengths.zipFour, zipFour, "\(field) zip_four")
        // The codes themselves are not judged: an address that another program wrote may be in this list.
        guard [regionCode, region].contains(where: { $0?.isEmpty == false }) else { return }
        guard [countryCode, country].contains(where: { $0?.isEmpty == false }) else {
            throw refusal("\(field) has a region but no country")
        }
    }
}

private func longest(_ longest: Int, _ text: String?, _ name: String) throws(KeapFailure) {
    guard let text, !KeapLengths.fits(text, longest) else { return }
    throw refusal("\(name) is longer than the \(longest) characters Keap takes")
}

/// Two entries in one slot: Keap would keep one of them, it is unknown which.
private func distinct(_ slots: [String]?, _ list: String, known: Set<String>) throws(KeapFailure) {
    var seen: Set<String> = []
    for slot in slots ?? [] {
        guard known.contains(slot) else { throw refusal("\(list) has no slot “\(slot)”") }
        guard seen.insert(slot).inserted else { throw refusal("\(list) names \(slot) twice") }
    }
}

private func isDate(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.count) == [4, 2, 2] && parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isNumber } }
}

private func refusal(_ what: String) -> KeapFailure {
    .refused(status: 0, message: "Not sent: \(what).")
}
