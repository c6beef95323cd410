import Keap
import Synchronization
import Testing

@testable import KeapBilling

/// What registering and reviving hooks costs, and says.
@Suite struct HookDeskTests {
    private let keap = FakeHooks()
    private let desk: HookDesk

    init() { desk = HookDesk(gym: "downtown", publicURL: "https://gym.example", token: "t0ken", calls: keap) }

    @Test func `connecting registers each event of bills once`() async {
        let first = await desk.connect()
        #expect(first.isHealthy)
        #expect(first.trouble == nil)
        #expect(keap.takeCalls().filter { $0.hasPrefix("create") }.count == 3)
        let addresses = keap.account.withLock { $0.hooks.map(\.address) }
        #expect(Set(addresses) == ["https://gym.example/hooks/downtown/keap/t0ken"])

        let second = await desk.connect()
        #expect(second.isHealthy)
        #expect(keap.takeCalls() == ["list"], "the events are known, and nothing is registered anew")
    }

    @Test func `a look at hooks that work costs one call`() async {
        _ = await desk.connect()
        _ = keap.takeCalls()
        let found = await desk.revive()
        #expect(found.isHealthy)
        #expect(keap.takeCalls() == ["list"])
    }

    @Test func `an inactive hook is verified again`() async {
        _ = await desk.connect()
        keap.change { $0.hooks[1].status = .inactive }
        _ = keap.takeCalls()
        #expect(await desk.revive().isHealthy)
        #expect(keap.takeCalls() == ["list", "verify 2", "list"])
    }

    @Test func `an address that Keap does not reach is said, and asked for again`() async throws {
        keap.change { $0.isReachable = false }
        let found = await desk.connect()
        #expect(!found.isHealthy)
        let trouble = try #require(found.trouble)
        #expect(trouble.contains("order.add (Unverified)"))
        #expect(trouble.contains("publicURL"))
        keap.change { $0.isReachable = true }
        #expect(await desk.revive().isHealthy)
    }

    @Test func `reviving registers nothing`() async throws {
        let found = await desk.revive()
        #expect(!found.isHealthy)
        #expect(try #require(found.trouble).contains("lockstep chartmogul connect --gym downtown"))
        #expect(!keap.takeCalls().contains { $0.hasPrefix("create") })
    }

    @Test func `a hook that is gone when it is to be verified keeps none of the others from it`() async {
        _ = await desk.connect()
        keap.change { account in
            for place in account.hooks.indices { account.hooks[place].status = .inactive }
        }
        _ = keap.takeCalls()
        keap.change { $0.calls = [] }
        let once = FailsOnce(keap)
        let desk = HookDesk(gym: "downtown", publicURL: "https://gym.example", token: "t0ken", calls: once)
        let found = await desk.revive()
        #expect(keap.takeCalls().filter { $0.hasPrefix("verify") } == ["verify 2", "verify 3"])
        #expect(found.lines.contains { $0.contains("did not verify") })
        #expect(!found.isHealthy)
    }

    @Test func `Keap's failure says nothing of hooks, and no secret stands in it`() async throws {
        keap.change { $0.failure = .unavailable(reason: "503") }
        let found = await desk.connect()
        #expect(found.trouble == "Keap's hooks could not be looked at: 503")
        keap.change {
            $0.failure = .refused(status: 400, message: "https://gym.example/hooks/downtown/keap/t0ken is no")
        }
        #expect(await desk.connect().trouble?.contains("t0ken") == false)
        keap.change { $0.isReachable = false }
        let connected = await desk.connect()
        #expect(!(connected.lines + [try #require(connected.trouble)]).contains { $0.contains("t0ken") })
    }

    @Test func `an event list that could not be read is asked for again`() async {
        keap.change { $0.failure = .unclear(reason: "timeout") }
        _ = await desk.look()
        #expect(keap.takeCalls() == ["events"])
        _ = await desk.look()
        #expect(keap.takeCalls() == ["events", "list"])
    }
}

/// Does not know the first hook that is to be verified.
private struct FailsOnce: HookAPI {
    let keap: FakeHooks

    init(_ keap: FakeHooks) { self.keap = keap }

    func hooks() async throws(KeapFailure) -> [KeapHook] { try await keap.hooks() }
    func hookEvents() async throws(KeapFailure) -> [String] { try await keap.hookEvents() }
    func createHook(for event: String, at address: String) async throws(KeapFailure) -> KeapHook {
        try await keap.createHook(for: event, at: address)
    }
    func verifyHook(_ id: HookID) async throws(KeapFailure) -> KeapHook {
        if id == HookID("1") { throw .gone(message: "no such hook") }
        return try await keap.verifyHook(id)
    }
    func deleteHook(_ id: HookID) async throws(KeapFailure) { try await keap.deleteHook(id) }
}
