import Clocks
import DeterministicSimulation
import OutboundAPI
import RateLimits
import Testing

@testable import Keap

/// What a client of another API gets without a line of its own.
@Suite struct CallRunnerTests {
    let clock = ManualClock(wallOrigin: 1_000_000)
    let budget = FreeBudget()

    @Test(.timeLimit(.minutes(30))) func `no more calls are under way than there are slots, and each has a permit`()
        async throws
    {
        let transport = HeldTransport()
        let api = PlainAPI(transport, budget, clock, slots: 2)
        await withTaskGroup(of: Void.self) { group in
            for number in 1...3 { group.addTask { _ = try? await api.get("\(number)") } }
            await transport.holds(2)
            #expect(await api.inFlight == 2)
            transport.answer(with: .status(200))
            await transport.holds(2)
            for _ in 0..<2 { transport.answer(with: .status(200)) }
        }
        #expect(budget.told.finished == 3)
        #expect(await api.counters[.item]?.calls == 3)
        #expect(await api.isIdle)
    }

    @Test(.timeLimit(.minutes(30))) func `an outage opens the circuit, and one call tries whether it is over`()
        async throws
    {
        let transport = ScriptedTransport { _, number in number < 5 ? .status(500) : .status(200) }
        let api = PlainAPI(transport, budget, clock, slots: 2)
        for number in 1...5 { #expect(try await api.get("\(number)").failed != nil) }
        guard case .open = await api.circuit else {
            Issue.record("five failures in a row are no outage")
            return
        }
        async let next = api.get("6")
        await clock.hasSleepers(1)
        #expect(transport.sent.count == 5)
        clock.advance(by: .seconds(2))
        #expect(try await next.answer == 200)
        #expect(await api.circuit == .closed)
    }

    @Test func `a throttled call closes the budget, charges no failure and says nothing of the circuit`() async throws {
        let api = PlainAPI(ScriptedTransport(.status(429, headers: ["retry-after": "7"])), budget, clock, slots: 2)
        let call = try await api.get("1")
        #expect(call.meaning == .throttled)
        #expect(call.failed == nil)
        #expect(budget.told.closedUntil == [1_007_000])
        #expect(await api.counters[.item]?.throttled == 1)
        #expect(await api.circuit == .closed)
    }

    @Test(.timeLimit(.minutes(30))) func `a call that is cancelled while it waits is not sent`() async throws {
        let transport = HeldTransport()
        let api = PlainAPI(transport, budget, clock, slots: 1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await api.get("1") }
            await transport.holds(1)
            let waiting = Task { try await api.get("2") }
            while await api.waiting == 0 { await Task.yield() }
            waiting.cancel()
            await #expect(throws: CallNotSent.cancelled) { try await waiting.value }
            transport.answer(with: .status(200))
        }
        #expect(budget.told.taken.count == 1)
        #expect(await api.isIdle)
    }
}

extension APIEndpoint {
    fileprivate static let item = APIEndpoint("item")
}

/// A client of an API whose records neither exclude each other nor share calls.
private actor PlainAPI {
    private let calls: CallRunner<CallQueue, FreeBudget>
    private let line = CallLine(urgency: .live, share: .sole)

    init(_ transport: any HTTPTransport, _ budget: FreeBudget, _ clock: ManualClock, slots: Int) {
        calls = CallRunner(
            CallQueue(slots: slots), transport: AuthorizedTransport(transport, NoAuthorizer()), budget: budget,
            settings: CallSettings(), clock: clock, headers: KeapHeaders.self)
    }

    var inFlight: Int { calls.queue.inFlight }
    var waiting: Int { calls.queue.standing(line) }
    var isIdle: Bool { calls.queue.isIdle }
    var counters: [APIEndpoint: EndpointCounters] { calls.endpoints }
    var circuit: CircuitReport { calls.queue.breakers.account.report(at: calls.clock.now) }

    /// - Returns: the answer's status; nil without an answer.
    func get(_ id: String) async throws(CallNotSent) -> CallEnd<Int?> {
        let request = APIRequest(.item, .get, ["items", id])
        let (pass, permit) = try await calls.enter(calls.queue.enqueue(line))
        let call = await calls.send(request, about: .record(id), in: line, permit) {
            answer -> (answer: Int?, meaning: CallMeaning) in
            switch answer {
            case .success(let response) where response.isSuccess: (response.status, .success)
            case .success(let response) where response.status == 429: (response.status, .throttled)
            case .success(let response): (response.status, .doubtful(.unavailable, reason: "\(response.status)"))
            case .failure(let failure): (nil, .doubtful(.unavailable, reason: "\(failure)"))
            }
        }
        calls.finish(pass, CircuitBreaker.Outcome(call))
        return call
    }
}
