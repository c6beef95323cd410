import Connectors
@testable import ContactSync
import Foundation
import Keap
import Testing

/// What is believed about a contact in Keap is renewed: by order, by a setting, and where the contact was lost.
@Suite struct ResyncTests {
    private func gymWithAna(_ change: (inout SyncSettings) -> Void = { _ in }) async throws -> (Gym, ContactID) {
        let gym = try Gym(change)
        await gym.deliver(.ana())
        gym.keap.forgetCalls()
        return (gym, try #require(gym.onlyContact))
    }

    private let resync = Change.contact(Resync(subject: "Zen Planner ID zp-1"))

    private func tag(_ name: String, _ gym: Gym) throws -> TagID {
        try #require(gym.keap.with { $0.tags.values.first { $0.name == name }?.id })
    }

    /// What Keap's users did by hand, and what is there after a resync: the same as before they did it.
    struct ByHand: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var change: @Sendable (inout FakeKeap.Person) -> Void
    }

    static let changes: [ByHand] = [
        ByHand(testDescription: "first name") { $0.given = "Anna" },
        ByHand(testDescription: "last name emptied") { $0.family = "" },
        ByHand(testDescription: "birth date") { $0.birthDate = "1999-01-01" },
        ByHand(testDescription: "e-mail") { $0.emails[0].email = "other@example.org" },
        ByHand(testDescription: "phone removed") { $0.phones = [] },
        ByHand(testDescription: "street") { $0.addresses[0].line1 = "2 Side St" },
        ByHand(testDescription: "city and state") { person in
            person.addresses[0].locality = "Boulder"
            person.addresses[0].regionCode = "US-WY"
        },
        ByHand(testDescription: "whole address removed") { $0.addresses = [] },
        ByHand(testDescription: "custom fields emptied, the ID too") { $0.custom = [:] },
        ByHand(testDescription: "all tags removed") { $0.tags = [] },
        ByHand(testDescription: "everything") { person in
            (person.given, person.family, person.emails, person.tags) = ("X", "Y", [], [])
        },
    ]

    @Test(arguments: changes)
    func `what was changed by hand is put back, and then costs nothing`(_ byHand: ByHand) async throws {
        let (gym, id) = try await gymWithAna()
        let before = try #require(gym.keap.person(id))
        gym.keap.with { byHand.change(&$0.people[id]!) }
        #expect(gym.keap.person(id) != before)

        #expect(await gym.deliver(resync, job: 2, lane: "zp-1").isDone)
        #expect(gym.keap.person(id) == before)
        #expect(gym.onlyContact == id)

        gym.keap.forgetCalls()
        await gym.deliver(.ana(), job: 3)
        #expect(gym.keap.calls == [])
        await gym.deliver(resync, job: 4, lane: "zp-1")
        #expect(gym.keap.calls == ["read \(id)"])
    }

