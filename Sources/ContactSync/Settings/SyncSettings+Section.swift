package import ConfigurationReading
import Connectors

extension SyncSettings: DestinationSettings {
    package static let section = "sync"

    private enum SyncKey: String, CaseIterable {
        case tags, customFields, slots, policies, optInReason, onDeleted, defaultCountry, coalesce, verify
    }

    private enum TagKeys: String, CaseIterable {
        case status, program, category, deletedPrefix, onProgramDeleted
    }

    private enum SlotKey: String, CaseIterable { case email, phone, address }

    package init?(_ value: ConfigurationValue, secrets: SecretSource) {
        self.init()
        guard let section = value.section(SyncKey.self) else { return nil }
        if let tags = section[.tags] { read(tags: tags) }
        if let labels = section[.customFields] { customFields = Self.customFields(labels) }
        if let slots = section[.slots] { self.slots = Self.slots(slots) }
        if let policies = section[.policies] { self.policies = Self.policies(policies) }
        if let reason = section[.optInReason]?.filledText() { optInReason = reason }
        if let choice = section[.onDeleted]?.choice(ContactDeletion.self) { onContactDeleted = choice }
        if let country = section[.defaultCountry] { defaultCountry = Self.country(country) }
        if let choice = section[.coalesce]?.choice(Coalescing.self) { coalesce = choice }
        if let flag = section[.verify]?.flag() { verify = flag }
    }

    private mutating func read(tags value: ConfigurationValue) {
        guard let section = value.section(TagKeys.self) else { return }
        if let template = Self.template(section[.status], .status) { statusTag = template }
        if let template = Self.template(section[.program], .program) { programTag = template }
        // An empty category means none.
        if let name = section[.category]?.text() { category = name.isEmpty ? nil : name }
        if let prefix = section[.deletedPrefix]?.filledText() { deletedPrefix = prefix }
        if let choice = section[.onProgramDeleted]?.choice(ProgramDeletion.self) { onProgramDeleted = choice }
    }

    private static func template(_ value: ConfigurationValue?, _ kind: TagTemplate.Kind) -> TagTemplate? {
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

    private static func customFields(_ value: ConfigurationValue) -> CustomFieldLabels {
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

    private static func slots(_ value: ConfigurationValue) -> Slots {
        var slots = Slots()
        guard let section = value.section(SlotKey.self) else { return slots }
        if let email = section[.email]?.choice(Slots.Email.self) { slots.email = email }
        if let phone = section[.phone]?.choice(Slots.Phone.self) { slots.phone = phone }
        if let address = section[.address]?.choice(Slots.Address.self) { slots.address = address }
        return slots
    }

    private static func policies(_ value: ConfigurationValue) -> [PolicyField: FieldPolicy] {
        guard let section = value.section(PolicyField.self) else { return [:] }
        var policies: [PolicyField: FieldPolicy] = [:]
        for field in PolicyField.allCases { policies[field] = section[field]?.choice(FieldPolicy.self) }
        return policies
    }

    /// Nil: an address without a country gets none. Written as an empty text.
    private static func country(_ value: ConfigurationValue) -> String? {
        guard let code = value.text(), !code.isEmpty else { return nil }
        guard code.utf8.count == 3, code.allSatisfy({ ("A"..."Z").contains($0) }) else {
            value.note(.notUsable(reason: "\"\(code)\" is no country code of three capital letters, such as USA"))
            return nil
        }
        return code
    }
}
