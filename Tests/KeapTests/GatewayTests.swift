import SeededRandom
import Clocks
import DeterministicSimulation
import OutboundAPI
import RateLimits
import Synchronization
import Testing

@testable import Keap

@Suite struct GatewayTests {
    typealias Gateway = KeapGateway<FreeBudget>

    let clock = ManualClock(wallOrigin: 1_000_000)
    let budget = FreeBudget()

    @Test(.timeLimit(.minutes(30))) func `two calls on one contact are never under way at once`() async throws {
        let transport = HeldTransport()
        let calls = gateway(transport).calls()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await calls.delete(TagID("1")) }
            await transport.holds(1)
            group.addTask { try await calls.remove([TagID("1")], from: ContactID("7")) }
            await transport.holds(2)
            group.addTask { _ = try await calls.apply([TagID("2")], to: ContactID("7")) }
            group.addTask { try await calls.remove([TagID("1")], from: ContactID("8")) }
            await transport.holds(3)
            #expect(transport.targets.contains { $0.contains("contacts/8") })
            transport.answer("contacts/7/tags?ids", with: .status(204))
            await transport.holds(3)
            #expect(transport.targets.filter { $0.contains("contacts/7") } == ["/v1/contacts/7/tags"])
            for _ in 0..<3 { transport.answer(with: .json("{}")) }
            try await group.waitForAll()
        }
    }

    @Test(.timeLimit(.minutes(30))) func `no more calls are under way than the account's places`() async throws {
        var settings = CallSettings()
        settings.concurrency = 2
        let transport = HeldTransport()
        let gateway = gateway(transport, settings)
        let calls = gateway.calls()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 1...3 { group.addTask { try await calls.delete(TagID("\(id)")) } }
            await transport.holds(2)
            await waits(1, in: gateway)
            #expect(transport.targets.count == 2)
            #expect(await gateway.counters().inFlight == 2)
            transport.answer(with: .status(204))
            await transport.holds(2)
            transport.answer(with: .status(204))
            transport.answer(with: .status(204))
            try await group.waitForAll()
        }
        #expect(await gateway.counters().inFlight == 0)
        #expect(budget.told.finished == 3)
    }

    @Test func `lists have more time than other calls`() async throws {
        let transport = HeldTransport()
        let calls = gateway(transport).calls()
        async let tag: Void = calls.delete(TagID("1"))
        await transport.holds(1)
        #expect(transport.deadlines == [.seconds(30)])
        transport.answer(with: .status(204))
        try await tag
        async let model = calls.customFields()
        await transport.holds(1)
        #expect(transport.deadlines == [.seconds(60)])
        transport.answer(with: .json(#"{"custom_fields":[]}"#))
        #expect(try await model == [])
    }

    @Test func `what the headers say is handed to the budget with the permit`() async throws {
        let transport = ScriptedTransport(.status(204, headers: ["x-keap-product-throttle-limit": "240"]))
        try await gateway(transport).calls(.bulk).delete(TagID("1"))
        #expect(
            budget.told
                == FreeBudget.Told(taken: [.bulk], finished: 1, learned: [ReportedLimits(minute: .init(limit: 240))]))
    }

    @Test func `a 429 closes the budget, teaches it, and charges no job`() async {
        let transport = ScriptedTransport(
            .status(
                429, #"{"code":"429","message":"Quota Exceeded","status":"Request Throttled","details":null}"#,
                headers: ["x-keap-product-throttle-available": "0", "retry-after": "9"]))
        let gateway = gateway(transport)
        for _ in 1...6 {
            await #expect(throws: KeapFailure.unavailable(reason: "Quota Exceeded")) {
                try await gateway.calls().delete(TagID("1"))
            }
        }
        #expect(budget.told.closedUntil.first == 1_009_000)
        #expect(budget.told.learned.first == ReportedLimits(minute: .init(available: 0)))
        let counters = await gateway.counters()
        #expect(counters.circuit == .closed)
        #expect(counters.endpoints[.deleteTag]?.throttled == 6)
        #expect(counters.endpoints[.deleteTag]?.failures == [:])
    }

    @Test func `a permit is given back however the call ends`() async {
        let replies: [Reply] = [
            .failure(.unclear("reset")), .status(401), .status(400), .json("<html>"),
        ]
        for reply in replies {
            _ = try? await gateway(ScriptedTransport(reply)).calls().createTag("a", in: nil)
        }
        #expect(budget.told.taken.count == replies.count)
        #expect(budget.told.finished == replies.count)
    }

    @Test func `what never reached Keap is given back, not counted`() async {
        let gateway = gateway(ScriptedTransport(.failure(.notSent("no route"))))
        await #expect(throws: KeapFailure.unavailable(reason: "no route")) { try await gateway.calls().probe() }
        #expect(budget.told.released == 1)
        #expect(budget.told.finished == 0)
    }

    @Test(arguments: [Reply.status(500), .status(503), .failure(.unclear("No answer within 30 s."))])
    func `a contact for which Keap always fails is known by how others fare, and stops none of them`(
        reply: Reply
    ) async throws {
        let transport = ScriptedTransport { request, _ in
            request.target.contains("/contacts/13?") ? reply : .json(#"{"id":1}"#)
        }
        let gateway = gateway(transport)
        var earlier: FailedCall?
        for number in 1...7 {
            let call = try #require(await failing { try await gateway.calls().update(ContactID("13"), with: .whole) })
            #expect(call.isOwn(since: earlier) == (number > 1))
            #expect(await gateway.othersGoWell(since: call) == false)
            try await gateway.calls().update(ContactID("\(100 + number)"), with: .whole)
            #expect(await gateway.othersGoWell(since: call))
            earlier = call
        }
        #expect(await gateway.counters().circuit == .closed)
    }

    @Test func `in an outage no failure is a contact's own, whatever was held against it before`() async throws {
        let transport = ScriptedTransport { request, number in
            number > 20 || request.target.contains("/contacts/13?") ? .status(500) : .json(#"{"id":1}"#)
        }
        let gateway = gateway(transport)
        var earlier: FailedCall?
        for number in 0..<10 {
            earlier = await failing { try await gateway.calls().update(ContactID("13"), with: .whole) }
            try await gateway.calls().update(ContactID("\(100 + number)"), with: .whole)
        }
        earlier = await failing { try await gateway.calls().update(ContactID("13"), with: .whole) }
        let late = await failing { try await gateway.calls().update(ContactID("13"), with: .whole) }
        #expect(try #require(late).isOwn(since: earlier) == false)
    }

    @Test func `a call that is answered, or never sent, leaves no failure behind`() async throws {
        let replies: [Reply] = [.json(#"{"id":1}"#), .status(400, "{}"), .status(429), .status(401)]
        for reply in replies {
            let gateway = gateway(ScriptedTransport(reply))
            #expect(await failing { try await gateway.calls().update(ContactID("13"), with: .whole) } == nil)
        }
        let unsent = await failing { [self] in
            try await gateway(ScriptedTransport(.failure(.notSent("no route")))).calls()
                .update(ContactID("13"), with: .whole)
        }
        #expect(try #require(unsent).subject == nil)
    }

    @Test func `a 503 says with its failure how long to stay away`() async throws {
        let gateway = gateway(ScriptedTransport(.status(503, headers: ["retry-after": "90"])))
        let call = await failing { try await gateway.calls().update(ContactID("13"), with: .whole) }
        #expect(call?.pause == .seconds(90))
        #expect(budget.told.closedUntil.isEmpty, "one contact's 503 does not stop the account")
    }

    @Test func `a tag edit's failure is its own caller's to hear, not that of the one who made the call`() async throws
    {
        let gateway = gateway(ScriptedTransport(.status(500)))
        let call = await failing { _ = try await gateway.calls().apply([TagID("1")], to: ContactID("13")) }
        #expect(try #require(call).subject == .contact(ContactID("13")))
    }

    @Test func `one contact's failures in a quiet account open nothing once Keap's health was probed`() async throws {
        let transport = ScriptedTransport { request, _ in
            request.endpoint == .userInfo ? .json(#"{"email":"o@gym.com"}"#) : .status(500, #"{"message":"Oops"}"#)
        }
        let gateway = gateway(transport)
        for _ in 1...30 {
            await #expect(throws: KeapFailure.unclear(reason: "Oops")) {
                try await gateway.calls().update(ContactID("13"), with: .whole)
            }
        }
        #expect(await gateway.counters().circuit == .closed)
        #expect(transport.sent.count { $0.endpoint == .userInfo } == 6)
    }

    /// The failed call that an attempt of these calls leaves behind.
    private func failing(_ body: () async throws -> Void) async -> FailedCall? {
        let log = AttemptLog()
        await AttemptLog.$current.withValue(log) { try? await body() }
        return log.failedCall
    }

    @Test func `an outage of which only one contact is there to tell opens the circuit`() async throws {
        let gateway = gateway(ScriptedTransport(.status(500, #"{"message":"Oops"}"#)))
        for _ in 1...5 {
            await #expect(throws: KeapFailure.unclear(reason: "Oops")) {
                try await gateway.calls().update(ContactID("13"), with: .whole)
            }
        }
        #expect(await gateway.counters().circuit != .closed)
    }

    @Test(.timeLimit(.minutes(30))) func `a list that was read long ago is not written back`() async throws {
        let shut = ShutBudget()
        let transport = ScriptedTransport(.json(#"{"id":7}"#))
        let gateway = KeapGateway(transport: transport, budget: shut, clock: clock)
        let run = gateway.calls().sequence()
        for _ in 1...2 {
            async let read = run.contact(ContactID("7"), fields: [.phoneNumbers])
            await shut.hasWaiters(1)
            shut.grantOldest()
            _ = try await read
            let update = Task { try await run.update(ContactID("7"), with: .whole) }
            await shut.hasWaiters(1)
            clock.advance(by: .seconds(61))
            shut.grantOldest()
            #expect(await update.failure == .stale)
        }
        #expect(transport.sent.allSatisfy { $0.endpoint == .readContact })
        // Where permits come that slowly, it would never be written at all.
        async let read = run.contact(ContactID("7"), fields: [.phoneNumbers])
        await shut.hasWaiters(1)
        shut.grantOldest()
        _ = try await read
        async let update: Void = run.update(ContactID("7"), with: .whole)
        await shut.hasWaiters(1)
        clock.advance(by: .seconds(61))
        shut.grantOldest()
        try await update
        #expect(transport.sent.last?.endpoint == .updateContact)
    }

    @Test func `calls are counted by endpoint and by what became of them`() async throws {
        let transport = ScriptedTransport { [clock] request, number in
            clock.advance(by: .milliseconds(100))
            return [.status(204), .status(400, #"{"message":"m"}"#), .status(404), .status(503), .status(500)][
                number % 5]
        }
        let gateway = gateway(transport)
        for _ in 1...5 { _ = try? await gateway.calls().delete(TagID("1")) }
        let counters = await gateway.counters()
        #expect(counters.calls == 5)
        let tag = try #require(counters.endpoints[.deleteTag])
        #expect(tag.calls == 5)
        #expect(tag.latency == .milliseconds(500))
        #expect(tag.failures == [.refused: 1, .gone: 1, .unavailable: 1, .unclear: 1])
    }

    @Test(.timeLimit(.minutes(30))) func `a cancelled call that waits sends nothing and is forgotten`() async {
        let transport = HeldTransport()
        let gateway = gateway(transport)
        let calls = gateway.calls()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await calls.remove([TagID("1")], from: ContactID("7")) }
            await transport.holds(1)
            let waiting = Task {
                try await calls.remove([TagID("2")], from: ContactID("7"))
            }
            await waits(1, in: gateway)
            waiting.cancel()
            #expect(await waiting.failure == .cancelled)
            #expect(await gateway.counters().waiting == 0)
            transport.answer(with: .status(204))
        }
        #expect(budget.told.taken.count == 1)
    }

    @Test(.timeLimit(.minutes(30))) func `a call that was sent runs to its end though its caller is cancelled`()
        async throws
    {
        let transport = HeldTransport()
        let calls = gateway(transport).calls()
        let sent = Task { try await calls.createTag("a", in: nil) }
        await transport.holds(1)
        sent.cancel()
        transport.answer(with: .status(201, #"{"id":5,"name":"a"}"#))
        #expect(try await sent.value.id == TagID("5"))
        #expect(budget.told.finished == 1)
    }

    @Test func `a cancelled caller does not begin`() async {
        let transport = ScriptedTransport(.status(204))
        let gateway = gateway(transport)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await gateway.calls().delete(TagID("1"))
        }
        #expect(await task.failure == .cancelled)
        #expect(transport.sent.isEmpty)
    }

    @Test(.timeLimit(.minutes(30))) func `an outage makes calls wait, and its end lets them all go`() async throws {
        let transport = HeldTransport()
        let gateway = gateway(transport)
        let calls = gateway.calls()
        for tag in 1...5 {
            let failing = Task { try await calls.delete(TagID("\(tag)")) }
            await transport.holds(1)
            transport.answer(with: .status(503, "Down for maintenance"))
            if tag == 5 {
                // Whether only this kind of call fails is asked for then.
                await transport.holds(1)
                transport.answer("userinfo", with: .status(503, "Down for maintenance"))
            }
            #expect(await failing.failure == .unavailable(reason: "Down for maintenance"))
        }
        clock.advance(by: .seconds(1))
        #expect(
            await gateway.counters().circuit
                == .open(reason: "Down for maintenance", openFor: .seconds(1), isCredential: false))

        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...3 { group.addTask { try await calls.delete(TagID("2")) } }
            await clock.hasSleepers(1)
            await waits(3, in: gateway)
            #expect(transport.targets.isEmpty)
            clock.advance(by: .seconds(1))
            await transport.holds(1)
            #expect(await gateway.counters().waiting == 2)
            transport.answer(with: .status(204))
            await transport.holds(2)
            transport.answer(with: .status(204))
            transport.answer(with: .status(204))
            try await group.waitForAll()
        }
        #expect(await gateway.counters().circuit == .closed)
    }

    @Test func `an outage of one endpoint refuses its calls unsent, but for one now and then; all others go on`()
        async throws
    {
        let isDown = Mutex(true)
        let transport = ScriptedTransport { request, _ in
            switch request.endpoint {
            case .updateContact where isDown.withLock { $0 }: .status(500, #"{"message":"Oops"}"#)
            case .updateContact: .json(#"{"id":1}"#)
            case .userInfo: .json(#"{"email":"o@gym.com"}"#)
            default: .status(204)
            }
        }
        let gateway = gateway(transport)
        let calls = gateway.calls()
        for number in 1...5 { try? await calls.update(ContactID("\(number)"), with: .whole) }
        let counters = await gateway.counters()
        #expect(counters.circuit == .closed)
        #expect(
            counters.failingEndpoints == [.updateContact: .open(reason: "Oops", openFor: .zero, isCredential: false)])

        let sent = transport.sent.count
        for number in 6...9 {
            let log = AttemptLog()
            let error = await #expect(throws: KeapFailure.self) {
                try await AttemptLog.$current.withValue(log) {
                    try await calls.update(ContactID("\(number)"), with: .whole)
                }
            }
            #expect(error?.message.contains("updateContact") == true && error?.message.contains("Oops") == true)
            #expect(log.failedCall == nil, "nothing is held against it")
        }
        #expect(transport.sent.count == sent && budget.told.taken.count == sent)
        try await calls.delete(TagID("1"))
        try await calls.remove([TagID("1")], from: ContactID("7"))
        #expect(transport.sent.count == sent + 2)

        clock.advance(by: .seconds(2))
        for number in 6...9 { try? await calls.update(ContactID("\(number)"), with: .whole) }
        #expect(transport.sent.count == sent + 3, "one tries")
        clock.advance(by: .seconds(3))
        isDown.withLock { $0 = false }
        for number in 6...9 { try await calls.update(ContactID("\(number)"), with: .whole) }
        #expect(await gateway.counters().failingEndpoints.isEmpty)
        #expect(await gateway.counters().waiting == 0)
    }

    @Test func `tag edits have one breaker for each direction, however they are sent`() async throws {
        let transport = ScriptedTransport { request, _ in
            request.endpoint == .applyTags || request.endpoint == .applyTagToMany
                ? .status(500, #"{"message":"Oops"}"#) : .json("{}")
        }
        let gateway = gateway(transport)
        for number in 1...5 { _ = try? await gateway.calls().apply([TagID("1")], to: ContactID("\(number)")) }
        #expect(await Array(gateway.counters().failingEndpoints.keys) == [.applyTags])
        let sent = transport.sent.count
        await #expect(throws: KeapFailure.self) {
            try await gateway.calls().apply([TagID("1")], to: ContactID("9"))
        }
        #expect(transport.sent.count == sent)
        try await gateway.calls().remove([TagID("1")], from: ContactID("9"))
        #expect(await gateway.counters().waiting == 0)
    }

    @Test(.timeLimit(.minutes(30))) func `who waits out an outage can be cancelled, and the next one watches`()
        async throws
    {
        let transport = HeldTransport()
        let gateway = gateway(transport)
        let calls = gateway.calls()
        let failing = Task { try await calls.delete(TagID("1")) }
        await transport.holds(1)
        transport.answer(with: .status(401, #"{"fault":{"faultstring":"Invalid Access Token"}}"#))
        #expect(await failing.failure == .unauthorized(message: "Invalid Access Token"))

        let first = Task { try await calls.delete(TagID("2")) }
        await clock.hasSleepers(1)
        let second = Task { try await calls.delete(TagID("3")) }
        await waits(2, in: gateway)
        first.cancel()
        #expect(await first.failure == .cancelled)
        await clock.hasSleepers(1)
        clock.advance(by: .seconds(30))
        await transport.holds(1)
        transport.answer(with: .status(204))
        #expect(await second.failure == nil)
    }

    @Test(.timeLimit(.minutes(30))) func `who waits for budget can be cancelled and leaves the place to others`()
        async throws
    {
        var settings = CallSettings()
        settings.concurrency = 1
        let shut = ShutBudget()
        let transport = ScriptedTransport(.status(204))
        let gateway = KeapGateway(transport: transport, budget: shut, settings: settings, clock: clock)
        let first = Task { try await gateway.calls().delete(TagID("1")) }
        await shut.hasWaiters(1)
        let second = Task { try await gateway.calls().delete(TagID("2")) }
        first.cancel()
        #expect(await first.failure == .cancelled)
        await shut.hasWaiters(1)
        shut.grantOldest()
        #expect(await second.failure == nil)
        #expect(transport.lines == ["DELETE /v2/tags/2"])
        #expect(shut.finishedCount == 1)
    }

    @Test(.timeLimit(.minutes(30))) func `a live call reaches the budget though bulk calls wait there`() async {
        let shut = ShutBudget()
        let gateway = KeapGateway(
            transport: ScriptedTransport(.status(204)), budget: shut, clock: clock)
        await withThrowingTaskGroup(of: Void.self) { group in
            for id in 1...20 { group.addTask { try await gateway.calls(.bulk).delete(TagID("\(id)")) } }
            await shut.hasWaiters(8)
            group.addTask { try await gateway.calls(.live).delete(TagID("99")) }
            await shut.hasWaiters(9)
            #expect(shut.waiting == Array(repeating: .bulk, count: 8) + [.live])
            group.cancelAll()
            while let end = await group.nextResult() { #expect(throws: KeapFailure.cancelled) { try end.get() } }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `what tells a key's account is asked for before bulk calls, since live ones wait for it`() async throws {
        let shut = ShutBudget()
        let transport = ScriptedTransport { request, _ in
            request.endpoint == .userInfo ? .json(#"{"email":"o@gym.com"}"#) : .status(204)
        }
        let gateway = KeapGateway(transport: transport, budget: shut, clock: clock, account: UnknownAccount())
        let bulk = Task { try await gateway.calls(.bulk).delete(TagID("1")) }
        for urgency in [Urgency.live, .bulk] {
            await shut.hasWaiters(1)
            #expect(shut.waiting == [urgency])
            shut.grantOldest()
        }
        #expect(await bulk.failure == nil)
    }

    @Test func `Keap's health is probed before bulk calls, since no live one does it meanwhile`() async {
        let transport = ScriptedTransport { request, _ in
            request.endpoint == .userInfo ? .json(#"{"email":"o@gym.com"}"#) : .status(500, #"{"message":"Oops"}"#)
        }
        let gateway = gateway(transport)
        for _ in 1...5 { try? await gateway.calls(.bulk).update(ContactID("13"), with: .whole) }
        #expect(budget.told.taken == Array(repeating: .bulk, count: 5) + [.live])
    }

    @Test func `a refusal for the tenant's sake closes for the tenant alone`() async throws {
        let exhausted = [
            "x-keap-product-throttle-available": "100", "x-keap-product-quota-available": "100",
            "x-keap-tenant-throttle-available": "0|9", "x-keap-tenant-throttle-time-unit": "minute|day",
        ]
        let gateway = gateway(ScriptedTransport(.status(429, headers: exhausted)))
        await #expect(throws: KeapFailure.self) { try await gateway.calls().delete(TagID("1")) }
        #expect(budget.told.tenantClosedUntil.count == 1)
        #expect(budget.told.closedUntil.isEmpty)
    }

    @Test func `a budget that cannot be written makes the call unavailable, unsent`() async {
        struct DiskFull: Error {}
        struct Broken: CallBudget {
            func take(_ urgency: Urgency, for share: BudgetShare, rank: UInt64?) async throws { throw DiskFull() }
            func finished(_ permit: Void, learned: ReportedLimits?) async {}
            func release(_ permit: Void) async {}
            func close(until time: Int64) async {}
            func close(tenantOf permit: Void, until time: Int64) async {}
        }
        let transport = ScriptedTransport(.status(204))
        let gateway = KeapGateway(transport: transport, budget: Broken(), clock: clock)
        await #expect(throws: KeapFailure.unavailable(reason: "The budget gave no permit: DiskFull()")) {
            try await gateway.calls().delete(TagID("1"))
        }
        #expect(transport.sent.isEmpty)
        #expect(await gateway.counters().inFlight == 0)
    }

    @Test(.timeLimit(.minutes(30)), arguments: 0..<6)
    func `random callers: never two on one contact, all served, nothing left`(seed: UInt64) async throws {
        let watch = OverlapWatch()
        let gateway = KeapGateway(transport: watch, budget: budget, clock: clock)
        var random = SeededGenerator(seed: seed)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<300 {
                let calls = gateway.calls(Bool.random(using: &random) ? .live : .bulk)
                let contact = ContactID("\(Int.random(in: 0..<12, using: &random))")
                let others = (0..<4).map { _ in ContactID("\(Int.random(in: 0..<12, using: &random))") }
                let kind = Int.random(in: 0..<4, using: &random)
                let isCancelled = Int.random(in: 0..<8, using: &random) == 0
                group.addTask {
                    await withTaskGroup(of: Void.self) { call in
                        call.addTask {
                            switch kind {
                            case 0: try? await calls.remove([TagID("1")], from: contact)
                            case 1: _ = try? await calls.apply([TagID("1")], to: contact)
                            case 2: try? await calls.remove(TagID("2"), from: others)
                            default: try? await calls.update(contact, with: .whole)
                            }
                        }
                        if isCancelled { call.cancelAll() }
                    }
                }
            }
        }
        #expect(watch.overlaps == [], "seed \(seed)")
        #expect(watch.count > 200)
        #expect(budget.told.finished == watch.count)
        let counters = await gateway.counters()
        #expect(counters.inFlight == 0)
        #expect(counters.waiting == 0)
    }

    @Test(.timeLimit(.minutes(30))) func `with a real budget, calls wait for the minute`() async throws {
        let transport = ScriptedTransport(.status(204))
        let gate = BudgetGate(
            limits: CallLimits(perMinute: 2), clock: clock, saved: nil, save: { _ in })
        let gateway = KeapGateway(transport: transport, budget: gate, clock: clock)
        try await gateway.calls().delete(TagID("1"))
        try await gateway.calls().delete(TagID("2"))
        async let third: Void = gateway.calls().delete(TagID("3"))
        await clock.hasSleepers(1)
        #expect(transport.sent.count == 2)
        clock.advance(by: .seconds(61))
        try await third
        #expect(transport.sent.count == 3)
    }

    private func gateway(_ transport: any HTTPTransport, _ settings: CallSettings = .init()) -> Gateway {
        Gateway(transport: transport, budget: budget, settings: settings, clock: clock)
    }

    /// Returns once so many wait; the test's time limit is its bound.
    private func waits(_ count: Int, in gateway: Gateway) async {
        while await gateway.counters().waiting < count, !Task.isCancelled { await Task.yield() }
    }
}

/// An account that is known with the first answer.
private final class UnknownAccount: AccountIdentity {
    private let isKnown = Mutex(false)

    var name: String { "" }
    var mustAsk: Bool { !isKnown.withLock { $0 } }
    func answered(tenant: String?, isSuccess: Bool) async { isKnown.withLock { $0 = true } }
}

extension Task where Failure == any Error {
    /// What the task failed with; nil if it did not.
    fileprivate var failure: KeapFailure? {
        get async {
            guard case .failure(let error) = await result else { return nil }
            return error as? KeapFailure
        }
    }
}
