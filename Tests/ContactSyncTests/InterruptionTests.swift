import Connectors
@testable import ContactSync
import Keap
import Testing

/// Every call of a gym's small life is made to fail once, in every way; what comes out must be the same.
@Suite struct InterruptionTests {
    struct Work: Sendable {
        var job: UInt64
        var lane: String
        var change: Change
    }

    static let life: [Work] = {
        let ana = PersonSnapshot.ana()
        let changed = PersonSnapshot.ana { person in
            person.status = .value("Alumni")
            person.values[.mobilePhone] = .value("720-555-0199")
            person.values[.city] = .value("Boulder")
            person.values[.firstName] = .value("Anita")
            person.programs = [
                ProgramMembership(id: "p1", name: "Kids", status: "HOLD"),
                ProgramMembership(id: "p2", name: "Camp", status: "CURRENT"),
            ]
        }
        let namesake = PersonSnapshot.ana { $0.sourceID = "zp-2" }
        return [
            Work(job: 1, lane: "zp-1", change: .person(ana)),
            Work(job: 2, lane: "zp-1", change: .person(changed)),
            Work(job: 3, lane: "zp-2", change: .person(namesake)),
            Work(job: 4, lane: "gym", change: .program(.renamed(id: "p1", oldName: "Kids", newName: "Juniors"))),
            Work(job: 5, lane: "gym", change: .program(.deleted(id: "p2", name: "Camp"))),
            Work(
                job: 6, lane: "zp-2",
                change: .person(
                    .ana { person in
                        person.sourceID = "zp-2"
                        person.programs = [ProgramMembership(id: "p2", name: "Camp", status: "CURRENT")]
                    })),
        ]
    }()

    /// What Keap holds at the end, without its ids.
    struct Outcome: Equatable {
        var people: [String]
        var tags: [String]
        var categories: Int
        var fields: [String]

        init(_ gym: Gym) {
            let world = gym.keap.with { $0 }
            people = world.people.map { id, person in
                let custom = person.custom.map { "\(world.fields[$0]?.label ?? "?")=\($1.text)" }.sorted()
                return "\(person.given) \(person.family) \(person.birthDate) \(person.emails.map(\.email)) "
                    + "\(person.phones.map(\.number)) \(person.addresses.map { $0.locality ?? "" }) \(custom) "
                    + "\(gym.tagNames(id))"
            }.sorted()
            tags = world.tags.values.map(\.name).sorted()
            categories = world.categories.count
            fields = world.fields.values.map(\.label).sorted()
        }
    }

    private func live(_ gym: Gym) async throws {
        for work in InterruptionTests.life {
            if case .program(let change) = work.change { gym.keeper.announce(change, job: work.job) }
            var delivery = try await gym.run(work.change, job: work.job, lane: work.lane)
            // A person looks at the dead letter, and has it tried again.
            if delivery?.isDead == true { delivery = try await gym.run(work.change, job: work.job, lane: work.lane) }
            #expect(delivery?.isDone == true, "job \(work.job): \(String(describing: delivery))")
        }
    }

    /// Whether some contact wore two status tags, or two of Kids, at one time.
    private func worstOverlap(_ gym: Gym) -> Int {
        let world = gym.keap.with { $0 }
        var worn: [ContactID: [String: Set<TagID>]] = [:]
        var worst = 0
        for event in world.events {
            switch event {
            case .added(let tag, let contact):
                worn[contact, default: [:]][family(world.tags[tag]), default: []].insert(tag)
                worst = max(worst, worn[contact]!.values.map(\.count).max() ?? 0)
            case .removed(let tag, let contact):
                worn[contact, default: [:]][family(world.tags[tag]), default: []].remove(tag)
            }
        }
        return worst
    }

    private func family(_ tag: KeapTag?) -> String {
        let name = tag?.name ?? ""
        return name.contains("Status") ? "status" : name.contains("Juniors") ? "Juniors" : name
    }

    @Test(arguments: [
        FakeKeap.Fault.unavailable, .doneUnclear, .notDoneUnclear, .refused, .diesAfter, .diesBefore,
    ])
    func `failing at any call changes nothing in the end`(fault: FakeKeap.Fault) async throws {
        let plain = try Gym()
        try await live(plain)
        let expected = Outcome(plain)
        let calls = plain.keap.calls.count
        #expect(expected.people.count == 2 && calls > 25 && worstOverlap(plain) == 1)

        for index in 0..<calls {
            let gym = try Gym()
            gym.keap.with { $0.faults = [index: fault] }
            try await live(gym)
            #expect(Outcome(gym) == expected, "\(fault) at call \(index): \(plain.keap.calls[index])")
            #expect(worstOverlap(gym) == 1, "\(fault) at call \(index): \(plain.keap.calls[index])")

            gym.keap.forgetCalls()
            for work in InterruptionTests.life where work.job == 2 || work.job == 6 {
                // The latest of each person again: there is nothing left to do.
                guard case .person(var person) = work.change else { continue }
                if work.job == 2 { person.programs?.removeLast() }
                await gym.deliver(.person(person), job: work.job + 10, lane: work.lane)
            }
            #expect(gym.keap.calls == [], "\(fault) at call \(index): \(plain.keap.calls[index])")
        }
    }

    @Test func `tags of which only some were done are in doubt, and the job is put back or tried again uncharged`()
        throws
    {
        var planner = Planner(
            DesiredContact(sourceID: "zp-1"), job: 1, mirror: Mirror(), settings: SyncSettings())
        #expect(
            planner.failed(.addTags([TagID("5")], to: ContactID("1")), .partly(.cancelled)) == .stop)
        #expect(planner.mirror.unclearTags.keys.map(\.text) == ["5"])
        #expect(DeliveryFailure.keap(.partly(.cancelled)).delivery(state: [1], doing: "x") == .interrupted(state: [1]))
        let retry = DeliveryFailure.keap(.partly(.unavailable(reason: "503"))).delivery(state: [1], doing: "x")
        guard case .retry(_, [1], isDoubtful: false) = retry else {
            Issue.record("it was \(retry)")
            return
        }
    }

    @Test func `what was read too long ago to be written back is read again`() {
        var planner = Planner(
            DesiredContact(sourceID: "zp-1"), job: 1, mirror: Mirror(), settings: SyncSettings())
        planner.contact = KeapContact(id: ContactID("1"))
        #expect(planner.failed(.update(ContactID("1"), ContactBody()), .stale) == .goOn)
        #expect(planner.contact == nil)
    }

    @Test func `a cancelled call leaves the job to be run again`() async throws {
        let gym = try Gym()
        gym.keap.with { $0.isDead = true }
        #expect(await gym.deliver(.ana()) == .interrupted(state: []) || gym.keap.calls.isEmpty)
        try gym.restart()
        #expect(await gym.deliver(.ana()).isDone)
    }
}
