import Clocks
import DeterministicSimulation
import OutboundAPI
import RateLimits
import Testing

@testable import Keap

/// What callers of a gateway see when their tag edits wait together.
@Suite(.timeLimit(.minutes(30))) struct MergingTests {
    typealias Gateway = KeapGateway<ShutBudget>
    typealias Answers = [TagID: TagAnswer]

    let clock = ManualClock(wallOrigin: 0)
    let budget = ShutBudget()
    let transport = HeldTransport()
    let gateway: Gateway

    init() {
        gateway = Gateway(transport: transport, budget: budget, clock: clock)
    }

    @Test func `edits that wait for a permit share a call, and each caller hears of its own contact`() async throws {
        let callers = await apply(5, to: 1...4)
        await send()
        #expect(transport.targets == ["/v2/tags/5/contacts:applyTags"])
        #expect(transport.contacts == [["1", "2", "3", "4"]])
        #expect(await gateway.counters().inFlight == 1)
        transport.answer(
            with: .json(#"{"results":{"1":"SUCCESS","2":"DUPLICATE","3":"CONTACT_NOT_FOUND","4":"SUCCESS"}}"#))
        #expect(await outcomes(callers) == [.applied, .duplicate, .contactGone, .applied].map { .success([five: $0]) })
        let merging = await gateway.counters().merging
        #expect(merging.calls == 1)
        #expect(merging.mergedCalls == 1)
        #expect(merging.edits == 4)
        #expect(merging.edges == 4)
        #expect(budget.finishedCount == 1)
    }

    @Test func `a batch over which Keap stumbles is asked for one by one`() async throws {
        let callers = await apply(5, to: 1...3)
        await send()
        transport.answer(with: .status(500, #"{"message":"Oops"}"#))
        for _ in 1...3 {
            await send()
            let isSick = transport.targets == ["/v1/contacts/2/tags"]
            transport.answer(with: isSick ? .status(500, #"{"message":"Oops"}"#) : .json("{}"))
        }
        let done = Result<Answers, KeapFailure>.success([five: .applied])
        #expect(await outcomes(callers) == [done, .failure(.unclear(reason: "Oops")), done])
    }

    @Test func `a removal has no items, so its success covers all`() async throws {
        let calls = gateway.calls()
        let callers = (1...3).map { id in Task { try await calls.remove([five], from: ContactID("\(id)")) } }
        await gathered(3)
        await send()
        #expect(transport.targets == ["/v2/tags/5/contacts:removeTags"])
        transport.answer(with: .status(204))
        for caller in callers { try await caller.value }
    }

    @Test func `all tags of a contact and a tag of many contacts are the fewest calls`() async throws {
        let calls = gateway.calls()
        let tags = (5...7).map { TagID("\($0)") }
        let first = Task { try await calls.apply(tags, to: ContactID("9")) }
        await gathered(1)
        let others = await apply(5, to: 1...2, after: 1)
        await send()
        #expect(transport.targets == ["/v1/contacts/9/tags"])
        transport.answer(with: .json(#"{"5":"SUCCESS","6":"SUCCESS","7":"TAG_ID_NOT_FOUND"}"#))
        #expect(try await first.value == [tags[0]: .applied, tags[1]: .applied, tags[2]: .tagGone])
        await send()
        #expect(transport.targets == ["/v2/tags/5/contacts:applyTags"])
        transport.answer(with: .json(#"{"results":{"1":"SUCCESS","2":"SUCCESS"}}"#))
        #expect(await outcomes(others) == [.success([five: .applied]), .success([five: .applied])])
    }

    @Test func `a batch of unclear fate is unclear for each`() async {
        let callers = await apply(5, to: 1...3)
        await send()
        transport.answer(with: .failure(.unclear("No answer within 60 s.")))
        for outcome in await outcomes(callers) {
            #expect(outcome == .failure(.unclear(reason: "No answer within 60 s.")))
        }
    }

    @Test func `a batch that was never sent is unavailable for each`() async {
        let callers = await apply(5, to: 1...3)
        await send()
        transport.answer(with: .failure(.notSent("no route")))
        for outcome in await outcomes(callers) { #expect(outcome == .failure(.unavailable(reason: "no route"))) }
    }

    @Test func `after a 429 all wait again, with those that came meanwhile, and no caller hears of it`() async {
        let callers = await apply(5, to: 1...3)
        await send()
        transport.answer(with: .status(429, #"{"code":"429","message":"Quota Exceeded"}"#))
        await budget.hasWaiters(1)
        let late = await apply(5, to: 4...4, after: 3)
        await send()
        #expect(transport.contacts == [["1", "2", "3", "4"]])
        transport.answer(with: .json("{}"))
        #expect(await outcomes(callers + late) == Array(repeating: .success([five: .applied]), count: 4))
        #expect(await gateway.counters().endpoints[.applyTagToMany]?.throttled == 1)
        #expect(budget.finishedCount == 2)
    }

    @Test func `while the circuit is open all wait, and the first call after it carries them all`() async {
        let failing = await apply(5, to: 1...1)
        await send()
        transport.answer(with: .status(401, #"{"fault":{"faultstring":"Invalid Access Token"}}"#))
        #expect(await outcomes(failing) == [.failure(.unauthorized(message: "Invalid Access Token"))])
        let callers = await apply(5, to: 2...4)
        await clock.hasSleepers(1)
        clock.advance(by: .seconds(30))
        await send()
        #expect(transport.contacts == [["2", "3", "4"]])
        transport.answer(with: .json("{}"))
        #expect(await outcomes(callers) == Array(repeating: .success([five: .applied]), count: 3))
    }

    // MARK: Cancellation

    @Test func `who is cancelled while it waits takes out its own edges`() async {
        let callers = await apply(5, to: 1...4)
        // The first stands in line for the permit, the third only waits for its call.
        callers[0].cancel()
        callers[2].cancel()
        #expect(await callers[0].outcome == .failure(.cancelled))
        #expect(await callers[2].outcome == .failure(.cancelled))
        await send()
        #expect(transport.contacts == [["2", "4"]])
        transport.answer(with: .json("{}"))
        #expect(await callers[1].outcome == .success([five: .applied]))
        #expect(await callers[3].outcome == .success([five: .applied]))
        #expect(await gateway.counters().waiting == 0)
    }

    @Test func `who is cancelled when its call is under way hears how it ended`() async {
        let callers = await apply(5, to: 1...3)
        await send()
        for caller in callers { caller.cancel() }
        transport.answer(with: .json(#"{"results":{"1":"SUCCESS","2":"CONTACT_NOT_FOUND","3":"SUCCESS"}}"#))
        #expect(await outcomes(callers) == [.applied, .contactGone, .applied].map { .success([five: $0]) })
    }

    @Test func `who was cancelled does not wait again when its call was refused for being too many`() async {
        let callers = await apply(5, to: 1...2)
        await send()
        callers[1].cancel()
        transport.answer(with: .status(429))
        #expect(await callers[1].outcome == .failure(.cancelled))
        await send()
        #expect(transport.targets == ["/v1/contacts/1/tags"])
        transport.answer(with: .json("{}"))
        #expect(await callers[0].outcome == .success([five: .applied]))
    }

    // MARK: A refused batch

    @Test func `a refused batch is halved, each half at a permit's cost, until the refused edit stands alone`() async {
        let callers = await apply(5, to: 1...4)
        await send()
        transport.answer(with: .status(400, #"{"message":"CONTACT_NOT_FOUND"}"#))
        await send()
        #expect(transport.targets == ["/v2/tags/5"])
        transport.answer(with: .json(#"{"id":5,"name":"t"}"#))
        for (contacts, reply) in [
            (["1", "2"], Reply.json("{}")), (["3", "4"], .status(400, #"{"message":"CONTACT_NOT_FOUND"}"#)),
            (["3"], .status(400, #"{"message":"CONTACT_NOT_FOUND"}"#)), (["4"], .json("{}")),
        ] {
            await send()
            #expect(transport.contacts == [contacts])
            transport.answer(with: reply)
        }
        #expect(await outcomes(callers) == [.applied, .applied, .contactGone, .applied].map { .success([five: $0]) })
        #expect(budget.finishedCount == 6)
    }

    @Test func `of a removal, the contact that is gone is its own lane's news`() async {
        let calls = gateway.calls()
        let callers = (1...2).map { id in
            Task { () async throws -> Answers in
                try await calls.remove([five], from: ContactID("\(id)"))
                return [:]
            }
        }
        await gathered(2)
        for reply in [
            Reply.status(404, #"{"message":"not found"}"#), .json(#"{"id":5,"name":"t"}"#),
            .status(404, #"{"message":"not found"}"#), .status(204),
        ] {
            await send()
            transport.answer(with: reply)
        }
        let (first, second) = (await callers[0].outcome, await callers[1].outcome)
        #expect([first, second].contains(.failure(.gone(message: "not found"))))
        #expect([first, second].contains(.success([:])))
    }

    @Test func `a contact that Keap refuses for another reason hears it, and the others do not`() async {
        let callers = await apply(5, to: 1...2)
        for reply in [
            Reply.status(409, #"{"message":"Conflict"}"#), .json(#"{"id":5,"name":"t"}"#),
            .status(409, #"{"message":"Contact 1 is locked"}"#),
            .json("{}"),
        ] {
            await send()
            transport.answer(with: reply)
        }
        #expect(await callers[0].outcome == .success([five: .refused("Contact 1 is locked")]))
        #expect(await callers[1].outcome == .success([five: .applied]))
    }

    @Test func `a batch whose tag is gone is not halved`() async {
        let callers = await apply(5, to: 1...3)
        await send()
        transport.answer(with: .status(404, #"{"message":"No such tag"}"#))
        await send()
        transport.answer(with: .status(404, #"{"message":"No such tag"}"#))
        #expect(await outcomes(callers) == Array(repeating: .success([five: .tagGone]), count: 3))
        #expect(budget.finishedCount == 2)
    }

    @Test func `a half that fails for another reason fails its own contacts only`() async {
        let callers = await apply(5, to: 1...4)
        for reply in [
            Reply.status(400, #"{"message":"Bad request"}"#), .json(#"{"id":5,"name":"t"}"#),
            .failure(.unclear("reset")), .json("{}"),
        ] {
            await send()
            transport.answer(with: reply)
        }
        let unclear = Result<Answers, KeapFailure>.failure(.unclear(reason: "reset"))
        #expect(await outcomes(callers) == [unclear, unclear, .success([five: .applied]), .success([five: .applied])])
    }

    @Test func `if who halves a batch is cancelled, the rest of it waits again`() async {
        let callers = await apply(5, to: 1...4)
        await send()
        transport.answer(with: .status(400, #"{"message":"Bad request"}"#))
        await send()
        transport.answer(with: .json(#"{"id":5,"name":"t"}"#))
        await budget.hasWaiters(1)
        callers[0].cancel()
        #expect(await callers[0].outcome == .failure(.cancelled))
        await send()
        #expect(transport.contacts == [["2", "3", "4"]])
        transport.answer(with: .json("{}"))
        #expect(await outcomes(Array(callers[1...])) == Array(repeating: .success([five: .applied]), count: 3))
    }

    @Test func `an item in undocumented words is asked for again where they are documented`() async {
        let callers = await apply(5, to: 1...2)
        await send()
        transport.answer(with: .json(#"{"results":{"1":"SUCCESS","2":"QUEUED"}}"#))
        #expect(await callers[0].outcome == .success([five: .applied]))
        await send()
        #expect(transport.targets == ["/v1/contacts/2/tags"])
        transport.answer(with: .json(#"{"5":"FAILURE"}"#))
        #expect(await callers[1].outcome == .success([five: .refused("FAILURE")]))
    }

    @Test func `after a batch without a clear answer the next ones are smaller`() async {
        var callers = await apply(5, to: 1...8)
        var answered = 0
        for (size, reply) in [
            (8, Reply.failure(.unclear("slow"))), (2, .json("{}")), (4, .json("{}")), (2, .json("{}")),
        ] {
            await send()
            #expect(transport.contacts.map(\.count) == [size])
            transport.answer(with: reply)
            if case .failure = reply {
                #expect(await outcomes(callers).allSatisfy { $0 == .failure(.unclear(reason: "slow")) })
                callers = await apply(5, to: 1...8)
            } else {
                // Oldest first. Once they have heard, the gateway has learned from the answer.
                _ = await outcomes(Array(callers[answered..<(answered + size)]))
                answered += size
            }
        }
        #expect(await outcomes(callers).allSatisfy { $0 == .success([five: .applied]) })
    }

    @Test func `where a contact's call waits can be asked`() async {
        #expect(await gateway.stage(of: ContactID("1")) == nil)
        let callers = await apply(5, to: 1...3)
        let calls = gateway.calls()
        #expect(await gateway.stage(of: ContactID("1")) == .underWay)
        #expect(await gateway.stage(of: ContactID("2")) == .gathering(others: 2))
        let update = Task { try await calls.update(ContactID("2"), with: .whole) }
        await gathered(4)
        #expect(await gateway.stage(of: ContactID("2")) == .behindOthers)
        await send()
        #expect(await gateway.stage(of: ContactID("3")) == .underWay)
        transport.answer(with: .json("{}"))
        _ = await outcomes(callers)
        await send()
        transport.answer(with: .json("{}"))
        _ = await update.result
    }

    // MARK: Order

    @Test func `a contact's other calls keep their order with its edits`() async throws {
        let calls = gateway.calls()
        let update = Task { try await calls.update(ContactID("2"), with: .whole) }
        await budget.hasWaiters(1)
        let callers = await apply(5, to: 1...3, after: 1)
        let last = Task { try await calls.update(ContactID("3"), with: .whole) }
        await waits(3)
        await send()
        #expect(transport.targets.allSatisfy { $0.hasPrefix("/v2/contacts/2?") })
        await send()
        // Contact 2 is not free, and contact 3's update comes after its tag.
        #expect(transport.contacts == [[], ["1", "3"]])
        transport.answer("contacts/2", with: .json("{}"))
        try await update.value
        await send()
        #expect(transport.targets.last == "/v1/contacts/2/tags")
        for _ in 0..<2 { transport.answer("tags", with: .json("{}")) }
        await send()
        #expect(transport.targets.allSatisfy { $0.hasPrefix("/v2/contacts/3?") })
        transport.answer(with: .json("{}"))
        try await last.value
        #expect(await outcomes(callers) == Array(repeating: .success([five: .applied]), count: 3))
    }

    @Test func `a contact's later calls wait for its edit to end, not for the first of its calls`() async throws {
        let calls = gateway.calls()
        let callers = await apply(5, to: 1...2)
        let update = Task { try await calls.update(ContactID("1"), with: .whole) }
        await gathered(3)
        for reply in [
            Reply.status(429), .status(400, #"{"message":"No"}"#), .json(#"{"id":5,"name":"t"}"#), .json("{}"),
        ] {
            await send()
            #expect(transport.targets.allSatisfy { $0.hasPrefix("/v2/tags/5") })
            #expect(await gateway.stage(of: ContactID("1")) == .behindOthers)
            transport.answer(with: reply)
        }
        await budget.hasWaiters(2)
        for _ in 0..<2 {
            await send()
            transport.answer(with: .json("{}"))
        }
        try await update.value
        #expect(await outcomes(callers) == Array(repeating: .success([five: .applied]), count: 2))
    }

    @Test func `live edits go before bulk ones, which ride along where they fit`() async {
        let bulk = gateway.calls(.bulk)
        let late = (11...12).map { id in Task { try await bulk.apply([five], to: ContactID("\(id)")) } }
        await gathered(2)
        let callers = await apply(5, to: 1...2, after: 2)
        await budget.hasWaiters(2)
        #expect(budget.waiting.contains(.live))
        while budget.waiting.first != .live { budget.rotate() }
        await send()
        guard let first = transport.contacts.first else { return }
        #expect(first.prefix(2) == ["1", "2"])
        #expect(first.count == 3)
        transport.answer(with: .json("{}"))
        #expect(await outcomes(callers).count == 2)
        await send()
        transport.answer(with: .json("{}"))
        #expect(await outcomes(late) == Array(repeating: .success([five: .applied]), count: 2))
    }

    @Test func `the halves of a refused bulk call go as live ones, since live calls may wait for them`() async throws {
        let bulk = gateway.calls(.bulk)
        let callers = (1...2).map { id in Task { try await bulk.apply([five], to: ContactID("\(id)")) } }
        await gathered(2)
        await send()
        let update = Task { try await gateway.calls().update(ContactID("1"), with: .whole) }
        await waits(1)
        transport.answer(with: .status(400, #"{"message":"No"}"#))
        for reply in [Reply.json(#"{"id":5,"name":"t"}"#), .json("{}"), .json("{}"), .json("{}")] {
            await budget.hasWaiters(1)
            #expect(!budget.waiting.contains(.bulk))
            await send()
            transport.answer(with: reply)
        }
        try await update.value
        #expect(await outcomes(callers) == Array(repeating: .success([five: .applied]), count: 2))
    }

    @Test func `a live change goes before an import's of the same contact that waits for its budget`() async throws {
        let bulk = gateway.calls(.bulk)
        let late = Task { try await bulk.apply([five], to: ContactID("1")) }
        await budget.hasWaiters(1)
        let update = Task { try await gateway.calls().update(ContactID("1"), with: .whole) }
        await budget.hasWaiters(2)
        while budget.waiting.first != .live { budget.rotate() }
        await send()
        #expect(transport.targets.allSatisfy { $0.contains("contacts/1?") })
        // The permit of the other comes to nothing while this one is under way.
        budget.grantOldest()
        while budget.finishedCount < 1 { await Task.yield() }
        #expect(await gateway.counters().inFlight == 1)
        transport.answer(with: .json(#"{"id":1}"#))
        try await update.value
        await send()
        transport.answer(with: .json("{}"))
        #expect(await late.outcome == .success([five: .applied]))
        #expect(budget.finishedCount == 3)
    }

    // MARK: Helpers

    private var five: TagID { TagID("5") }

    /// Callers that each want one tag on one contact, and wait when this returns, in the order of their contacts.
    private func apply(_ tag: Int, to ids: ClosedRange<Int>, after: Int = 0) async -> [Task<Answers, any Error>] {
        let calls = gateway.calls()
        var callers: [Task<Answers, any Error>] = []
        for id in ids {
            callers.append(Task { try await calls.apply([TagID("\(tag)")], to: ContactID("\(id)")) })
            await gathered(after + callers.count)
        }
        return callers
    }

    /// Returns once so many callers wait, be it with a place.
    private func gathered(_ count: Int) async {
        while !Task.isCancelled {
            let counters = await gateway.counters()
            if counters.waiting + counters.inFlight >= count { return }
            await Task.yield()
        }
    }

    private func waits(_ count: Int) async {
        while await gateway.counters().waiting < count, !Task.isCancelled { await Task.yield() }
    }

    /// Gives one permit and returns when its call is under way.
    private func send() async {
        await budget.hasWaiters(1)
        let held = transport.targets.count
        budget.grantOldest()
        await transport.holds(held + 1)
    }

    private func outcomes(_ callers: [Task<Answers, any Error>]) async -> [Result<Answers, KeapFailure>] {
        var outcomes: [Result<Answers, KeapFailure>] = []
        for caller in callers { outcomes.append(await caller.outcome) }
        return outcomes
    }
}

extension Task where Failure == any Error {
    fileprivate var outcome: Result<Success, KeapFailure> {
        get async {
            await result.mapError { error in
                guard let failure = error as? KeapFailure else { preconditionFailure("calls fail with KeapFailure") }
                return failure
            }
        }
    }
}
