import ConfigurationReading
import ContactSync

/// The steps of OnceHub's wizard that are about the contact itself.
extension OnceHubSection {
    private enum CreationKey: String, CaseIterable {
        case known, matchAddressAlone, optInReason, owner, ownerOfKnown, appointment
    }

    /// What becomes of the fields of a contact that Keap had already.
    private enum Known: String, CaseIterable {
        case override, fillEmpty, leave

        var policy: FieldPolicy {
            switch self {
            case .override: .overwrite
            case .fillEmpty: .fillEmpty
            case .leave: .ignore
            }
        }
    }

    private enum OwnerWord: String, CaseIterable { case bookingOwner, none }
    private enum OwnerKey: String, CaseIterable { case user }
    private enum OwnerOfKnown: String, CaseIterable { case keep, assign }
    private enum ClassificationKey: String, CaseIterable { case leadSource, category, contactType }
    private enum DatesKey: String, CaseIterable { case order, timeZone }

    /// Far more pages and users than an account has.
    private static var mostNames: Int { 1_000 }

    func creation(_ value: ConfigurationValue) -> CreationRules {
        var rules = CreationRules()
        guard let section = value.section(CreationKey.self) else { return rules }
        if let known = section[.known]?.choice(Known.self) { rules.known = known.policy }
        if let matches = section[.matchAddressAlone]?.flag() { rules.matchesAddressAlone = matches }
        if let reason = section[.optInReason]?.filledText() { rules.optInReason = reason }
        if let owner = section[.owner].flatMap(owner) { rules.owner = owner }
        if let word = section[.ownerOfKnown]?.choice(OwnerOfKnown.self) { rules.reassignsKnown = word == .assign }
        if let makes = section[.appointment]?.flag() { rules.makesAppointments = makes }
        return rules
    }

    private func owner(_ value: ConfigurationValue) -> OwnerRule? {
        if case .object = value.node.content {
            return value.section(OwnerKey.self)?.required(.user)?.filledText().map(OwnerRule.user)
        }
        return value.choice(OwnerWord.self).map { $0 == .none ? .unowned : .bookingOwner }
    }

    func classification(_ value: ConfigurationValue) -> Classification {
        var classification = Classification()
        guard let section = value.section(ClassificationKey.self) else { return classification }
        if let source = section[.leadSource] { classification.leadSource = leadSource(source) }
        // An empty text means none.
        if let category = section[.category]?.text() { classification.category = category.isEmpty ? nil : category }
        if let type = section[.contactType]?.text() { classification.contactType = type.isEmpty ? nil : type }
        return classification
    }

    /// A template, or `true` for OnceHub's own, or `false` for no lead source.
    private func leadSource(_ value: ConfigurationValue) -> LeadSourceTemplate? {
        if case .bool(let isOn) = value.node.content { return isOn ? .usual : nil }
        return value.text { text throws(LeadSourceTemplate.Problem) in
            try LeadSourceTemplate(parsing: text)
        } reason: { problem in
            let known = LeadSourceTemplate.Placeholder.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
            return switch problem {
            case .unknown(let placeholder): "the name contains \(placeholder); what it may contain is \(known)"
            case .none: "the name contains none of \(known), so that all bookings would have one lead source"
            }
        }
    }

    func dates(_ value: ConfigurationValue) -> DateRules {
        var rules = DateRules()
        guard let section = value.section(DatesKey.self) else { return rules }
        if let order = section[.order]?.choice(ValueReading.DayOrder.self) { rules.order = order }
        if let zone = section[.timeZone], let text = zone.filledText(), text != "customer" {
            if let reading = ValueReading(zone: text) {
                rules.zone = .named(reading)
            } else {
                zone.note(.notUsable(reason: "\"\(text)\" is neither \"customer\" nor a zone such as America/Denver"))
            }
        }
        return rules
    }

    /// Names for ids of OnceHub's: `{"BKC-…": "Intro calls", "USR-…": "olive@example.com"}`.
    func names(_ value: ConfigurationValue) -> [String: String] {
        guard case .object(let members) = value.node.content else {
            value.note(.notUsable(reason: "must be an object of names by OnceHub's ids"))
            return [:]
        }
        if members.count > Self.mostNames { value.note(.outOfRange("at most \(Self.mostNames) names")) }
        var names: [String: String] = [:]
        for member in members.prefix(Self.mostNames) {
            let entry = ConfigurationValue(path: "\(value.path).\(member.key)", node: member.value, notes: value.notes)
            names[member.key] = entry.filledText()
        }
        return names
    }
}
