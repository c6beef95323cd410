import ConfigurationReading
import ContactSync

extension ConfigurationReader {
    private enum SyncKey: String, CaseIterable {
        case tags, customFields, slots, policies, optInReason, onDeleted, defaultCountry, coalesce, verify
    }

    private enum TagKey: String, CaseIterable {
        case status, program, category, deletedPrefix, onProgramDeleted
    }

    private enum SlotKey: String, CaseIterable { case email, phone, address }

    func sync(_ value: ConfigurationValue) -> SyncSettings {
        var settings = SyncSettings()
        guard let section = value.section(SyncKey.self) else { return settings }
        if let tags = section[.tags] { readTags(tags, into: &settings) }
        if let labels = section[.customFields] { settings.customFields = customFields(labels) }
        if let slots = section[.slots] { settings.slots = self.slots(slots) }
        if let policies = section[.policies] { settings.policies = self.policies(policies) }
        if let reason = section[.optInReason]?.filledText() { settings.optInReason = reason }
        if let choice = section[.onDeleted]?.choice(ContactDeletion.self) { settings.onContactDeleted = choice }
        if let country = section[.defaultCountry] { settings.defaultCountry = self.country(country) }
        if let choice = section[.coalesce]?.choice(Coalescing.self) { settings.coalesce = choice }
        if let flag = section[.verify]?.flag() { settings.verify = flag }
        return settings
    }

    private func readTags(_ value: ConfigurationValue, into settings: inout SyncSettings) {
        guard let section = value.section(TagKey.self) else { return }
        if let template = template(section[.status], .status) { settings.statusTag = template }
        if let template = template(section[.program], .program) { settings.programTag = template }
        // An empty category means none.
        if let category = section[.category]?.text() { settings.category = category.isEmpty ? nil : category }
        if let prefix = section[.deletedPrefix]?.filledText() { settings.deletedPrefix = prefix }
        if let choice = section[.onProgramDeleted]?.choice(ProgramDeletion.self) { settings.onProgramDeleted = choice }
    }

    private func template(_ value: ConfigurationValue?, _ kind: TagTemplate.Kind) -> TagTemplate? {
        value?.text { text throws(TagTemplate.Problem) in
            try TagTemplate(parsing: text, for: kind)
        } reason: { problem in
            switch problem {
            case .missing(let placeholder): "the name must contain \(placeholder)"
            case .repeated(let placeholder): "the name contains \(placeholder) more than once"
            case .unknown(let placeholder): "the name contains \(placeholder), which stands for nothing here"
            }
        }
    }

    private func customFields(_ value: ConfigurationValue) -> CustomFieldLabels {
        var labels = CustomFieldLabels()
        guard let section = value.section(OwnCustomField.self) else { return labels }
        if let label = section[.sourceID]?.filledText() { labels.sourceID = label }
        if let label = section[.signupDate]?.filledText() { labels.signupDate = label }
        if let label = section[.prospectSource]?.filledText() { labels.prospectSource = label }
        // Keap's users could not tell two fields of one label apart, and neither could we when looking for them.
        if Set(OwnCustomField.allCases.map { labels[$0].lowercased() }).count < OwnCustomField.allCases.count {
            value.note(.notUsable(reason: "two custom fields have the same label"))
        }
        return labels
    }

    private func slots(_ value: ConfigurationValue) -> Slots {
        var slots = Slots()
        guard let section = value.section(SlotKey.self) else { return slots }
        if let email = section[.email]?.choice(Slots.Email.self) { slots.email = email }
        if let phone = section[.phone]?.choice(Slots.Phone.self) { slots.phone = phone }
        if let address = section[.address]?.choice(Slots.Address.self) { slots.address = address }
        return slots
    }

    private func policies(_ value: ConfigurationValue) -> [PolicyField: FieldPolicy] {
        guard let section = value.section(PolicyField.self) else { return [:] }
        var policies: [PolicyField: FieldPolicy] = [:]
        for field in PolicyField.allCases { policies[field] = section[field]?.choice(FieldPolicy.self) }
        return policies
    }

    /// Nil: an address without a country gets none. Written as an empty text.
    private func country(_ value: ConfigurationValue) -> String? {
        guard let code = value.text(), !code.isEmpty else { return nil }
        guard code.utf8.count == 3, code.allSatisfy({ ("A"..."Z").contains($0) }) else {
            value.note(.notUsable(reason: "\"\(code)\" is no country code of three capital letters, such as USA"))
            return nil
        }
        return code
    }
}
