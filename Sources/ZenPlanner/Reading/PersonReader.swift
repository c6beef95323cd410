import Connectors
import ContactSync
import WireFormats

/// Reads a message as a person's whole record.
struct PersonReader {
    let fields: CarriedFields<MessageField>
    let settings: ZenPlannerSettings
    /// Without an id a person is known by e-mail, first and last name, so all of them must be there.
    var needsID = true

    /// The most bytes of name and e-mail that identify a person without an id: the queue's keys are bounded.
    static let longestName = 900

    /// - Parameter scope: what cannot be placed is refused in both alike.
    func snapshot(_ scope: ReadingScope) throws(Unplaced) -> PersonSnapshot {
        var person = PersonSnapshot(sourceID: try personID())
        let reader = ValueReader(dateOrder: settings.dateOrder)
        for field in SyncedField.allCases {
            guard let found = try fields.value(field.messageField), scope.includes(field) else { continue }
            let answer = reader.read(found.content, of: field)
            person.values[field] = answer.value
            if let note = answer.note { person.notes.append(note) }
        }
        if let found = try fields.value(.status), scope == .everything {
            let answer = reader.status(found.content)
            person.status = answer.value
            if let note = answer.note { person.notes.append(note) }
        }
        try readPrograms(into: &person)
        if person.sourceID.isEmpty { try checkName(of: person) }
        let isKnown = ZenPlannerSettings.personFields.contains {
            $0 != .personId && $0 != .event && fields.carries($0)
        }
        guard isKnown else { throw nothingKnown() }
        return person
    }

    private func readPrograms(into person: inout PersonSnapshot) throws(Unplaced) {
        guard let found = try fields.value(.programs) else { return }
        let answer = try ProgramList(field: found.name, names: settings.programEntryNames).answer(found.content)
        person.notes += answer.notes
        person.lacksPrograms = answer.isPartial
        // A list of which nothing could be read says nothing.
        person.programs = answer.isPartial && answer.memberships.isEmpty ? nil : answer.memberships
        if person.programs == nil { person.lacksPrograms = false }
    }

    /// Names that mean nothing in a person's message.
    var unknownNames: [String] { fields.names { ZenPlannerSettings.personFields.contains($0) } }

    private func personID() throws(Unplaced) -> String {
        let found = try fields.value(.personId) { a, b in
            guard case .id(let first) = ValueReader.id(a), case .id(let second) = ValueReader.id(b) else {
                return a.means(b)
            }
            return SourceID.isSame(first, second)
        }
        guard let found else {
            if !needsID { return "" }
            throw Unplaced(
                """
                The message has no field named personId, so it does not say whose it is; it carries \
                \(listed(fields.message.names)). If one of these is the Zen Planner id, set zenPlanner.fields.personId to its \
                name in the configuration, then retry this job.
                """)
        }
        switch ValueReader.id(found.content) {
        case .id(let id):
            guard id.utf8.count <= SourceID.longest else {
                throw Unplaced(
                    "The field \(quoted(found.name)) is longer than \(SourceID.longest) characters: \(quoted(id)).")
            }
            return id
        case .none:
            if !needsID { return "" }
            let shown = found.content.shown.tidied
            let what = shown.isEmpty ? "is empty" : "holds \(quoted(shown)), which is no id"
            throw Unplaced("The field \(found.name) \(what), so the message does not say whose it is.")
        case .damaged(let why):
            throw Unplaced(
                "The field \(found.name) holds \(quoted(found.content.shown)), which cannot be used: it \(why). So the "
                    + "message does not say whose it is.")
        }
    }

    private func checkName(of person: PersonSnapshot) throws(Unplaced) {
        for field in [SyncedField.firstName, .lastName, .email] where (person.values[field]?.text ?? "").isEmpty {
            let note = person.notes.first { $0.field == field.rawValue }.map { " " + $0.text } ?? ""
            throw Unplaced(
                """
                Without a Zen Planner id a person is known by first name, last name and e-mail together, and \
                \(field.rawValue) is missing.
                """ + note)
        }
        let length = [SyncedField.firstName, .lastName, .email].reduce(0) {
            $0 + (person.values[$1]?.text.utf8.count ?? 0)
        }
        guard length <= Self.longestName else {
            throw Unplaced(
                """
                Without a Zen Planner id a person is known by first name, last name and e-mail together, and these have \
                \(length) characters here, more than any person's: \(quoted(person.values[.firstName]?.text ?? "")). In \
                a file of separated values a quote that is never closed makes one of many rows.
                """)
        }
    }

    private func nothingKnown() -> Unplaced {
        let expected = SyncedField.allCases.map(\.rawValue) + ["status", "programs"]
        let carried = fields.names { $0 == .personId }
        return Unplaced(
            """
            Beside personId the message has no field that is known; it carries \
            \(carried.isEmpty ? "nothing else" : listed(carried)), where one of \(listed(expected)) is expected. \
            Set their names under zenPlanner.fields in the configuration, then retry this job.
            """)
    }
}

extension ZenPlannerSettings {
    /// The fields that mean something in a person's message.
    static let personFields: [MessageField] =
        SyncedField.allCases.map(\.messageField) + [.personId, .status, .programs, .event]

    /// Whether a name means something as it stands, in any message.
    func isKnown(_ name: FieldName) -> Bool { !names.uses(of: name).isEmpty }
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
}
