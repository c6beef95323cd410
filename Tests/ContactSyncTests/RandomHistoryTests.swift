import Connectors
import SeededRandom
@testable import ContactSync
import Keap
import Testing

/// Random histories of a gym against a model that knows only what the source said.
@Suite struct RandomHistoryTests {
    /// The source: programs have lives (deleting ends one), and people are in lives.
    struct Source {
        struct Life {
            var id: String
            var name: String
            var isOver = false
        }

        struct Person {
            var values: [SyncedField: String] = [:]
            var status = ""
            var programs: [(life: Int, status: String)] = []
        }

        var lives: [Life] = []
        var people: [String: Person] = [:]
        var names = 0

        mutating func life(of id: String) -> Int {
            if let index = lives.firstIndex(where: { $0.id == id && !$0.isOver }) { return index }
            names += 1
            lives.append(Life(id: id, name: "Program \(names)"))
            return lives.count - 1
        }

        mutating func message(about id: String, _ random: inout SeededGenerator) -> PersonSnapshot {
            var person = people[id] ?? Person()
            var snapshot = PersonSnapshot(sourceID: id)
            func say(_ field: SyncedField, _ text: String) {
                person.values[field] = text
                snapshot.values[field] = FieldValue(text)
            }
            // Whoever sends a name sends all of what people are found by.
            say(.firstName, "First")
            say(.lastName, id)
            say(.mobilePhone, random.pick(["303-555-0100", "720-555-0111"]))
            if random.chance(50) { say(.email, random.pick(["", "a@example.org", "shared@example.org"])) }
            if random.chance(30) { say(.city, random.pick(["", "Denver", "Boulder"])) }
            if random.chance(30) { say(.birthDate, random.pick(["", "2001-02-03"])) }
            if random.chance(30) {
                say(.prospectSource, random.pick(["", "Radio", String(repeating: "x", count: 300)]))
            }
            if random.chance(70) {
                person.status = random.pick(["", "Student", "Prospect", "Alumni"])
                snapshot.status = FieldValue(person.status)
            }
            if random.chance(70) {
                var programs: [(life: Int, status: String)] = []
                for program in ["p1", "p2"] where random.chance(60) {
                    programs.append((life(of: program), random.pick(["CURRENT", "HOLD", "CANCELED", "Odd"])))
                }
                person.programs = programs
                snapshot.programs = programs.map {
                    ProgramMembership(id: lives[$0.life].id, name: lives[$0.life].name, status: $0.status)
                }
            }
            people[id] = person
            return snapshot
        }

        mutating func change(_ random: inout SeededGenerator) -> ProgramChange {
            let index = life(of: random.pick(["p1", "p2"]))
            let old = lives[index]
            if random.chance(50) {
                lives[index].isOver = true
                return .deleted(id: old.id, name: random.chance(50) ? old.name : nil)
            }
            names += 1
            lives[index].name = "Program \(names)"
            return .renamed(id: old.id, oldName: random.chance(50) ? old.name : nil, newName: lives[index].name)
        }

        func tags(of id: String) -> [String] {
            guard let person = people[id] else { return [] }
            var tags = person.programs.filter { !lives[$0.life].isOver }.map {
                "ZP Program: \(lives[$0.life].name) - \($0.status)"
            }
            if !person.status.isEmpty { tags.append("ZP Status: \(person.status)") }
            return tags.sorted()
        }
    }

    @Test(arguments: Array(1...60))
    func `after the last change Keap is what the source says`(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var source = Source()
        let gym = try Gym()
        var lanes: [String: [(job: UInt64, change: Change)]] = [:]
        var job: UInt64 = 0
        var left = 25
        for _ in 0..<3_000 {
            let busy = lanes.filter { !$0.value.isEmpty }.keys.sorted()
            if left == 0, busy.isEmpty { break }
            if left > 0, busy.isEmpty || random.chance(40) {
                left -= 1
                job += 1
                if random.chance(20) {
                    let change = source.change(&random)
                    gym.keeper.announce(change, job: job)
                    lanes["gym", default: []].append((job, .program(change)))
                } else {
                    let id = random.pick(["zp-1", "zp-2", "zp-3"])
                    lanes[id, default: []].append((job, .person(source.message(about: id, &random))))
                }
                continue
            }
            let lane = random.pick(busy)
            if random.chance(25) {
                let call = gym.keap.calls.count + Int.random(in: 0..<6, using: &random)
                let faults: [FakeKeap.Fault] = [.unavailable, .doneUnclear, .notDoneUnclear, .diesAfter, .diesBefore]
                let fault = random.pick(faults)
                gym.keap.with { $0.faults = [call: fault] }
            }
            let head = lanes[lane]!.first!
            let delivery = await gym.deliver(head.change, job: head.job, lane: lane)
            gym.keap.with { $0.faults = [:] }
            if gym.keap.with({ $0.isDead }) {
                try gym.restart()
                for (job, change) in lanes["gym"] ?? [] {
                    if case .program(let change) = change { gym.keeper.announce(change, job: job) }
                }
                continue
            }
            switch delivery {
            case .done: lanes[lane]!.removeFirst()
            case .dead(let reason, _):
                Issue.record("seed \(seed), job \(head.job): \(reason)")
                return
            case .retry, .interrupted: break
            }
        }
        #expect(lanes.values.allSatisfy { $0.isEmpty }, "seed \(seed) did not come to an end")
        expectEqual(gym, source, seed)

        // Everything that the source says now, told once more, costs nothing.
        gym.keap.forgetCalls()
        for (id, person) in source.people {
            var snapshot = PersonSnapshot(sourceID: id, status: FieldValue(person.status))
            for (field, text) in person.values { snapshot.values[field] = FieldValue(text) }
            snapshot.programs = person.programs.filter { !source.lives[$0.life].isOver }.map {
                ProgramMembership(
                    id: source.lives[$0.life].id, name: source.lives[$0.life].name, status: $0.status)
            }
            job += 1
            #expect(await gym.deliver(.person(snapshot), job: job, lane: id).isDone)
        }
        #expect(gym.keap.calls == [], "seed \(seed)")
    }

    private func expectEqual(_ gym: Gym, _ source: Source, _ seed: Int) {
        #expect(gym.keap.with { $0.people.count } == source.people.count, "seed \(seed)")
        for (id, said) in source.people {
            let found = gym.keap.with { $0.people.first { $0.value.family == id } }
            guard let (contact, person) = found else {
                Issue.record("seed \(seed): \(id) is not in Keap")
                continue
            }
            #expect(gym.tagNames(contact) == source.tags(of: id), "seed \(seed), \(id)")
            #expect(gym.custom("Zen Planner ID", of: contact) == id, "seed \(seed)")
            #expect(
                gym.custom("Prospect Source", of: contact) ?? "" == said.values[.prospectSource] ?? "", "seed \(seed)")
            #expect(person.emails.first?.email ?? "" == said.values[.email] ?? "", "seed \(seed), \(id)")
            #expect(person.phones.first?.number ?? "" == said.values[.mobilePhone] ?? "", "seed \(seed), \(id)")
            #expect(person.birthDate == said.values[.birthDate] ?? "", "seed \(seed), \(id)")
            #expect(person.addresses.first?.locality ?? "" == said.values[.city] ?? "", "seed \(seed), \(id)")
        }
    }
}

extension SeededGenerator {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
    mutating func pick<T>(_ items: [T]) -> T { items.randomElement(using: &self)! }
}
