import ContactSync

/// Reads a message as a person's whole record.
struct PersonReader {
    let message: Message
    let settings: ZenPlannerSettings
    /// Without an id a person is known by e-mail, first and last name, so all of them must be there.
    var needsID = true

    /// The longest id that is taken; Zen Planner's have 36 characters.
    static let longestID = 255

    func snapshot() throws(Unplaced) -> PersonSnapshot {
        var person = PersonSnapshot(zenPlannerID: try personID())
        for field in SyncedField.allCases {
            guard let text = try message.text(settings.names[field.messageField]) else { continue }
            person.values[field] = try field.isDate ? day(text, of: field) : FieldValue(text)
        }
        person.status = try message.text(settings.names[.status]).map(FieldValue.init)
        person.programs = try message.value(settings.names[.programs]).map { found throws(Unplaced) in
            try ProgramList(field: found.name, names: settings.programEntryNames).memberships(in: found.content)
        }
        if person.zenPlannerID.isEmpty { try checkName(of: person) }
        guard !person.values.isEmpty || person.status != nil || person.programs != nil else { throw nothingKnown() }
        return person
    }

    /// Every name that means something in a person's message.
    var known: Set<FieldName> {
        var fields: [MessageField] = SyncedField.allCases.map(\.messageField)
        fields += [.personId, .status, .programs, .event]
        return Set(fields.flatMap { settings.names[$0] })
    }

    private func personID() throws(Unplaced) -> String {
        let text = try message.text(settings.names[.personId])
        if !needsID, (text ?? "").isEmpty { return "" }
        guard let id = text else {
            throw Unplaced(
                """
                The message has no field named personId, so it does not say whose it is; it carries \
                \(listed(message.names)). If one of these is the Zen Planner id, set zenPlanner.fields.personId to its \
                name in the configuration, then retry this job.
                """)
        }
        guard !id.isEmpty else {
            throw Unplaced("The field personId is empty, so the message does not say whose it is.")
        }
        guard id.count <= Self.longestID else {
            throw Unplaced("The field personId is longer than \(Self.longestID) characters: \(quoted(id)).")
        }
        return id
    }

    private func checkName(of person: PersonSnapshot) throws(Unplaced) {
        for field in [SyncedField.firstName, .lastName, .email] where (person.values[field]?.text ?? "").isEmpty {
            throw Unplaced(
                """
                Without a Zen Planner id a person is known by first name, last name and e-mail together, and \
                \(field.rawValue) is missing.
                """)
        }
    }

    private func day(_ text: String, of field: SyncedField) throws(Unplaced) -> FieldValue {
        if text.isEmpty { return .empty }
        guard let day = CalendarDay(text, order: settings.dateOrder) else {
            throw Unplaced(
                """
                The field \(field.rawValue) holds \(quoted(text)), which is no date of the form yyyy-MM-dd, \
                \(settings.dateOrder.rawValue) (see zenPlanner.dateOrder) or Feb 7, 2026.
                """)
        }
        return .value(day.description)
    }

    private func nothingKnown() -> Unplaced {
        let expected = SyncedField.allCases.map(\.rawValue) + ["status", "programs"]
        let carried = message.names(otherThan: Set(settings.names[.personId]))
        return Unplaced(
            """
            Beside personId the message has no field that is known; it carries \
            \(carried.isEmpty ? "nothing else" : listed(carried)), where one of \(listed(expected)) is expected. \
            Set their names under zenPlanner.fields in the configuration, then retry this job.
            """)
    }
}

extension SyncedField {
    var messageField: MessageField {
        switch self {
        case .firstName: .firstName
        case .lastName: .lastName
        case .email: .email
        case .mobilePhone: .mobilePhone
        case .birthDate: .birthDate
        case .address1: .address1
        case .address2: .address2
        case .city: .city
        case .state: .state
        case .zip: .zip
        case .country: .country
        case .signupDate: .signupDate
        case .prospectSource: .prospectSource
        }
    }

    var isDate: Bool { self == .birthDate || self == .signupDate }
}
