import Clocks
import DeterministicSimulation
import OutboundAPI
import RateLimits
import Synchronization
import Testing

@testable import Keap

/// A 401, and what an authorizer that can get other credentials makes of it.
@Suite struct AuthorizationTests {
    let budget = FreeBudget()

    @Test func `a refused call is made once more with fresh credentials, and a permit of its own`() async throws {
        let transport = ScriptedTransport { request, _ in
            request.headers["Authorization"] == "Bearer 2" ? .status(204) : .status(401)
        }
        let gateway = gateway(transport, RefreshingAuthorizer(refreshes: 1))
        try await gateway.calls().delete(TagID("1"))
        #expect(transport.sent.map { $0.headers["Authorization"] } == ["Bearer 1", "Bearer 2"])
        #expect(budget.told.taken.count == 2)
        #expect(budget.told.finished == 2)
        #expect(await gateway.counters().circuit == .closed)
        #expect(await gateway.counters().calls == 2)
    }

    @Test func `a call that is refused again is not made a third time`() async {
        let transport = ScriptedTransport(.status(401, #"{"message":"no"}"#))
        let gateway = gateway(transport, RefreshingAuthorizer(refreshes: 9))
        await #expect(throws: KeapFailure.unauthorized(message: "no")) { try await gateway.calls().delete(TagID("1")) }
        #expect(transport.sent.count == 2)
        #expect(budget.told.finished == 2)
        #expect(await gateway.counters().circuit != .closed)
    }

    @Test func `where there are no other credentials the refusal stands`() async {
        let transport = ScriptedTransport(.status(401, #"{"message":"no"}"#))
        let gateway = gateway(transport, RefreshingAuthorizer(refreshes: 0))
        await #expect(throws: KeapFailure.unauthorized(message: "no")) { try await gateway.calls().delete(TagID("1")) }
        #expect(transport.sent.count == 1)
        #expect(budget.told.finished == 1)
    }

    @Test func `a tag edit is made once more too`() async throws {
        let transport = ScriptedTransport { request, _ in
            request.headers["Authorization"] == "Bearer 2" ? .status(204) : .status(401)
        }
        let gateway = gateway(transport, RefreshingAuthorizer(refreshes: 1))
        try await gateway.calls().remove([TagID("1")], from: ContactID("7"))
        #expect(transport.sent.count == 2)
        #expect(budget.told.taken.count == 2)
    }

    @Test func `a bulk call is made once more as a live one, since live calls may wait for its record`() async throws {
        let transport = ScriptedTransport { request, _ in
            request.headers["Authorization"] == "Bearer 2" ? .status(204) : .status(401)
        }
        let gateway = gateway(transport, RefreshingAuthorizer(refreshes: 1))
        try await gateway.calls(.bulk).remove([TagID("1")], from: ContactID("7"))
        #expect(budget.told.taken == [.bulk, .live])
    }

    private func gateway(
        _ transport: ScriptedTransport, _ authorizer: RefreshingAuthorizer
    ) -> KeapGateway<FreeBudget> {
        KeapGateway(
            transport: transport, authorizer: authorizer, budget: budget, clock: ManualClock(wallOrigin: 1_000_000))
    }
}

/// Gets another token for each refused one, so many times.
private final class RefreshingAuthorizer: Authorizer {
    private let state: Mutex<(token: Int, refreshes: Int)>

    init(refreshes: Int) { state = Mutex((1, refreshes)) }

    func credentials(for request: APIRequest) async -> Credentials {
        Credentials(headers: ["Authorization": "Bearer \(state.withLock { $0.token })"])
    }

    func rejected(_ credentials: Credentials) async -> Rejection {
        state.withLock { state in
            guard state.refreshes > 0 else { return .final }
            state.refreshes -= 1
            state.token += 1
            return .others
        }
    }

    func hidden(in text: String) -> String { text }
}
