import Connectors
@testable import ContactSync
import DeterministicSimulation
import Keap
import Testing

@Suite(.timeLimit(.minutes(30))) struct ProgramChangeTests {
    private let renamed = ProgramChange.renamed(id: "p1", oldName: "Kids", newName: "Juniors")
    private let deleted = ProgramChange.deleted(id: "p1", name: "Kids")

    private func gymWithAna(_ change: (inout SyncSettings) -> Void = { _ in }) async throws -> (Gym, ContactID) {
        let gym = try Gym(change)
        await gym.deliver(.ana())
        gym.keap.forgetCalls()
        return (gym, try #require(gym.onlyContact))
    }

    private func announced(_ gym: Gym, _ change: ProgramChange, job: UInt64) -> Change {
        gym.keeper.announce(change, job: job)
        return .program(change)
    }

    @Test func `a renaming renames the tags in place, one call each, and touches no contact`() async throws {
        let (gym, id) = try await gymWithAna()
        let change = announced(gym, renamed, job: 2)
        #expect(await gym.deliver(change, job: 2, lane: "gym").isDone)
        #expect(gym.keap.calls.count == 1 && gym.keap.calls[0].hasPrefix("rename"))
        #expect(gym.tagNames(id) == ["ZP Program: Juniors - CURRENT", "ZP Status: Student"])

        gym.keap.forgetCalls()
        // Delivered again, and messages under both names: nothing to do.
        #expect(await gym.deliver(change, job: 2, lane: "gym").isDone)
        await gym.deliver(.ana(), job: 3)
        await gym.deliver(.ana { $0.programs![0].name = "Juniors" }, job: 4)
        await gym.deliver(.ana { $0.programs![0].id = nil }, job: 5)
        #expect(gym.keap.calls == [])
    }

    @Test func `a renaming that is told late unites the two names`() async throws {
        let gym = try Gym()
        let kids = PersonSnapshot.ana { $0.programs = [ProgramMembership(id: nil, name: "Kids", status: "HOLD")] }
        let juniors = PersonSnapshot.ana { person in
            person.sourceID = "zp-2"
            person.values[.firstName] = .value("Bo")
            person.programs = [ProgramMembership(id: nil, name: "Juniors", status: "CURRENT")]
        }
        await gym.deliver(kids, job: 1)
        await gym.deliver(juniors, job: 2)
        let change = announced(gym, .renamed(id: nil, oldName: "Kids", newName: "Juniors"), job: 3)
        #expect(await gym.deliver(change, job: 3, lane: "gym").isDone)
        #expect(gym.keeper.directory.programs.count == 1)
        gym.keap.forgetCalls()
        await gym.deliver(kids, job: 4)
        #expect(gym.keap.calls == [])
        #expect(
            gym.keap.with { $0.tags.values.map(\.name).sorted() } == [
                "ZP Program: Juniors - CURRENT", "ZP Program: Juniors - HOLD", "ZP Status: Student",
            ])
    }

    @Test func `where the new name's tag exists already, that one is used from then on`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { world in
            world.tags[TagID("77")] = KeapTag(id: TagID("77"), name: "ZP Program: Juniors - CURRENT")
        }
        let delivery = await gym.deliver(announced(gym, renamed, job: 2), job: 2, lane: "gym")
        #expect(delivery.notes?.first?.contains("has a tag \"ZP Program: Juniors - CURRENT\" already") == true)
        await gym.deliver(.ana(), job: 3)
        #expect(gym.tagNames(id) == ["ZP Program: Juniors - CURRENT", "ZP Status: Student"])
    }

    @Test func `a deleted program's tag comes off every contact and gets the prefix`() async throws {
        let (gym, id) = try await gymWithAna()
        let tag = try #require(gym.keap.with { $0.tags.values.first { $0.name.contains("Kids") } })
        gym.keap.with { world in
            for number in 1_000..<3_250 { world.people[ContactID(String(number))] = .init(tags: [tag.id]) }
        }
        let change = announced(gym, deleted, job: 2)
        #expect(await gym.deliver(change, job: 2, lane: "gym").isDone)
        #expect(gym.keap.with { world in world.people.values.allSatisfy { !$0.tags.contains(tag.id) } })
        #expect(gym.keap.with { $0.tags[tag.id]?.name } == "zp_deleted_ZP Program: Kids - CURRENT")
        // 2,251 wearers: four looks and 23 batches, then the renaming.
        #expect(gym.keap.calls.count == 4 + 23 + 1)

        gym.keap.forgetCalls()
        #expect(await gym.deliver(.program(deleted), job: 2, lane: "gym").isDone)
        // What Ana's mirror remembers of the tag needs no call either.
        await gym.deliver(.ana { $0.programs = [] }, job: 3)
        #expect(gym.keap.calls == [])
        #expect(gym.tagNames(id) == ["ZP Status: Student"])
    }

    @Test func `a contact that Keap refuses is named in a dead letter, and stops no other`() async throws {
        let (gym, _) = try await gymWithAna()
        let tag = try #require(gym.keap.with { $0.tags.values.first { $0.name.contains("Kids") } })
        gym.keap.with { world in
            for number in 1_000..<1_150 { world.people[ContactID(String(number))] = .init(tags: [tag.id]) }
            world.unremovable = [ContactID("1042")]
        }
        let delivery = await gym.deliver(announced(gym, deleted, job: 2), job: 2, lane: "gym")
        #expect(delivery.isDead && delivery.reason?.contains("tag \(tag.id) stays on contacts 1042") == true)
        #expect(gym.keap.with { world in world.people.filter { $0.value.tags.contains(tag.id) }.count } == 1)
        #expect(gym.keap.with { $0.tags[tag.id]?.name.hasPrefix("zp_deleted_") } == true)

        gym.keap.with { $0.unremovable = [] }
        #expect(await gym.deliver(.program(deleted), job: 2, lane: "gym").isDone)
        #expect(gym.keap.with { world in world.people.values.allSatisfy { !$0.tags.contains(tag.id) } })
    }

    @Test func `or is deleted, if the gym wants that`() async throws {
        let (gym, _) = try await gymWithAna { $0.onProgramDeleted = .delete }
        #expect(await gym.deliver(announced(gym, deleted, job: 2), job: 2, lane: "gym").isDone)
        #expect(gym.keap.with { $0.tags.values.map(\.name) } == ["ZP Status: Student"])
    }

    @Test func `a message accepted before the deletion brings no tag, one after it means a new program`() async throws {
        let (gym, id) = try await gymWithAna()
        let change = announced(gym, deleted, job: 3)
        // Planned while the deletion has not run yet.
        await gym.deliver(.ana { $0.programs![0].status = "HOLD" }, job: 2)
        #expect(gym.keap.calls == [])

        // The name is taken until the deletion has run.
        let after = PersonSnapshot.ana { person in person.programs![0].status = "CURRENT" }
        let waiting = await gym.deliver(after, job: 4)
        guard case .retry(let reason, _, let isDoubtful) = waiting else {
            Issue.record("expected a retry, got \(waiting)")
            return
        }
        #expect(reason.contains("still a deleted program's") && !isDoubtful)

        #expect(await gym.deliver(change, job: 3, lane: "gym").isDone)
        #expect(await gym.deliver(after, job: 4).isDone)
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Student"])
        #expect(gym.keap.with { $0.tags.values.filter { $0.name.hasPrefix("zp_deleted_") }.count } == 1)
        // A second life ends like the first, and its tags need names of their own.
        #expect(await gym.deliver(announced(gym, deleted, job: 5), job: 5, lane: "gym").isDone)
        #expect(gym.tagNames(id) == ["ZP Status: Student"])
        #expect(gym.keap.with { $0.tags.values.filter { $0.name.hasPrefix("zp_deleted_") }.count } == 2)
    }

    @Test func `a tombstone that cannot be saved stops the change before Keap hears of it`() async throws {
        let (gym, _) = try await gymWithAna()
        let change = announced(gym, deleted, job: 2)
        gym.fillDisk()
        guard case .retry(let reason, _, _) = await gym.deliver(change, job: 2, lane: "gym") else {
            Issue.record("expected a retry")
            return
        }
        #expect(reason.contains("could not be saved") && gym.keap.calls == [])
        gym.fillDisk(false)
        #expect(await gym.deliver(change, job: 2, lane: "gym").isDone)
    }

    @Test func `a deletion whose effect Keap never shows is left to a later try`() async throws {
        let (gym, id) = try await gymWithAna()
        let tag = try #require(gym.keap.with { $0.tags.values.first { $0.name.contains("Kids") } }).id
        gym.keap.onCall { [keap = gym.keap] name in
            if name.hasPrefix("wearers") { keap.with { _ = $0.people[id]!.tags.insert(tag) } }
        }
        guard case .retry(let reason, _, _) = await gym.deliver(announced(gym, deleted, job: 2), job: 2, lane: "gym")
        else {
            Issue.record("expected a retry")
            return
        }
        #expect(reason.contains("still lists contacts"))
    }

    @Test func `a deletion before anything else is known finds the tags that Keap has`() async throws {
        let gym = try Gym()
        gym.keap.with { world in
            world.categories[CategoryID("9")] = "Zen Planner"
            world.tags[TagID("20")] = KeapTag(
                id: TagID("20"), name: "ZP Program: Kids - CURRENT", category: CategoryID("9"))
        }
        gym.keap.put("50") { $0.tags = [TagID("20")] }
        #expect(await gym.deliver(announced(gym, deleted, job: 1), job: 1, lane: "gym").isDone)
        #expect(gym.keap.person(ContactID("50"))?.tags == [])
        #expect(gym.keap.with { $0.tags[TagID("20")]?.name } == "zp_deleted_ZP Program: Kids - CURRENT")
    }

    @Test func `a change of an unknown program, or that names none, does nothing`() async throws {
        let (gym, id) = try await gymWithAna()
        for (job, change) in [
            ProgramChange.deleted(id: "p9", name: nil), .renamed(id: "p8", oldName: nil, newName: "X"),
            .deleted(id: nil, name: " "), .renamed(id: nil, oldName: nil, newName: "Y"),
        ].enumerated() {
            #expect(
                await gym.deliver(announced(gym, change, job: UInt64(job + 2)), job: UInt64(job + 2), lane: "gym")
                    .isDone)
        }
        #expect(gym.keap.calls == [])
        #expect(gym.tagNames(id).count == 2)
    }

    @Test func `a deletion waits for adds that were let through, and stops later ones`() async throws {
        let (gym, _) = try await gymWithAna()
        let tag = try #require(gym.keap.with { $0.tags.values.first { $0.name.contains("Kids") } }).id
        let add = try #require(gym.keeper.beginAdding([tag]))
        let change = announced(gym, deleted, job: 2)
        #expect(gym.keeper.beginAdding([tag]) == nil)

        let keeper = gym.keeper
        async let delivery = gym.deliver(change, job: 2, lane: "gym")
        try await until { keeper.adds.waiting > 0 }
        // The deletion does not read who wears the tag before this add has ended.
        #expect(!gym.keap.calls.contains { $0.hasPrefix("wearers") })
        keeper.adds.end(add)
        #expect(await delivery.isDone)
        #expect(gym.keap.calls.contains { $0.hasPrefix("wearers") })
    }

    @Test func `a tag whose program is renamed while it is made gets the new name`() async throws {
        let (gym, id) = try await gymWithAna()
        let change = renamed
        gym.keap.onCall { [keeper = gym.keeper] name in
            if name == "create tag" { keeper.announce(change, job: 3) }
        }
        await gym.deliver(.ana { $0.programs![0].status = "HOLD" }, job: 2)
        #expect(gym.tagNames(id) == ["ZP Program: Juniors - HOLD", "ZP Status: Student"])
    }
}
