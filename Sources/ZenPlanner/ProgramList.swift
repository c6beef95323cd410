import ContactSync

/// Reads the field that lists a person's programs: an array of objects in JSON, the same as text in a form.
struct ProgramList {
    /// The field's name in the message, for sentences.
    let field: String
    let names: NameTable<ProgramEntryField>

    /// Far more than a person is in; a lane's durable state, where they end up, is bounded.
    static let mostEntries = 200

    func memberships(in content: MessageValue) throws(Unplaced) -> [ProgramMembership] {
        switch content {
        case .text(let text):
            if text.tidied.isEmpty { return [] }
            guard let value = MessageJSON.value(Array(text.utf8)), value.isStructure else {
                throw Unplaced("The field \(quoted(field)) is neither a JSON array nor empty: \(quoted(text)).")
            }
            return try memberships(in: value)
        case .object:
            return try memberships(of: [content])
        case .list(let entries):
            return try memberships(of: entries)
        }
    }

    private func memberships(of entries: [MessageValue]) throws(Unplaced) -> [ProgramMembership] {
        guard entries.count <= Self.mostEntries else {
            throw Unplaced(
                "The field \(quoted(field)) lists \(entries.count) programs; \(Self.mostEntries) are the most.")
        }
        var memberships: [ProgramMembership] = []
        for (index, entry) in entries.enumerated() {
            if let membership = try membership(entry, number: index + 1) { memberships.append(membership) }
        }
        return memberships
    }

    /// Nil for a program in which the person has no status: there is no tag to wear for it.
    private func membership(_ entry: MessageValue, number: Int) throws(Unplaced) -> ProgramMembership? {
        guard case .object(let members) = entry else {
            throw Unplaced("Entry \(number) of \(quoted(field)) is not an object with a name and a status.")
        }
        let program = Message(members.map { ($0.name, $0.content) })
        guard let name = try program.text(names[.name]), !name.isEmpty else {
            throw Unplaced(
                "Entry \(number) of \(quoted(field)) has no name; it carries \(listed(program.names)). "
                    + "See zenPlanner.programEntries.name.")
        }
        guard let status = try program.text(names[.status]) else {
            throw Unplaced(
                "Entry \(number) of \(quoted(field)) has no status; it carries \(listed(program.names)). "
                    + "See zenPlanner.programEntries.status.")
        }
        if status.isEmpty { return nil }
        let id = try program.text(names[.id]) ?? ""
        return ProgramMembership(id: id.isEmpty ? nil : id, name: name, status: status)
    }
}

extension MessageValue {
    fileprivate var isStructure: Bool { if case .text = self { false } else { true } }
}
