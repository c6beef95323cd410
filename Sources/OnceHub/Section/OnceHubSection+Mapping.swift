import ConfigurationReading
import ContactSync
import Keap

/// The wizard's mapping: what a booking says, and the field of Keap's that it goes to.
extension OnceHubSection {
    private enum MappingKey: String, CaseIterable { case from, to, when, type }
    private enum When: String, CaseIterable {
        case override, fillEmpty, new

        var rule: FieldRequest.Rule {
            switch self {
            case .override: .override
            case .fillEmpty: .fillEmpty
            case .new: .onlyNew
            }
        }
    }

    private static var formPrefix: String { "form." }
    private static var customPrefix: String { "custom." }
    /// Each is remembered with every contact, whose memory is bounded.
    private static var mostMappings: Int { 40 }

    /// - Parameter usual: what holds unless an entry speaks of the same field of the booking.
    func mapping(_ value: ConfigurationValue, _ usual: [FieldMapping]) -> [FieldMapping] {
        guard let entries = value.list() else { return usual }
        if entries.count > Self.mostMappings { value.note(.outOfRange("at most \(Self.mostMappings) entries")) }
        var read: [FieldMapping] = []
        var spokenOf: [BookingField] = []
        for entry in entries.prefix(Self.mostMappings) {
            guard let section = entry.section(MappingKey.self), let from = section.required(.from).flatMap(source)
            else {
                continue
            }
            spokenOf.append(from)
            // Without a target it is not mapped at all, whatever is usual.
            guard let to = section[.to] else { continue }
            guard let mapping = target(to, from, section) else { continue }
            if let rival = read.firstIndex(where: { $0.to.isSame(as: mapping.to) }) {
                to.note(.notUsable(reason: "entry \(rival + 1) goes to the same field"))
            }
            read.append(mapping)
        }
        return usual.filter { mapping in
            !spokenOf.contains(mapping.from) && !read.contains { $0.to.isSame(as: mapping.to) }
        } + read
    }

    private func source(_ value: ConfigurationValue) -> BookingField? {
        guard let text = value.filledText() else { return nil }
        if text.hasPrefix(Self.formPrefix) { return .form(String(text.dropFirst(Self.formPrefix.count))) }
        if let name = BookingField.Name(rawValue: text) { return .named(name) }
        let known = BookingField.Name.allCases.map(\.rawValue)
        value.note(
            .notOneOf(
                choices: known + ["\(Self.formPrefix)FIELD"], nearest: NearestName.of(text, among: known)))
        return nil
    }

    private func target(
        _ value: ConfigurationValue, _ from: BookingField, _ section: ConfigurationSection<MappingKey>
    ) -> FieldMapping? {
        guard let text = value.filledText() else { return nil }
        let rule = section[.when]?.choice(When.self)?.rule
        let type = section[.type].flatMap(fieldType)
        if text.hasPrefix(Self.customPrefix) {
            let label = String(text.dropFirst(Self.customPrefix.count))
            guard label.contains(where: { !$0.isWhitespace }) else {
                value.note(.empty)
                return nil
            }
            return FieldMapping(from: from, to: .wish(.custom(label)), rule: rule, makes: type)
        }
        section[.type]?.note(.notUsable(reason: "only fields named \(Self.customPrefix)LABEL are made"))
        if let why = Self.elsewhere[text] {
            value.note(.notUsable(reason: why))
            return nil
        }
        guard let target = Self.targets[text] else {
            let known = Self.targets.keys.sorted()
            value.note(
                .notOneOf(choices: known + ["\(Self.customPrefix)LABEL"], nearest: NearestName.of(text, among: known)))
            return nil
        }
        if case .synced = target {
            section[.when]?.note(.notUsable(reason: "for \(text), creation.known decides"))
            return FieldMapping(from: from, to: target)
        }
        return FieldMapping(from: from, to: target, rule: rule)
    }

    private func fieldType(_ value: ConfigurationValue) -> CustomFieldType? {
        guard let word = value.filledText() else { return nil }
        guard let type = CustomFieldType(word: word) else {
            let known = CustomFieldType.allCases.map(\.rawValue)
            value.note(.notOneOf(choices: known, nearest: NearestName.of(word, among: known)))
            return nil
        }
        guard !type.hasOptions else {
            value.note(
                .notUsable(reason: "a field of choices needs its choices: make it in Keap, and leave out the type"))
            return nil
        }
        return type
    }

    /// Fields that Lockstep keeps for itself cannot be mapped to.
    static func checkMapping(_ settings: OnceHubSettings, _ sync: SyncSettings, _ value: ConfigurationValue) {
        for mapping in settings.mapping {
            switch mapping.to {
            case .wish(.custom(let label)):
                let own = sync.ownFields.first { sync.customFields[$0].lowercased() == label.lowercased() }
                if let own {
                    value.note(.notUsable(reason: "the custom field \"\(sync.customFields[own])\" is Zen Planner's"))
                }
            case .wish(.phone(let slot)) where slot == sync.slots.phone:
                value.note(.notUsable(reason: "\(slot.rawValue) holds the customer's phone already"))
            case .wish(.email(let slot)) where slot == sync.slots.email:
                value.note(.notUsable(reason: "\(slot.rawValue) holds the customer's e-mail address already"))
            default: break
            }
        }
    }

    private static var elsewhere: [String: String] {
        let always = "the customer's name, e-mail address and phone always go where they belong"
        return [
            "firstName": always, "lastName": always, "email": always, "phone": always, "mobilePhone": always,
            "owner": "creation.owner says who owns a contact",
            "leadSource": "classification.leadSource names the lead source",
            "notes": "Keap's API takes no notes with a contact; map it to a custom field of type TextArea",
        ]
    }

    private static let targets: [String: MappingTarget] = {
        var targets: [String: MappingTarget] = ["company": .wish(.company)]
        for field in [SyncedField.birthDate, .address1, .address2, .city, .state, .zip, .country] {
            targets[field.rawValue] = .synced(field)
        }
        for slot in Slots.Phone.allCases { targets[slot.rawValue.lowercased()] = .wish(.phone(slot)) }
        for slot in Slots.Email.allCases { targets[slot.rawValue.lowercased()] = .wish(.email(slot)) }
        for field in ContactField.texts where field != .owner && field != .leadSource {
            targets[field.settingName] = .wish(.property(field))
        }
        return targets
    }()
}

extension ContactField {
    /// `job_title` as the configuration writes it: `jobTitle`.
    fileprivate var settingName: String {
        let words = rawValue.split(separator: "_")
        return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
