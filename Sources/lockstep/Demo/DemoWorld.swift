import SeededRandom
import Foundation
import EmbeddedHTTP

/// The demo's world: three gyms, their people, and a day of changes in the order they are sent, all from one seed.
struct DemoWorld {
    struct Gym {
        var id: String
        var name: String
        var key: String
        var token: String
        var secret: String
        /// Whether its owner lets the demo's OAuth client in, instead of giving a key.
        var hasClient = false
        /// People whom Keap knows before Lockstep ever ran; the rest it meets for the first time.
        var known: [DemoPerson] = []
        var messages: [DemoMessage] = []

        /// The name of its Keap account.
        var app: String { "\(id).example" }
        /// By which the simulator finds it.
        var account: String { hasClient ? app : key }
    }

    private(set) var gyms: [Gym]
    /// The one person whose every write Keap refuses.
    let sick: (gym: String, person: String, email: String)

    var messageCount: Int { gyms.reduce(0) { $0 + $1.messages.count } }

    init(seed: UInt64, peoplePerGym: Int = 45, editsPerGym: Int = 95) {
        var random = SeededGenerator(seed: seed)
        let names = [
            ("downtown", "Downtown Boxing"), ("riverside", "Riverside Jiu Jitsu"), ("northgate", "Northgate Lifting"),
        ]
        gyms = names.map {
            Gym(
                id: $0.0, name: $0.1, key: "KeapAK-demo-\($0.0)", token: "demo-token-\($0.0)",
                secret: "demo-secret-\($0.0)")
        }
        for index in gyms.indices.dropLast() { gyms[index].hasClient = true }
        sick = ("riverside", Self.personID("riverside", 7), "person7@riverside.example")
        for index in gyms.indices {
            var day = DemoDay(gym: gyms[index].id, people: peoplePerGym, random: random)
            gyms[index].known = day.peopleKeapKnows()
            gyms[index].messages = day.withBookings(among: day.signUps() + day.edits(editsPerGym))
            random = day.random
        }
    }

    static func personID(_ gym: String, _ number: Int) -> String { "\(gym)-\(1000 + number)" }
}

/// A person as Zen Planner has them.
struct DemoPerson: Equatable {
    var id: String
    var firstName: String
    var lastName: String
    var email: String
    var mobilePhone: String
    var birthDate: String
    var address1: String
    var city: String
    var state: String
    var zip: String
    var signupDate: String
    var prospectSource: String
    var status: String
    /// Program id → membership status.
    var programs: [String: String]
}

struct DemoProgram: Equatable {
    var id: String
    var name: String
}

/// One message as it goes over the wire, with what it means for a model of the outcome.
struct DemoMessage {
    enum Meaning {
        case person(DemoPerson)
        case programRenamed(id: String, to: String)
        case programDeleted(id: String)
        case booking(DemoBookingEvent)
    }

    var meaning: Meaning
    var contentType: String
    var body: String
}

/// One gym's day: who signs up, and what changes afterwards.
struct DemoDay {
    private let gym: String
    private var people: [DemoPerson]
    private var programs: [DemoProgram]
    private(set) var random: SeededGenerator

