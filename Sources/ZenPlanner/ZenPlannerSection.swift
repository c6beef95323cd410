package import ConfigurationReading

extension ZenPlannerSource {
    private enum Key: String, CaseIterable {
        case token, fields, dateOrder, programEntries
    }

    /// Shorter ones can be guessed by trying.
    private static var shortToken: Int { 16 }

    package init?(_ value: ConfigurationValue, secrets: SecretSource) {
        guard let section = value.section(Key.self) else { return nil }
        let token = section.required(.token).flatMap(secrets.secret)
        var settings = ZenPlannerSettings()
        if let order = section[.dateOrder]?.choice(DateOrder.self) { settings.dateOrder = order }
        for (field, configured) in Self.names(section[.fields], of: MessageField.self) {
            settings.accept(configured, for: field)
        }
        for (field, configured) in Self.names(section[.programEntries], of: ProgramEntryField.self) {
            settings.accept(configured, for: field)
        }
        guard let token else { return nil }
        if token.text.count < Self.shortToken {
            value.notes.remark(
                "\(value.path).token",
                "shorter than \(Self.shortToken) characters, and all that keeps strangers from sending changes.")
        }
        self.init(token: token, settings: settings)
    }

    /// Names for fields. One name must not stand for two that a message may carry together.
    private static func names<Field: NamedField & RawRepresentable<String>>(
        _ value: ConfigurationValue?, of: Field.Type
    ) -> [(Field, [String])] {
        guard let section = value?.section(Field.self) else { return [] }
        var read: [(field: Field, names: [String])] = []
        for field in Field.allCases {
            guard let entry = section[field], let names = entry.texts() else { continue }
            let keys = Set(names.map(FieldName.init))
            if keys.contains(where: \.isBlank) { entry.note(.empty) }
            let rival = read.first { $0.field.canMeet(field) && !keys.isDisjoint(with: $0.names.map(FieldName.init)) }
            if let rival { entry.note(.sameAs(path: "\(section.path).\(rival.field.rawValue)")) }
            read.append((field, names))
        }
        return read
    }
}
