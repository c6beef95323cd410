/// The subject of a message: a person or a program.
enum MessageKind: Equatable {
    enum ProgramEvent { case renamed, deleted }

    case person
    case program(ProgramEvent)

    /// Zen Planner's own hooks carry the record and no event, hence a message without one is about a person.
    init(of message: CarriedFields<MessageField>) throws(Unplaced) {
        guard let event = try message.text(.event), !event.isEmpty else {
            self = .person
            return
        }
        switch event.lowercased().filter({ $0.isASCII && $0.isLetter }) {
        case "person", "personcreated", "personadded", "personupdated", "personchanged", "personsaved":
            self = .person
        case "programrenamed": self = .program(.renamed)
        case "programdeleted": self = .program(.deleted)
        // A person deleted in Zen Planner is not a person to bring to Keap, so nothing else is taken for an update.
        default:
            throw Unplaced(
                "The event is \(quoted(event)), which is not known; known are person, person.updated, "
                    + "program.renamed and program.deleted.")
        }
    }
}