    private static let firstNames = ["Ana", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai", "Lea"]
    private static let lastNames = ["Ruiz", "Ng", "Park", "Okoro", "Weiss", "Silva", "Novak", "Haddad", "Moreau"]
    private static let cities = [
        ("Denver", "CO", "80202"), ("Boulder", "Colorado", "80301"), ("Austin", "TX", "73301"),
    ]
    private static let statuses = ["Prospect", "Student", "Alumni"]
    private static let memberships = ["CURRENT", "HOLD", "CANCELED"]

    init(gym: String, people count: Int, random: SeededGenerator) {
        self.gym = gym
        self.random = random
        programs = ["Foundations", "Kids", "Open Mat", "Competition Team"].enumerated().map {
            DemoProgram(id: "\(gym)-p\($0.offset + 1)", name: $0.element)
        }
        people = []
        for number in 0..<count { people.append(newPerson(number)) }
    }

    /// Every ninth person is in Keap already, with a phone, a tag and a custom field of the gym's own.
    func peopleKeapKnows() -> [DemoPerson] {
        people.enumerated().filter { $0.offset % 9 == 4 }.map(\.element)
    }

    mutating func signUps() -> [DemoMessage] { people.map { message(about: $0) } }

    mutating func edits(_ count: Int) -> [DemoMessage] {
        var messages: [DemoMessage] = []
        for number in 0..<count {
            switch number {
            case count * 3 / 5: messages.append(rename())
            case count * 4 / 5: messages.append(delete())
            default: messages.append(edit(of: Int.random(in: people.indices, using: &random)))
            }
        }
        return messages
    }

    /// Every fourth person's worth of bookings: some by people of the gym, under the name that Zen Planner has, some by
    /// guests. Each event arrives somewhere in the day, whatever its own time.
    mutating func withBookings(among messages: [DemoMessage]) -> [DemoMessage] {
        var all = messages
        for number in 0..<max(4, people.count / 4) {
            let person = people[(number * 5 + 2) % people.count]
            let guest = DemoCustomer(name: "Guest No\(number % 3)", email: "guest\(number % 3)@\(gym).example")
            let member = DemoCustomer(name: "\(person.firstName) \(person.lastName)", email: person.email)
            let isGuest = number.isMultiple(of: 3) || person.id == DemoWorld.personID(gym, 7)
            for event in DemoBookingStory.events(
                number, id: "BKNG-\(gym)-\(number)", of: isGuest ? guest : member, from: number * 12)
            {
                let message = DemoMessage(
                    meaning: .booking(event), contentType: "application/json", body: Self.json(event.body))
                all.insert(message, at: Int.random(in: 0...all.count, using: &random))
            }
        }
        return all
    }

    private mutating func newPerson(_ number: Int) -> DemoPerson {
        let city = Self.cities.randomElement(using: &random)!
        return DemoPerson(
            id: DemoWorld.personID(gym, number), firstName: Self.firstNames.randomElement(using: &random)!,
            lastName: Self.lastNames.randomElement(using: &random)!, email: "person\(number)@\(gym).example",
            mobilePhone: "303-555-\(String(1000 + number))",
            birthDate: "19\(Int.random(in: 60...99, using: &random))-0\(Int.random(in: 1...9, using: &random))-14",
            address1: "\(100 + number) Main Street", city: city.0, state: city.1, zip: city.2,
            signupDate: "2026-02-\(Int.random(in: 10...28, using: &random))",
            prospectSource: ["Facebook", "Walk-in", "Referral"].randomElement(using: &random)!,
            status: Self.statuses[Int.random(in: 0...1, using: &random)],
            programs: [programs.randomElement(using: &random)!.id: "CURRENT"])
    }

    private mutating func edit(of index: Int) -> DemoMessage {
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: break  // Zen Planner repeats itself
        case 2, 3, 4: people[index].status = Self.statuses.randomElement(using: &random)!
        case 5, 6:
            if let program = programs.randomElement(using: &random) {
                people[index].programs[program.id] = Self.memberships.randomElement(using: &random)!
            }
        case 7: people[index].mobilePhone = "720-555-\(Int.random(in: 1000...9999, using: &random))"
        case 8: people[index].address1 = "\(Int.random(in: 1...99, using: &random)) Elm Avenue"
        default: people[index].prospectSource = people[index].prospectSource.isEmpty ? "Referral" : ""
        }
        return message(about: people[index])
    }

    private mutating func rename() -> DemoMessage {
        let old = programs[0]
        programs[0].name = "Fundamentals"
        let body = "event=program.renamed&programId=\(old.id)&oldName=\(old.name)&newName=Fundamentals"
        return DemoMessage(
            meaning: .programRenamed(id: old.id, to: "Fundamentals"), contentType: Self.form, body: body)
    }

    private mutating func delete() -> DemoMessage {
        let gone = programs.remove(at: 2)
        for index in people.indices { people[index].programs[gone.id] = nil }
        let name = gone.name.replacing(" ", with: "+")
        return DemoMessage(
            meaning: .programDeleted(id: gone.id), contentType: Self.form,
            body: "event=program.deleted&programId=\(gone.id)&name=\(name)")
    }

    /// Forms and JSON by turns, since it is unknown which of them a Zen Planner account sends.
    private mutating func message(about person: DemoPerson) -> DemoMessage {
        let memberships = person.programs.sorted { $0.key < $1.key }.compactMap { entry in
            programs.first { $0.id == entry.key }.map { ["id": $0.id, "name": $0.name, "status": entry.value] }
        }
        let fields: [(name: String, value: String)] = [
            ("personId", person.id), ("firstName", person.firstName), ("lastName", person.lastName),
            ("email", person.email), ("mobilePhone", person.mobilePhone), ("birthDate", person.birthDate),
            ("address1", person.address1), ("city", person.city), ("state", person.state), ("zip", person.zip),
            ("country", "US"), ("signupDate", person.signupDate), ("prospectSource", person.prospectSource),
            ("status", person.status),
        ]
        if Bool.random(using: &random) {
            var object: [String: Any] = ["programs": memberships]
            for (name, value) in fields { object[name] = value }
            return DemoMessage(meaning: .person(person), contentType: "application/json", body: Self.json(object))
        }
        let form = FormBody.encoded(fields + [("programs", Self.json(memberships))])
        return DemoMessage(
            meaning: .person(person), contentType: Self.form, body: String(decoding: form, as: UTF8.self))
    }

    private static let form = "application/x-www-form-urlencoded"

    private static func json(_ value: Any) -> String {
        // The value is made of strings, arrays and dictionaries just above, which JSON always takes.
        let data = try! JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }
}
