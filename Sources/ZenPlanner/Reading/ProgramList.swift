import Connectors
import ContactSync
import WireFormats

/// Reads the field that lists a person's programs: an array of objects in JSON, the same as text in a form.
///
/// An entry that cannot be used is left out and noted; what is worn for programs that the others do not name then stays.
struct ProgramList {
    struct Answer: Equatable {
        var memberships: [ProgramMembership] = []
        var notes: [AttentionNote] = []
        /// Whether an entry was left out, so that what is missing from `memberships` says nothing.
        var isPartial: Bool { !notes.isEmpty }
    }

    /// The field's name in the message, for sentences.
    let field: String
    let names: NameTable<ProgramEntryField>

    /// Far more than a person is in; a lane's durable state, where they end up, is bounded.
    static let mostEntries = 200

    func answer(_ content: MessageValue) throws(Unplaced) -> Answer {
        switch content {
        case .null: return Answer()
        case .object: return try answer([content])
        case .list(let entries): return try answer(entries)
        case .flag, .number: return unusable(content, "holds no list of programs")
        case .text(let text), .broken(let text):
            let tidy = text.tidied
            if tidy.isEmpty { return Answer() }
            if Placeholder.isOne(tidy) { return unusable(content, "holds no list of programs") }
            guard let node = try? JSONReader.read(Array(text.utf8)) else {  // a name, or half a list
                return unusable(content, "is no JSON array of programs, each with a name and a status")
            }
            switch MessageValue(node) {
            case .list(let entries): return try answer(entries)
            case .object(let members): return try answer([.object(members)])
            case .null: return Answer()
            default: return unusable(content, "is no JSON array of programs, each with a name and a status")
            }
        }
    }

    private func answer(_ entries: [MessageValue]) throws(Unplaced) -> Answer {
        guard entries.count <= Self.mostEntries else {
            throw Unplaced(
                "The field \(quoted(field)) lists \(entries.count) programs; \(Self.mostEntries) are the most.")
        }
        var answer = Answer()
        for (index, entry) in entries.enumerated() {
            switch try membership(entry) {
            case .success(let membership): if let membership { answer.memberships.append(membership) }
            case .failure(let problem):
                answer.notes.append(note(entry, "Entry \(index + 1) of \(quoted(field)) \(problem.sentence)"))
            }
        }
        return answer
    }

    private struct Problem: Error { var sentence: String }

    /// Nil for a program in which the person has no status: it gets no tag.
    private func membership(_ entry: MessageValue) throws(Unplaced) -> Result<ProgramMembership?, Problem> {
        if entry == .null { return .success(nil) }
        guard case .object(let members) = entry else {
            return .failure(Problem(sentence: "is not an object with a name and a status"))
        }
        let program = CarriedFields(Message(members), names)
        guard let name = try usable(program, .name) else {
            return .failure(
                Problem(
                    sentence: "has no name that can be used; it carries \(listed(program.message.names)). "
                        + "See zenPlanner.programEntries.name"))
        }
        guard program.carries(.status) else {
            return .failure(
                Problem(
                    sentence:
                        "has no status; it carries \(listed(program.message.names)). See zenPlanner.programEntries.status"
                ))
        }
        guard let status = try program.value(.status) else { return .success(nil) }
        if case .text(let text) = status.content, text.tidied.isEmpty { return .success(nil) }
        guard let word = ValueReader.word(status.content) else {
            return .failure(Problem(sentence: "has a status that cannot be used: \(quoted(status.content.shown))"))
        }
        var id: String?
        if let given = try program.value(.id), case .id(let text) = ValueReader.id(given.content) { id = text }
        return .success(ProgramMembership(id: id, name: name, status: word))
    }

    private func usable(_ program: CarriedFields<ProgramEntryField>, _ field: ProgramEntryField) throws(Unplaced)
        -> String?
    {
        guard let found = try program.value(field) else { return nil }
        return ValueReader.word(found.content)
    }

    private func unusable(_ content: MessageValue, _ why: String) -> Answer {
        Answer(notes: [note(content, "The field \(quoted(field)) \(why)")])
    }

    private func note(_ content: MessageValue, _ sentence: String) -> AttentionNote {
        AttentionNote(
            sentence + ". It was left out, and its tags stay as they are.", field: MessageField.programs.rawValue,
            value: content.shown)
    }
}
