import AsyncPrimitives
@testable import ContactSync
import DeterministicSimulation
import Keap
import Synchronization
import Testing

/// Imports wait for budget that live changes have; what an import holds must not make a live change wait with it.
@Suite(.timeLimit(.minutes(30))) struct PriorityTests {
    private func person(_ id: String, _ name: String) -> Change {
        .person(
            .ana { person in
                person.sourceID = id
                person.values[.firstName] = .value(name)
            })
    }

    /// A gym that is set up; imports get no permit until the gate opens.
    private func gym(_ gate: Gate) async throws -> Gym {
        let gym = try Gym()
        await gym.deliver(.ana { $0.sourceID = "zp-0" })
        gym.keap.with { world in (world.people, world.calls) = ([:], []) }
        gym.keap.beforePermit { _, isImport in if isImport { await gate.pass() } }
        return gym
    }

    @Test(arguments: [["search"], ["search", "search"], ["search", "search", "create"]])
    func `a live change does not wait behind an import row of the same address`(given: [String]) async throws {
        let gate = Gate()
        let gym = try await gym(gate)
        // The import gets so far, and then no further permit.
        let left = Mutex(given.count)
        gym.keap.beforePermit { name, isImport in
            guard isImport else { return }
            if left.withLock({ left in
                defer { left -= 1 }; return left > 0
            }) {
                return
            }
            await gate.pass()
        }
        let row = Task { await gym.deliver(person("zp-1", "Row"), job: 2, isImport: true, lane: "zp-1") }
        try await until { gate.waiting > 0 }
        let live = await gym.deliver(person("zp-2", "Live"), job: 3, lane: "zp-2")
        #expect(live.isDone)
        #expect(try gym.mirror("zp-2").contact != nil)
        gate.open()
        #expect(await row.value.isDone)
        #expect(gym.keap.with { $0.people.count } == 2)
    }

    @Test func `of those that wait for an address live ones go first, and it is known for whom they wait`() async throws
    {
        let locks = AddressLocks()
        let first = try #require(await locks.acquire("a", for: .of(1, isImport: true)))
        let order = Dial<[UInt64]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (job, isImport) in [(2, true), (3, false), (4, true), (5, false)] as [(UInt64, Bool)] {
                group.addTask {
                    guard let hold = await locks.acquire("a", for: .of(job, isImport: isImport)) else { return }
                    order.set(order.value + [job])
                    hold.release()
                }
                try await until { locks.waiting(for: "a") >= Int(job) - 1 }
                #expect(first.isWantedLive.isFired == (job >= 3))
            }
            #expect(locks.holder(waitedForBy: 4) == .of(1, isImport: true))
            #expect(locks.holder(waitedForBy: 1) == nil)
            first.release()
            try await group.waitForAll()
        }
        #expect(order.value == [3, 5, 2, 4])
        #expect(locks.holder(waitedForBy: 4) == nil)
        let last = try #require(await locks.acquire("a", for: .of(9, isImport: false)))
        let cancelled = Task { await locks.acquire("a", for: .of(10, isImport: false)) == nil }
        try await until { locks.waiting(for: "a") > 0 }
        cancelled.cancel()
        #expect(await cancelled.value)
        last.release()
    }

    @Test func `a job that waits for another of its address says for which`() async throws {
        let gate = Gate()
        let gym = try await gym(gate)
        gym.keap.beforePermit { name, _ in if name.hasPrefix("create") { await gate.pass() } }
        let first = Task { await gym.deliver(person("zp-1", "First"), job: 2, lane: "zp-1") }
        try await until { gate.waiting > 0 }
        let second = Task { await gym.deliver(person("zp-2", "Second"), job: 3, lane: "zp-2") }
        try await until { gym.waiting(for: "ana@example.org") > 0 }
        let sentence = try #require(gym.deliverer.wait(of: 3))
        #expect(sentence.hasPrefix("It waits for job 2 (") && sentence.contains("zp-1"), "\(sentence)")
        #expect(gym.deliverer.wait(of: 2) == nil)
        gate.open()
        #expect(await first.value.isDone)
        #expect(await second.value.isDone)
        #expect(gym.deliverer.wait(of: 3) == nil)
    }

    @Test func `a tag that an import row needs is made as a live call, so nobody waits for the import's budget`()
        async throws
    {
        let gate = Gate()
        let gym = try await gym(gate)
        let asked = Mutex<[String]>([])
        gym.keap.beforePermit { name, isImport in
            asked.withLock { $0.append("\(name) \(isImport)") }
            if isImport, name.hasPrefix("apply") { await gate.pass() }
        }
        let row = Task {
            await gym.deliver(.person(.ana { $0.status = .value("Hold") }), job: 2, isImport: true, lane: "zp-1")
        }
        try await until { gate.waiting > 0 }
        let live = await gym.deliver(
            .ana { person in
                person.sourceID = "zp-2"
                person.status = .value("Hold")
            }, job: 3)
        #expect(live.isDone)
        gate.open()
        #expect(await row.value.isDone)
        #expect(asked.withLock { $0.contains("create tag false") && !$0.contains("create tag true") })
    }

    @Test func `a program's deletion does not wait for an addition that waits for its budget`() async throws {
        let gate = Gate()
        let gym = try await gym(gate)
        let kids = try #require(gym.keap.with { $0.tags.values.first { $0.name.contains("Kids") } }).id
        gym.keap.beforePermit { name, _ in if name.hasPrefix("apply") { await gate.pass() } }
        let joining = Task { await gym.deliver(.person(.ana()), job: 2, lane: "zp-1") }
        try await until { gate.waiting > 0 }
        let deletion = ProgramChange.deleted(id: "p1", name: "Kids")
        gym.keeper.announce(deletion, job: 3)
        #expect(await gym.deliver(.program(deletion), job: 3, lane: "gym").isDone)
        gate.open()
        #expect(await joining.value.isDone)
        let contact = try #require(gym.onlyContact)
        #expect(gym.tagNames(contact) == ["ZP Status: Student"])
        #expect(!gym.keap.with { $0.events.contains(.added(kids, contact)) })
    }
}

extension AddressLocks.Owner {
    fileprivate static func of(_ job: UInt64, isImport: Bool) -> Self {
        Self(job: job, person: "person \(job)", isImport: isImport)
    }
}

/// What callers pass when it is open, or when they are let through.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var next = 0
        var waiters: [(ticket: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var waiting: Int { state.withLock { $0.waiters.count } }

    func open() {
        let all = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in all { waiter.continuation.resume() }
    }

    /// Returns also when the task is cancelled.
    func pass() async {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isOpen || Task.isCancelled { return true }
                    state.waiters.append((ticket, continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }
}
