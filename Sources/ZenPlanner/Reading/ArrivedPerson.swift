import Connectors
import ContactSync
import DurableQueue

/// A person's message on its way into the queue: whose it is, and nothing that could be taken for the whole record.
struct ArrivedPerson: InboundChange {
    private let person: PersonSnapshot

    init(_ person: PersonSnapshot) { self.person = person }

    var subject: String { person.subject }
    var laneKeys: [LaneKey] { LaneKeys.keys(of: .person(person)) }
    var isGymWide: Bool { false }
}
