/// Reads the lists of a contact: e-mail addresses, phone and fax numbers, addresses, social accounts.
extension ContactDraftReader {
    func entries(of list: ContactSchema.SlotList, _ json: JSON) throws(Refusal) -> [Contact.Entry] {
        if json == .null { return [] }
        guard let items = json.items else { throw wrongType(list.name, "a list") }
        var entries: [Contact.Entry] = []
        for item in items {
            let entry = try entry(of: list, item)
            guard !entries.contains(where: { $0.slot == entry.slot }) else {
                throw .bad("\(entry.slot) is given twice", about: list.name)
            }
            entries.append(entry)
        }
        return entries
    }

    private func entry(of list: ContactSchema.SlotList, _ json: JSON) throws(Refusal) -> Contact.Entry {
        guard let members = json.members else { throw wrongType("An item of \(list.name)", "an object") }
        guard let slot = json[list.slotName]?.text else {
            throw .bad("\(list.slotName) is required in \(list.name)", about: list.name)
        }
        let slotName = list.name == "social_accounts" && version == .v1 ? SocialNetwork.v2Name(of: slot) : slot
        guard let slotName, list.slots.contains(slotName) else {
            throw .bad("\(slot) is not a valid \(list.slotName) of \(list.name)", about: list.name)
        }
        var attributes: [String: String] = [:]
        for member in members where member.name != list.slotName {
            let known = list.attributes.first { $0.name == member.name && $0.versions.contains(version) }
            guard let known else {
                guard quirks.refusesUnknownProperties else { continue }
                throw .bad("Unrecognized property: \(member.name)", about: list.name)
            }
            if member.value == .null { continue }
            guard let text = member.value.text else { throw wrongType(member.name, "text") }
            if let most = known.most(slotName), text.count > most {
                throw .bad("\(slotName) \(member.name) must be at most \(most) characters", about: list.name)
            }
            if !text.isEmpty { attributes[member.name] = text }
        }
        if list.name == "addresses" { try checkPlaces(of: slotName, in: &attributes) }
        if quirks.checksEmailAddresses, let email = attributes["email"] {
            let parts = email.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !email.contains(" ") else {
                throw .bad("\(email) is not a valid email address", about: list.name)
            }
        }
        return Contact.Entry(slot: slotName, attributes: attributes)
    }

    private func checkPlaces(of slot: String, in attributes: inout [String: String]) throws(Refusal) {
        if let country = attributes["country_code"], !Regions.isCountry(country) {
            throw .bad("\(slot) Country is invalid", about: "addresses")
        }
        if attributes["region"] != nil || attributes["region_code"] != nil, attributes["country_code"] == nil {
            throw .bad("\(slot) country_code is required if region is specified", about: "addresses")
        }
        let country = attributes["country_code"] ?? ""
        // v1 takes the whole code where it answers with its second half, so that its answers cannot be sent back.
        let code = version == .v1 ? attributes["region"] : attributes["region_code"]
        if let code {
            guard Regions.isRegion(code, of: country) else {
                throw .bad("\(slot) Region is invalid", about: "addresses")
            }
            attributes["region_code"] = code
            attributes["region"] = Regions.name(of: code) ?? String(code.dropFirst(3))
        }
    }
}
