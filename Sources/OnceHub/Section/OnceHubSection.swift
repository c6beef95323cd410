package import ConfigurationReading
package import ContactSync

extension OnceHubSource {
    package init?(_ value: ConfigurationValue, secrets: SecretSource) {
        guard let source = OnceHubSection(secrets: secrets).read(value) else { return nil }
        self = source
    }

    package func check(with settings: SyncSettings, at section: ConfigurationValue) {
        OnceHubSection.checkMapping(self.settings, settings, section)
    }
}

/// Reads OnceHub's section of a gym, which follows the wizard of its Infusionsoft connector.
struct OnceHubSection {
    let secrets: SecretSource

    private enum Key: String, CaseIterable {
        case secret, secrets, tolerance, nameOrder, unknownActor, tags, ownTags
        case creation, classification, mapping, dates, names
    }

    private enum LifecycleKey: String, CaseIterable {
        case generic, specific, category, history, reapply
    }

    private enum OwnTagKey: String, CaseIterable {
        case tag, phases, category, bookingPage, masterPage, eventType, calendar
    }

    /// More than twice as long as OnceHub goes on trying.
    private static var tolerance: Duration { .seconds(7 * 24 * 3_600) }
    private static var mostSecrets: Int { 8 }
    private static var mostOwnTags: Int { 200 }

    func read(_ value: ConfigurationValue) -> OnceHubSource? {
        guard let section = value.section(Key.self) else { return nil }
        var settings = OnceHubSettings()
        if let order = section[.nameOrder]?.choice(NameOrder.self) { settings.nameOrder = order }
        if let actor = section[.unknownActor]?.choice(BookingActor.self) { settings.unknownActor = actor }
        if let tags = section[.tags] { settings.tags = lifecycle(tags) }
        if let own = section[.ownTags] { settings.ownTags = ownTags(own) }
        if let creation = section[.creation] { settings.creation = self.creation(creation) }
        if let classes = section[.classification] { settings.classification = classification(classes) }
        if let mapping = section[.mapping] { settings.mapping = self.mapping(mapping, settings.mapping) }
        if let dates = section[.dates] { settings.dates = self.dates(dates) }
        if let names = section[.names] { settings.names = self.names(names) }
        let tolerance = section[.tolerance]?.seconds(in: 60...31_536_000) ?? Self.tolerance
        guard let secrets = self.secrets(of: section) else { return nil }
        if let name = settings.clashingTag {
            section[.ownTags]?.note(.notUsable(reason: "\"\(name)\" is already a tag for what bookings come to"))
        }
        return OnceHubSource(secrets: secrets, tolerance: tolerance, settings: settings)
    }

    /// `secret`, or `secrets` while one is being changed for another.
    private func secrets(of section: ConfigurationSection<Key>) -> [Secret]? {
        var all: [Secret] = []
        if let list = section[.secrets] {
            guard let values = list.list() else { return nil }
            all += values.compactMap(secrets.secret)
            if values.isEmpty { list.note(.empty) }
            if values.count > Self.mostSecrets { list.note(.outOfRange("at most \(Self.mostSecrets) secrets")) }
        }
        if section[.secrets] == nil || section[.secret] != nil {
            section.required(.secret).flatMap(secrets.secret).map { all.insert($0, at: 0) }
        }
        return all.isEmpty ? nil : all
    }

    // MARK: Tags

    private func lifecycle(_ value: ConfigurationValue) -> LifecycleTags {
        var tags = LifecycleTags()
        guard let section = value.section(LifecycleKey.self) else { return tags }
        (tags.isGenericOn, tags.genericName) = family(section[.generic], tags.genericName, isSpecific: false)
        (tags.isSpecificOn, tags.specificName) = family(section[.specific], tags.specificName, isSpecific: true)
        // An empty category means none.
        if let category = section[.category]?.text() { tags.category = category.isEmpty ? nil : category }
        if let keeps = section[.history]?.flag() { tags.keepsHistory = keeps }
        if let reapply = section[.reapply]?.choice(LifecycleTags.Reapply.self) { tags.reapply = reapply }
        return tags
    }

    /// A template, or `true` for the usual one, or `false` for no such tags.
    private func family(
        _ value: ConfigurationValue?, _ usual: BookingTagTemplate, isSpecific: Bool
    ) -> (isOn: Bool, name: BookingTagTemplate) {
        guard let value else { return (true, usual) }
        if case .bool(let isOn) = value.node.content { return (isOn, usual) }
        let template = value.text { text throws(BookingTagTemplate.Problem) in
            try BookingTagTemplate(parsing: text, isSpecific: isSpecific)
        } reason: { problem in
            switch problem {
            case .missing(let placeholder): "the name must contain \(placeholder)"
            case .unknown(let placeholder): "the name contains \(placeholder), which stands for nothing here"
            case .tooLong: "with a booking's id and status the name is longer than Keap's tags may be"
            }
        }
        return (true, template ?? usual)
    }

    private func ownTags(_ value: ConfigurationValue) -> [OwnTag] {
        guard let entries = value.list() else { return [] }
        if entries.count > Self.mostOwnTags { value.note(.outOfRange("at most \(Self.mostOwnTags) tags")) }
        return entries.prefix(Self.mostOwnTags).compactMap(ownTag)
    }

    private func ownTag(_ value: ConfigurationValue) -> OwnTag? {
        guard let section = value.section(OwnTagKey.self), let name = section.required(.tag)?.filledText(),
            let phases = section.required(.phases).flatMap(phases)
        else { return nil }
        var tag = OwnTag(name, phases: phases)
        if let category = section[.category]?.text(), !category.isEmpty { tag.category = category }
        tag.bookingPages = section[.bookingPage]?.texts() ?? []
        tag.masterPages = section[.masterPage]?.texts() ?? []
        tag.eventTypes = section[.eventType]?.texts() ?? []
        tag.calendars = section[.calendar]?.texts() ?? []
        return tag
    }

    private func phases(_ value: ConfigurationValue) -> Set<Phase>? {
        if case .text = value.node.content { return value.choice(Phase.self).map { [$0] } }
        guard let entries = value.list() else { return nil }
        if entries.isEmpty { value.note(.empty) }
        return Set(entries.compactMap { $0.choice(Phase.self) })
    }
}
