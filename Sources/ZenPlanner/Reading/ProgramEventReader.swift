import ContactSync

/// Reads a message that says that a program was renamed or deleted.
struct ProgramEventReader {
    let fields: CarriedFields<MessageField>

    func change(_ event: MessageKind.ProgramEvent) throws(Unplaced) -> ProgramChange {
        let id = try filled(.programId)
        let name = try filled(.programName)
        let old = try filled(.oldName)
        let new = try filled(.newName)
        switch event {
        case .renamed:
            // A plain `name` is the new one, unless that comes under its own name beside it.
            guard let newName = new ?? name else {
                throw missing("newName", in: "A renamed program")
            }
            let oldName = old ?? (new == nil ? nil : name)
            guard id != nil || oldName != nil else { throw missing("programId or oldName", in: "A renamed program") }
            return .renamed(id: id, oldName: oldName, newName: newName)
        case .deleted:
            let deleted = name ?? old
            guard id != nil || deleted != nil else {
                throw missing("programId or programName", in: "A deleted program")
            }
            return .deleted(id: id, name: deleted)
        }
    }

    private func filled(_ field: MessageField) throws(Unplaced) -> String? {
        guard let text = try fields.text(field), !text.isEmpty else { return nil }
        return text
    }

    private func missing(_ names: String, in what: String) -> Unplaced {
        Unplaced(
            "\(what) needs \(names); the message carries \(listed(fields.message.names)). Names can be set under "
                + "zenPlanner.fields in the configuration.")
    }
}