    @Test func `foreign tags and fields stay, tags of ours that are not wanted come off`() async throws {
        let (gym, id) = try await gymWithAna()
        await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2)
        let student = try tag("ZP Status: Student", gym)
        gym.keap.with { world in
            world.people[id]!.tags.insert(student)
            world.people[id]!.tags.insert(TagID("900"))
            world.tags[TagID("900")] = KeapTag(id: TagID("900"), name: "VIP", category: nil)
            world.people[id]!.texts[.jobTitle] = "Trainer"
        }
        await gym.deliver(resync, job: 3, lane: "zp-1")
        #expect(gym.tagNames(id) == ["VIP", "ZP Program: Kids - CURRENT", "ZP Status: Alumni"])
        #expect(gym.keap.person(id)?.texts[.jobTitle] == "Trainer")
    }

    @Test func `a worn tag that was deleted in Keap is made again`() async throws {
        let (gym, id) = try await gymWithAna()
        let student = try tag("ZP Status: Student", gym)
        gym.keap.with { world in
            world.tags[student] = nil
            world.people[id]!.tags.remove(student)
        }
        #expect(await gym.deliver(resync, job: 2, lane: "zp-1").isDone)
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Student"])
    }

    @Test func `a contact that is gone is made again with all that it held`() async throws {
        let (gym, id) = try await gymWithAna()
        let before = try #require(gym.keap.person(id))
        gym.keap.with { $0.people = [:] }
        #expect(await gym.deliver(resync, job: 2, lane: "zp-1").isDone)
        let new = try #require(gym.onlyContact)
        #expect(gym.keap.person(new) == before)
    }

    @Test func `a contact that is gone is made again though the message tells only a status`() async throws {
        let (gym, _) = try await gymWithAna()
        gym.keap.with { $0.people = [:] }
        let message = PersonSnapshot(sourceID: "zp-1", status: .value("Alumni"))
        #expect(await gym.deliver(message, job: 2).isDone)
        let new = try #require(gym.onlyContact)
        #expect(gym.tagNames(new) == ["ZP Program: Kids - CURRENT", "ZP Status: Alumni"])
        #expect(gym.keap.person(new)?.emails.first?.email == "ana@example.org")
        #expect(gym.custom("Zen Planner ID", of: new) == "zp-1")
        #expect(try gym.mirror("zp-1").remembered == nil)
    }

    @Test func `a gone contact is made again across a crash at every call`() async throws {
        for call in 0..<12 {
            let (gym, _) = try await gymWithAna()
            gym.keap.with { world in
                world.people = [:]
                world.faults[world.calls.count + call] = .diesAfter
            }
            let message = PersonSnapshot(sourceID: "zp-1", status: .value("Alumni"))
            #expect(try await gym.run(.person(message), job: 2, lane: "zp-1")?.isDone == true, "call \(call)")
            let new = try #require(gym.onlyContact, "call \(call)")
            #expect(gym.tagNames(new) == ["ZP Program: Kids - CURRENT", "ZP Status: Alumni"], "call \(call)")
            #expect(gym.keap.person(new)?.given == "Ana", "call \(call)")
        }
    }

    @Test func `a gym that respects deletions leaves a deleted contact alone`() async throws {
        let (gym, _) = try await gymWithAna { $0.onContactDeleted = .leave }
        gym.keap.with { $0.people = [:] }
        #expect(await gym.deliver(resync, job: 2, lane: "zp-1").isDone)
        #expect(await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 3).isDone)
        #expect(gym.keap.with { $0.people.isEmpty })
    }

    @Test func `with verify, any message puts back what it does not speak of`() async throws {
        let (gym, id) = try await gymWithAna { $0.verify = true }
        gym.keap.with { $0.people[id]!.family = "Renamed" }
        await gym.deliver(PersonSnapshot(sourceID: "zp-1", status: .value("Student")), job: 2)
        #expect(gym.keap.person(id)?.family == "Ruiz")
        gym.keap.forgetCalls()
        await gym.deliver(.ana(), job: 3)
        #expect(gym.keap.calls == ["read \(id)"])
    }

    @Test func `without verify, a message that repeats itself costs nothing`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { $0.people[id]!.family = "Renamed" }
        await gym.deliver(.ana(), job: 2)
        #expect(gym.keap.calls == [])
    }

    @Test func `policies count for what is put back`() async throws {
        let (gym, id) = try await gymWithAna { settings in
            settings.policies[.firstName] = .ignore
            settings.policies[.birthDate] = .fillEmpty
        }
        gym.keap.with { world in
            world.people[id]!.given = "Anna"
            world.people[id]!.birthDate = "1999-01-01"
        }
        await gym.deliver(resync, job: 2, lane: "zp-1")
        #expect(gym.keap.person(id)?.given == "Anna")
        #expect(gym.keap.person(id)?.birthDate == "1999-01-01")
    }

    @Test func `where the memory is older than Keap, the next message reads first and nothing old is put back`()
        async throws
    {
        let (gym, id) = try await gymWithAna()
        // The journal was copied here; then Keap was told more, with a tag that the copy does not know.
        gym.keap.with { world in
            world.tags[TagID("800")] = KeapTag(
                id: TagID("800"), name: "ZP Status: Alumni", category: world.categories.keys.first)
            world.people[id]!.tags = [TagID("800")]
            world.people[id]!.family = "Newer"
        }
        try await gym.keeper.doubtEverything()

        await gym.deliver(PersonSnapshot(sourceID: "zp-1", status: .value("Student")), job: 2)
        #expect(gym.tagNames(id) == ["ZP Status: Student"])
        #expect(gym.keap.person(id)?.family == "Newer")
        gym.keap.forgetCalls()
        await gym.deliver(PersonSnapshot(sourceID: "zp-1", status: .value("Student")), job: 3)
        #expect(gym.keap.calls == [])
    }

    @Test func `notes of the latest message outlive a resync`() async throws {
        let (gym, _) = try await gymWithAna()
        await gym.deliver(.ana { $0.values[.country] = .value("Atlantis") }, job: 2)
        let notes = try gym.mirror("zp-1").attention
        #expect(!notes.isEmpty)
        await gym.deliver(resync, job: 3, lane: "zp-1")
        #expect(try gym.mirror("zp-1").attention == notes)
    }

    @Test func `a long value that is still there is not taken for changed`() async throws {
        let (gym, id) = try await gymWithAna()
        let long = String(repeating: "word ", count: 80).trimmingCharacters(in: .whitespaces)
        await gym.deliver(.ana { $0.values[.prospectSource] = .value(long) }, job: 2)
        await gym.deliver(resync, job: 3, lane: "zp-1")
        gym.keap.forgetCalls()
        await gym.deliver(.ana { $0.values[.prospectSource] = .value(long) }, job: 4)
        #expect(gym.keap.calls == [])
        #expect(gym.custom("Prospect Source", of: id) == long)
    }

    @Test func `a mirror of an earlier version is read, and one with what is to be put back survives`() throws {
        let old = try Mirror(bytes: Array(#"{"version":2,"contact":"7","fields":{"lastName":"Ruiz"},"tags":{}}"#.utf8))
        #expect(old.generation == 0 && old.remembered == nil)
        var mirror = old
        mirror.remember(isGone: true)
        mirror.generation = 3
        #expect(try Mirror(bytes: mirror.bytes) == mirror)
    }
}
