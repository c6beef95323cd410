import DeterministicSimulation
import OutboundAPI
import RateLimits
import Testing

@testable import Keap

@Suite struct HookCallTests {
    @Test func `hooks are v1 calls, whose lists have no name`() async throws {
        let transport = ScriptedTransport { request, _ in
            switch request.line {
            case "GET /v1/hooks":
                .json(
                    #"[{"key":"31","eventKey":"order.edit","hookUrl":"https://x/1","status":"Verified"},"#
                        + #"{"key":32,"eventKey":"order.add","hookUrl":"https://x/1","status":"Asleep"},{"key":""}]"#)
            case "GET /v1/hooks/event_keys": .json(#"["order.add","order.edit"]"#)
            case "DELETE /v1/hooks/31": .status(204)
            default:
                .json(#"{"key":"33","eventKey":"order.add","hookUrl":"https://x/2","status":"Unverified"}"#)
            }
        }
        let calls = bills(transport)
        let (kept, new) = (HookID("31"), HookID("33"))
        #expect(
            try await calls.hooks() == [
                KeapHook(id: kept, event: "order.edit", address: "https://x/1", status: .verified),
                KeapHook(id: HookID("32"), event: "order.add", address: "https://x/1", status: nil),
            ])
        let made = KeapHook(id: new, event: "order.add", address: "https://x/2", status: .unverified)
        #expect(try await calls.createHook(for: "order.add", at: "https://x/2") == made)
        #expect(try await calls.verifyHook(new) == made)
        try await calls.deleteHook(kept)
        #expect(try await calls.hookEvents() == ["order.add", "order.edit"])
        #expect(
            transport.lines == [
                "GET /v1/hooks", "POST /v1/hooks", "POST /v1/hooks/33/verify", "DELETE /v1/hooks/31",
                "GET /v1/hooks/event_keys",
            ])
        #expect(transport.bodies[1] == #"{"eventKey":"order.add","hookUrl":"https://x/2"}"#)
    }

    @Test func `a hook that Keap does not know is gone`() async {
        let calls = bills(ScriptedTransport(.status(404, "{}")))
        for call in [
            { () async throws in _ = try await calls.verifyHook(HookID("1")) },
            { () async throws in try await calls.deleteHook(HookID("1")) },
        ] {
            let failure = await #expect(throws: KeapFailure.self) { try await call() }
            #expect(failure?.kind == .gone)
        }
    }

    @Test func `an object instead of a list is no list of hooks`() async {
        let failure = await #expect(throws: KeapFailure.self) {
            try await bills(ScriptedTransport(.json(#"{"hooks":[]}"#))).hooks()
        }
        #expect(failure?.kind == .unclear)
    }
}

/// How reading for bills stands to the calls that change contacts.
@Suite struct BillingRankTests {
    @Test func `reading for bills waits for budget in bulk`() async throws {
        let budget = FreeBudget()
        let gateway = KeapGateway(
            transport: ScriptedTransport(.json(#"{"orders":[],"contacts":[]}"#)), budget: budget, clock: ManualClock())
        _ = try await gateway.billing().orders(.after(nil), page: nil)
        _ = try await gateway.calls().contacts(fields: [], page: nil)
        #expect(budget.told.taken == [.bulk, .live])
    }

    @Test func `a call of a reader that was called off is not sent`() async {
        let transport = ScriptedTransport(.json(#"{"orders":[]}"#))
        let budget = FreeBudget()
        let gateway = KeapGateway(transport: transport, budget: budget, clock: ManualClock())
        await #expect(throws: KeapFailure.cancelled) {
            try await gateway.billing(begin: { false }).orders(.after(nil), page: nil)
        }
        #expect(transport.sent.isEmpty)
        #expect(budget.told.released == 1)
    }

    @Test func `an order that Keap cannot show does not stop contacts`() async throws {
        let transport = ScriptedTransport { request, _ in
            request.endpoint == .readOrder ? .status(500, "") : .json(#"{"contacts":[]}"#)
        }
        let gateway = KeapGateway(transport: transport, budget: FreeBudget(), clock: ManualClock())
        for _ in 1...30 { _ = try? await gateway.billing().order(OrderID("1")) }
        #expect(await gateway.counters().circuit == .closed)
        _ = try await gateway.calls().contacts(fields: [], page: nil)
    }
}
