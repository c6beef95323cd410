import Connectors
@testable import ContactSync
import Keap
import Synchronization
import Testing

@Suite struct GoneTests {
    private func gymWithAna(_ change: (inout SyncSettings) -> Void = { _ in }) async throws -> (Gym, ContactID) {
        let gym = try Gym(change)
        await gym.deliver(.ana())
        gym.keap.forgetCalls()
        return (gym, try #require(gym.onlyContact))
    }

    private let moved = PersonSnapshot.ana { $0.values[.firstName] = .value("Anita") }

    @Test func `a contact deleted in Keap is made again`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { $0.people = [:] }
        #expect(await gym.deliver(moved, job: 2).isDone)
        let new = try #require(gym.onlyContact)
        #expect(new != id)
        #expect(gym.tagNames(new) == ["ZP Program: Kids - CURRENT", "ZP Status: Student"])
        #expect(try gym.mirror("zp-1").lost == nil)
    }

    @Test func `or left alone for good, if the gym wants that`() async throws {
        let (gym, _) = try await gymWithAna { $0.onContactDeleted = .leave }
        gym.keap.with { $0.people = [:] }
        #expect(await gym.deliver(moved, job: 2).notes?.first?.contains("left alone") == true)
        #expect(gym.keap.with { $0.people.isEmpty })
        gym.keap.forgetCalls()
        #expect(await gym.deliver(.ana(), job: 3).isDone)
        #expect(gym.keap.calls == [])
    }

