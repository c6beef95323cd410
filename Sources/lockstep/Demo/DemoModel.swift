/// The contacts that Keap must have in the end, worked out from the messages alone: no mirror, no plan, no queue.
struct DemoModel {
    /// One person's end, and the order in which their status had to show.
    struct Expected: Equatable {
        var person: DemoPerson
        var statuses: [String]
    }

    private(set) var people: [String: Expected] = [:]
    private(set) var bookings = DemoBookingModel()
    private(set) var programNames: [String: String]
    private(set) var deletedPrograms: Set<String> = []

    init(_ gym: DemoWorld.Gym, leavingOut sick: String) {
        programNames = [:]
        for message in gym.messages {
            switch message.meaning {
            case .person(let person) where person.id == sick: break
            case .person(let person): note(person)
            case .programRenamed(let id, let name): programNames[id] = name
            case .programDeleted(let id): forget(program: id)
            case .booking(let event): bookings.note(event)
            }
        }
    }

    func tagNames(of person: DemoPerson, originally names: [String: String]) -> Set<String> {
        var tags: Set<String> = ["ZP Status: \(person.status)"]
        for (id, status) in person.programs {
            if let name = programNames[id] ?? names[id] { tags.insert("ZP Program: \(name) - \(status)") }
        }
        return tags
    }

    private mutating func note(_ person: DemoPerson) {
        var statuses = people[person.id]?.statuses ?? []
        if statuses.last != person.status { statuses.append(person.status) }
        people[person.id] = Expected(person: person, statuses: statuses)
    }

    private mutating func forget(program: String) {
        deletedPrograms.insert(program)
        for id in people.keys { people[id]?.person.programs[program] = nil }
    }
}
