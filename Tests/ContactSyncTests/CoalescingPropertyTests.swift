import SeededRandom
import Keap
import Testing

@testable import ContactSync

/// Random histories of one person, delivered one by one and as far as possible together, side by side.
@Suite struct CoalescingPropertyTests {
    private struct Story {
        var settings = SyncSettings()
        var known: FakeKeap.Person?
        /// All that waits, in the order of acceptance.
        var jobs: [(job: UInt64, change: Change)] = []

        init(seed: Int, coalesce: Coalescing) {
            var random = SeededGenerator(seed: UInt64(seed))
            settings.coalesce = coalesce
            // Without a phone some messages would make no contact at all.
            for field in PolicyField.allCases where field != .mobilePhone && random.chance(15) {
                settings.policies[field] = random.pick(FieldPolicy.allCases)
            }
            if random.chance(50) { known = Story.stranger(&random) }
            var life = 1
            for job in UInt64(1)...UInt64(Int.random(in: 2...14, using: &random)) {
                if random.chance(8) {
                    jobs.append((job, .program(.deleted(id: "p\(life)", name: "Kids"))))
                    life += 1
                } else {
                    jobs.append((job, .person(Story.message(program: "p\(life)", &random))))
                }
            }
        }

        private static func stranger(_ random: inout SeededGenerator) -> FakeKeap.Person {
            var person = FakeKeap.Person()
            (person.given, person.family) = (random.pick(["Ana", "Anna"]), "Ruiz")
            person.emails = [EmailSlot(field: "EMAIL1", email: random.pick(["ana@example.org", "ruiz@example.org"]))]
            if random.chance(50) { person.phones = [PhoneSlot(field: "PHONE2", number: "303-555-0100")] }
            if random.chance(50) { person.birthDate = "1999-09-09" }
            return person
        }

        private static func message(program: String, _ random: inout SeededGenerator) -> PersonSnapshot {
            var person = PersonSnapshot(sourceID: "zp-1")
            func say(_ percent: Int, _ field: SyncedField, _ texts: [String]) {
                if random.chance(percent) { person.values[field] = FieldValue(random.pick(texts)) }
            }
            say(90, .firstName, ["Ana", "Ana", "Ana", "Anna"])
            say(90, .lastName, ["Ruiz"])
            // Something to reach the person by must be there from the beginning.
            person.values[.mobilePhone] = .value(random.pick(["303-555-0100", "303-555-0100", "720-555-0111"]))
            say(70, .email, ["ana@example.org", "ana@example.org", "ruiz@example.org", "", "nonsense"])
            say(40, .birthDate, ["", "2001-02-03", "2002-03-04"])
            say(40, .prospectSource, ["", "Radio", String(repeating: "x", count: 300)])
            if random.chance(60) {
                let wholly = random.chance(70)
                let (state, country) = random.pick([
                    ("CO", "US"), ("Ontario", "Canada"), ("", ""), ("CO", "Canada"), ("NY", ""),
                ])
                person.values[.city] = FieldValue(random.pick(["Denver", "Boulder", ""]))
                if wholly || random.chance(50) { person.values[.state] = FieldValue(state) }
                if wholly || random.chance(50) { person.values[.country] = FieldValue(country) }
            }
            if random.chance(80) {
                person.status = FieldValue(random.pick(["Student", "Student", "student", "Hold", ""]))
            }
            if random.chance(70) {
                let standing = random.pick(["CURRENT", "CURRENT", "Current", "HOLD"])
                person.programs =
                    random.chance(80) ? [ProgramMembership(id: program, name: "Kids", status: standing)] : []
            }
            return person
        }
    }

    /// What Keap has in the end, and what came and went on the way, in names.
    private struct Ending: Equatable {
        var people: [String] = []
        var transitions: [String] = []
    }

    /// - Parameter folds: whether what goes together is delivered together.
    private func tell(_ story: Story, folds: Bool) async throws -> (ending: Ending, deliveries: Int) {
        let gym = try Gym { $0 = story.settings }
        if let known = story.known { gym.keap.put("500", { $0 = known }) }
        // Everything waits: gym-wide changes are known before the first delivery, and run in a lane of their own.
        var waiting: [(job: UInt64, person: PersonSnapshot)] = []
        for (job, change) in story.jobs {
            if case .program(let change) = change { gym.keeper.announce(change, job: job) }
            if case .person(let person) = change { waiting.append((job, person)) }
        }
        var deliveries = 0
        while let first = waiting.first {
            var fold = SnapshotCoalescer(
                first.person, job: first.job, mirror: try gym.mirror("zp-1"), directory: gym.keeper.directory,
                settings: story.settings)
            let others = waiting.dropFirst().prefix { folds && fold.take($0.person, job: $0.job) }
            waiting.removeFirst(1 + others.count)
            deliveries += 1
            let delivery = await gym.deliver(.person(fold.person), job: others.last?.job ?? first.job, lane: "zp-1")
            #expect(delivery.isDone, "\(delivery.reason ?? "")")
        }
        for (job, change) in story.jobs {
            if case .program = change { #expect(await gym.deliver(change, job: job, lane: "gym").isDone) }
        }
        return (ending(of: gym), deliveries)
    }

    private func ending(of gym: Gym) -> Ending {
        gym.keap.with { world in
            var ending = Ending()
            for (id, person) in world.people.sorted(by: { $0.key < $1.key }) {
                let custom = person.custom.map { "\(world.fields[$0]?.label ?? "?"): \($1)" }.sorted()
                let tags = person.tags.map { world.tags[$0]?.name ?? "?" }.sorted()
                var plain = person
                (plain.custom, plain.tags) = ([:], [])
                // A number that went and came back was written twice by the one, and by the other not at all.
                for place in plain.phones.indices { plain.phones[place].type = nil }
                ending.people.append("\(id): \(plain) \(custom) \(tags)")
            }
            ending.transitions = world.events.map { event in
                switch event {
                case .added(let tag, let id): "+\(world.tags[tag]?.name ?? "?") \(id)"
                case .removed(let tag, let id): "-\(world.tags[tag]?.name ?? "?") \(id)"
                }
            }
            return ending
        }
    }

    @Test func `together or one by one, Keap ends the same, and no tag transition is hidden`() async throws {
        var (messages, deliveries) = (0, 0)
        for seed in 1...150 {
            let story = Story(seed: seed, coalesce: .tags)
            let apart = try await tell(story, folds: false)
            let together = try await tell(story, folds: true)
            #expect(together.ending == apart.ending, "seed \(seed)")
            messages += apart.deliveries
            deliveries += together.deliveries
        }
        // Else the comparison says nothing.
        #expect(deliveries * 10 < messages * 9, "\(deliveries) deliveries of \(messages) messages")
    }

    @Test func `where only the latest counts, Keap ends the same all the same`() async throws {
        var (messages, deliveries) = (0, 0)
        for seed in 1...150 {
            let story = Story(seed: seed, coalesce: .latest)
            let apart = try await tell(story, folds: false)
            let together = try await tell(story, folds: true)
            // A tag is named after whoever was the first to ask for it.
            #expect(together.ending.people.map(\.folded) == apart.ending.people.map(\.folded), "seed \(seed)")
            messages += apart.deliveries
            deliveries += together.deliveries
        }
        #expect(deliveries * 10 < messages * 8, "\(deliveries) deliveries of \(messages) messages")
    }
}