    @Test func `the survivor of a merge is found`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { world in
            var survivor = world.people.removeValue(forKey: id)!
            survivor.tags = []
            world.people[ContactID("900")] = survivor
        }
        #expect(await gym.deliver(moved, job: 2).isDone)
        #expect(gym.onlyContact == ContactID("900"))
        #expect(gym.keap.person(ContactID("900"))?.given == "Anita")
        #expect(gym.tagNames(ContactID("900")).count == 2)
    }

    @Test func `a contact found gone while it is tagged is looked for again`() async throws {
        let (gym, _) = try await gymWithAna()
        gym.keap.with { $0.people = [:] }
        #expect(await gym.deliver(.ana { $0.programs = [] }, job: 2).isDone)
        let new = try #require(gym.onlyContact)
        #expect(gym.tagNames(new) == ["ZP Status: Student"])
    }

    @Test func `a tag deleted in Keap is made again when it is needed`() async throws {
        let (gym, id) = try await gymWithAna()
        await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2)
        gym.keap.with { world in
            for tag in world.tags.values where tag.name == "ZP Status: Student" { world.tags[tag.id] = nil }
        }
        #expect(await gym.deliver(.ana(), job: 3).isDone)
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Student"])
        #expect(gym.onlyContact == id)
    }

    @Test func `a 404 about a worn tag does not make a second contact`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { world in
            for tag in world.tags.values where tag.name == "ZP Status: Student" {
                world.tags[tag.id] = nil
                world.people[id]!.tags.remove(tag.id)
            }
        }
        #expect(await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2).isDone)
        #expect(gym.onlyContact == id)
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Alumni"])
        #expect(gym.keap.calls == ["tags named", "create tag", "remove \(id)", "read \(id)", "apply \(id)"])
    }

    @Test func `a tag renamed in Keap stays the same tag`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { world in
            for tag in world.tags.values where tag.name == "ZP Status: Student" {
                world.tags[tag.id]!.name = "Our students"
            }
        }
        await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2)
        await gym.deliver(.ana(), job: 3)
        #expect(gym.tagNames(id) == ["Our students", "ZP Program: Kids - CURRENT"])
    }

    @Test func `a custom field deleted in Keap is made again`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { world in
            for field in world.fields.values where field.label == "Prospect Source" {
                world.fields[field.id] = nil
                world.people[id]!.custom[field.id] = nil
            }
        }
        #expect(await gym.deliver(.ana { $0.values[.prospectSource] = .value("Radio") }, job: 2).isDone)
        #expect(gym.custom("Prospect Source", of: id) == "Radio")
        #expect(gym.custom("Zen Planner ID", of: id) == "zp-1")
    }

    @Test func `so is the one that contacts are found by`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { world in
            world.fields = [:]
            world.people[id]!.custom = [:]
        }
        // Met anew, in another lane's eyes: found by name.
        try gym.restart()
        #expect(await gym.deliver(.person(.ana()), job: 2, lane: "fresh").isDone)
        #expect(gym.onlyContact == id)
        #expect(gym.custom("Zen Planner ID", of: id) == "zp-1")
    }

    @Test func `a refusal that has nothing to do with custom fields is final`() async throws {
        let (gym, _) = try await gymWithAna()
        gym.keap.with { $0.faults = [1: .refused] }
        let delivery = await gym.deliver(.ana { $0.values[.prospectSource] = .value("Radio") }, job: 2)
        #expect(delivery.isDead)
        #expect(gym.keap.calls.suffix(1) == ["model"])
    }

    @Test func `a tag category deleted in Keap is made again`() async throws {
        let (gym, id) = try await gymWithAna()
        gym.keap.with { $0.categories = [:] }
        #expect(await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2).isDone)
        #expect(gym.tagNames(id).contains("ZP Status: Alumni"))
        #expect(gym.keap.with { $0.categories.count } == 1)
    }

    @Test func `a contact that is found and then gone, again and again, is left to a later try`() async throws {
        let (gym, _) = try await gymWithAna()
        let ids = Mutex(1_000)
        gym.keap.onCall { [keap = gym.keap] name in
            // Whatever is found dies before it is touched.
            if name == "search" {
                let id = ids.withLock { number in
                    number += 1
                    return String(number)
                }
                keap.put(id) { person in
                    person.given = "Ana"
                    person.family = "Ruiz"
                    person.emails = [EmailSlot(field: "EMAIL1", email: "ana@example.org")]
                }
            } else {
                keap.with { $0.people = [:] }
            }
        }
        let delivery = await gym.deliver(moved, job: 2)
        guard case .retry(let reason, _, let isDoubtful) = delivery else {
            Issue.record("expected a retry, got \(delivery)")
            return
        }
        #expect(reason.contains("keeps naming what it then does not know") && isDoubtful)
        #expect(gym.keap.calls.count < 20)
    }

    @Test func `a tag that Keap lists and says it does not know is not made a second time`() async throws {
        let (gym, id) = try await gymWithAna()
        await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2)
        let student = try #require(gym.keap.with { $0.tags.values.first { $0.name == "ZP Status: Student" }?.id })
        let before = gym.keap.with { world in
            world.answers[student] = .tagGone
            return world.tags.count
        }
        for job in UInt64(3)...5 {
            let delivery = await gym.deliver(.ana(), job: job)
            guard case .retry(let reason, _, let isDoubtful) = delivery else {
                Issue.record("expected a retry, got \(delivery)")
                return
            }
            #expect(reason.contains("says that it does not know it") && isDoubtful)
        }
        #expect(gym.keap.with { $0.tags.count } == before)
        gym.keap.with { $0.answers = [:] }
        #expect(await gym.deliver(.ana(), job: 6).isDone)
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Student"])
    }

    @Test func `a contact that Keap shows and says it does not know costs a few calls`() async throws {
        let (gym, id) = try await gymWithAna()
        await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2)
        gym.keap.with { world in
            for tag in world.tags.keys { world.answers[tag] = .contactGone }
        }
        gym.keap.forgetCalls()
        guard case .retry(_, _, let isDoubtful) = await gym.deliver(.ana(), job: 3) else {
            Issue.record("expected a retry")
            return
        }
        #expect(isDoubtful)
        #expect(gym.keap.calls.count < 20, "\(gym.keap.calls)")
        #expect(gym.onlyContact == id)
    }

    @Test func `a tag that Keap keeps losing is left to a later try`() async throws {
        let (gym, _) = try await gymWithAna()
        gym.keap.onCall { [keap = gym.keap] name in
            if name.hasPrefix("apply") { keap.with { $0.tags = [:] } }
        }
        let delivery = await gym.deliver(.ana { $0.status = .value("Alumni") }, job: 2)
        guard case .retry(let reason, _, let isDoubtful) = delivery else {
            Issue.record("expected a retry, got \(delivery)")
            return
        }
        #expect(reason.contains("keeps naming what") && isDoubtful)
        #expect(gym.keap.calls.count < 20)
    }
}
