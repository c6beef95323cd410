import Connectors
@testable import ContactSync
import DeterministicSimulation
import Keap
import Testing

@Suite(.timeLimit(.minutes(30))) struct ConcurrencyTests {
    @Test func `namesakes in two lanes at one moment become two contacts, each with their own id`() async throws {
        let gym = try Gym()
        // Everybody has searched before anybody creates, unless something keeps them apart.
        gym.keap.onCall { name in
            guard name.hasPrefix("create ") else { return }
            for _ in 0..<100 { await Task.yield() }
        }
        await withTaskGroup(of: Void.self) { group in
            for number in 1...8 {
                group.addTask {
                    await gym.deliver(.ana { $0.sourceID = "zp-\(number)" }, job: UInt64(number))
                }
            }
        }
        let ids = gym.keap.with { $0.people.keys.sorted() }
        #expect(ids.count == 8)
        #expect(Set(ids.compactMap { gym.custom("Zen Planner ID", of: $0) }).count == 8)
        #expect(ids.allSatisfy { gym.tagNames($0).count == 2 })
    }

    @Test func `the key of a name ignores case and blanks, and needs an address and a name`() {
        let other = PersonSnapshot.ana().with([(.email, "ANA@example.org"), (.lastName, " ruiz ")])
        #expect(other.nameKey == PersonSnapshot.ana().nameKey && other.nameKey != nil)
        #expect(other.with([(.firstName, "Ana R"), (.lastName, "uiz")]).nameKey != other.nameKey)
        #expect(other.with([(.email, "")]).nameKey == nil)
        #expect(other.with([(.firstName, ""), (.lastName, "")]).nameKey == nil)
    }

    @Test func `many lanes that need one new tag make one, and connect once`() async throws {
        let gym = try Gym()
        await withTaskGroup(of: Void.self) { group in
            for number in 1...20 {
                group.addTask {
                    await gym.deliver(
                        .ana { person in
                            person.sourceID = "zp-\(number)"
                            person.values[.firstName] = .value("Ana \(number)")
                        }, job: UInt64(number))
                }
            }
        }
        #expect(gym.keap.with { $0.people.count } == 20)
        #expect(gym.keap.calls.filter { $0 == "create tag" }.count == 2)
        #expect(gym.keap.calls.filter { $0 == "tags named" }.count == 2)
        #expect(gym.keap.calls.filter { $0 == "model" || $0 == "create category" }.count == 2)
    }

    @Test func `waiting for adds ends with the last of them, or when cancelled`() async throws {
        let adds = InFlightAdds()
        let (a, b) = (TagID("1"), TagID("2"))
        #expect(await adds.drained([a], job: 1))
        let both = adds.begin([a, b])
        let one = adds.begin([a])
        let waiter = Task { await adds.drained([a], job: 2) }
        let impatient = Task { await adds.drained([a, b], job: 3) }
        try await until { adds.waiting >= 2 }
        #expect(adds.addsAhead(of: 2) == 2 && adds.addsAhead(of: 1) == nil)
        impatient.cancel()
        #expect(await impatient.value == false)
        adds.end(both)
        #expect(adds.waiting == 1)
        adds.end(one)
        #expect(await waiter.value)
    }

    @Test func `a delivery that is cancelled while it waits for a namesake is interrupted`() async throws {
        let gym = try Gym()
        await gym.deliver(.ana { $0.sourceID = "zp-0" })
        gym.keap.forgetCalls()
        let first = AsyncStream<Void>.makeStream()
        let go = AsyncStream<Void>.makeStream()
        gym.keap.onCall { name in
            guard name == "create always" else { return }
            first.continuation.yield()
            for await _ in go.stream { break }
        }
        let holder = Task { await gym.deliver(.ana(), job: 2) }
        for await _ in first.stream { break }
        let waiter = Task { await gym.deliver(.ana { $0.sourceID = "zp-2" }, job: 3) }
        waiter.cancel()
        guard case .interrupted = await waiter.value else {
            Issue.record("expected an interruption")
            go.continuation.finish()
            return
        }
        go.continuation.finish()
        #expect(await holder.value.isDone)
    }
}
