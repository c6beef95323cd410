import Clocks
import DeterministicSimulation
import OutboundAPI
import RateLimits
import Testing

@testable import Keap

@Suite struct CallQueueTests {
    typealias Stage = CallQueue
    let now = ManualClock().now

    @Test func `no more calls run than there are places, and the first to come is the first to go`() {
        var stage = Stage(places: 2)
        let tickets = (0..<4).map { _ in stage.arrive(.none, .live) }
        let first = go(&stage, tickets[0])
        #expect(go(&stage, tickets[1]) != nil)
        #expect(stage.ask(tickets[2], at: now) == .wait)
        #expect(stage.inFlight == 2)
        #expect(stage.waiting == 2)

        if let first { stage.end(first, .success, at: now) }
        #expect(stage.ask(tickets[3], at: now) == .wait)
        #expect(stage.head == tickets[2])
        #expect(go(&stage, tickets[2]) != nil)
    }

    @Test func `live calls go before bulk ones`() {
        var stage = Stage(places: 4)
        let bulk = (0..<4).map { _ in stage.arrive(.none, .bulk) }
        #expect(go(&stage, bulk[0]) != nil)
        let live = (0..<3).map { _ in stage.arrive(.none, .live) }
        #expect(stage.ask(bulk[1], at: now) == .wait)
        #expect(go(&stage, live[0]) != nil)
        #expect(go(&stage, live[1]) != nil)
        #expect(go(&stage, live[2]) != nil)
        #expect(stage.head == nil)
    }

    @Test func `with only bulk calls a quarter of the places stays free`() {
        var stage = Stage(places: 4)
        let bulk = (0..<4).map { _ in stage.arrive(.none, .bulk) }
        #expect(go(&stage, bulk[0]) != nil)
        #expect(go(&stage, bulk[1]) != nil)
        #expect(go(&stage, bulk[2]) != nil)
        #expect(stage.head == nil)
        #expect(stage.ask(bulk[3], at: now) == .wait)
    }

    @Test func `one place serves both kinds`() {
        var stage = Stage(places: 1)
        let bulk = stage.arrive(.none, .bulk)
        #expect(go(&stage, bulk) != nil)
    }

    @Test func `who waits for a contact takes no place, and no one else's turn`() {
        var stage = Stage(places: 2)
        let contact = ContactClaim.one(ContactID("1"))
        let first = stage.arrive(contact, .live)
        let second = stage.arrive(contact, .live)
        let other = stage.arrive(.one(ContactID("2")), .live)
        let pass = go(&stage, first)
        #expect(stage.ask(second, at: now) == .wait)
        #expect(go(&stage, other) != nil)
        if let pass { stage.end(pass, .success, at: now) }
        #expect(go(&stage, second) != nil)
    }

    @Test func `who comes free goes before those who arrived later`() {
        var stage = Stage(places: 1)
        let contact = ContactClaim.one(ContactID("1"))
        let first = stage.arrive(contact, .live)
        let second = stage.arrive(contact, .live)
        let third = stage.arrive(.none, .live)
        let pass = go(&stage, first)
        if let pass { stage.end(pass, .success, at: now) }
        #expect(stage.head == second)
        stage.giveUp(second)
        #expect(stage.head == third)
    }

    @Test func `while the circuit is open the head waits for its time and then tries alone`() {
        var stage = Stage(places: 8)
        for _ in 1...5 {
            let ticket = stage.arrive(.none, .live)
            if let pass = go(&stage, ticket) { stage.end(pass, .failure(reason: "503"), at: now) }
        }
        let head = stage.arrive(.none, .live)
        let next = stage.arrive(.none, .live)
        let later = now.advanced(by: .seconds(2))
        #expect(stage.ask(head, at: now) == .waitUntil(later))
        #expect(stage.ask(next, at: later) == .wait)
        let probe = go(&stage, head, at: later)
        #expect(probe?.isProbe == true)
        #expect(stage.ask(next, at: later) == .wait)
        if let probe { stage.end(probe, .success, at: later) }
        let follower = go(&stage, next, at: later)
        #expect(follower?.isProbe == false)
        if let follower { stage.end(follower, .success, at: later) }
        #expect(stage.isIdle)
    }

    @Test func `giving up leaves nothing behind`() {
        var stage = Stage(places: 1)
        let contact = ContactClaim.one(ContactID("1"))
        let tickets = (0..<3).map { _ in stage.arrive(contact, .live) }
        for ticket in tickets.reversed() { stage.giveUp(ticket) }
        #expect(stage.isIdle)
    }

    private func go(_ stage: inout Stage, _ ticket: Stage.Ticket, at instant: Instant? = nil) -> Stage.Pass? {
        guard case .go(var pass) = stage.ask(ticket, at: instant ?? now), stage.begin(&pass, at: instant ?? now) else {
            return nil
        }
        return pass
    }

    private func open(_ stage: inout Stage) {
        for _ in 1...5 {
            let ticket = stage.arrive(.none, .live)
            if let pass = go(&stage, ticket) { stage.end(pass, .failure(reason: "503"), at: now) }
        }
    }

    @Test func `who waits for a permit takes no place, and is no probe`() {
        var stage = Stage(places: 1)
        open(&stage)
        let later = now.advanced(by: .seconds(2))
        let bulk = stage.arrive(.none, .bulk)
        guard case .go(var waiting) = stage.ask(bulk, at: later) else {
            Issue.record("a bulk call may try")
            return
        }
        // Its permit may take hours. A live call that comes gets one at once.
        let live = stage.arrive(.none, .live)
        let probe = go(&stage, live, at: later)
        #expect(probe?.isProbe == true)
        #expect(stage.inFlight == 1)
        let hasBegun = stage.begin(&waiting, at: later)
        #expect(!hasBegun, "the place is taken, and somebody tries already")
        if let probe { stage.end(probe, .success, at: later) }
        #expect(go(&stage, bulk, at: later)?.isProbe == false)
    }

    @Test func `a bulk call leaves the last place to a live one that is on its way to a permit`() {
        var stage = Stage(places: 1)
        let bulk = stage.arrive(.none, .bulk)
        guard case .go(var early) = stage.ask(bulk, at: now) else {
            Issue.record("nobody is before it")
            return
        }
        let live = stage.arrive(.none, .live)
        guard case .go(var late) = stage.ask(live, at: now) else {
            Issue.record("a bulk call that waits is in nobody's way")
            return
        }
        let begun = [stage.begin(&early, at: now), stage.begin(&late, at: now)]
        #expect(begun == [false, true])
    }

    @Test func `while the circuit is open a call that has its permit stays back`() {
        var stage = Stage(places: 8)
        let ticket = stage.arrive(.none, .live)
        guard case .go(var pass) = stage.ask(ticket, at: now) else {
            Issue.record("nobody is before it")
            return
        }
        for _ in 1...5 {
            let failing = stage.arrive(.none, .live)
            if let pass = go(&stage, failing) { stage.end(pass, .failure(reason: "503"), at: now) }
        }
        let hasBegun = stage.begin(&pass, at: now)
        #expect(!hasBegun)
        #expect(stage.ask(ticket, at: now) == .waitUntil(now.advanced(by: .seconds(2))))
    }

    @Test func `accounts that share a budget try one after the other, and at once when one of them is well`() {
        let probes = SharedHalfOpenGate()
        var (a, b) = (Stage(places: 8, probes: probes), Stage(places: 8, probes: probes))
        open(&a)
        open(&b)
        let later = now.advanced(by: .seconds(2))
        let (first, second) = (a.arrive(.none, .live), b.arrive(.none, .live))
        let probe = go(&a, first, at: later)
        #expect(probe?.isProbe == true)
        #expect(b.ask(second, at: later) == .waitUntil(later.advanced(by: .seconds(5))))
        if let probe { a.end(probe, .success, at: later) }
        #expect(go(&b, second, at: later)?.isProbe == true)
    }

    @Test func `the later calls of a run go before those that came after its first one`() {
        var stage = Stage(places: 1)
        let first = stage.arrive(.none, .live)
        let other = stage.arrive(.none, .live)
        if let pass = go(&stage, first) { stage.end(pass, .success, at: now) }
        let second = stage.arrive(.none, .live, rank: first.rank)
        #expect(stage.head == second)
        stage.giveUp(second)
        #expect(stage.head == other)
    }

    @Test func `parties take turns for the places, so a flood of one keeps no other from its budget`() {
        var stage = Stage(places: 1)
        let flood = (0..<20).map { _ in stage.arrive(.none, .live, for: BudgetShare("flooder")) }
        let first = go(&stage, flood[0])
        let other = stage.arrive(.none, .live, for: BudgetShare("other"))
        if let first { stage.end(first, .success, at: now) }
        // Nineteen of the flood were there before, of which one has its turn.
        let second = go(&stage, flood[1])
        if let second { stage.end(second, .success, at: now) }
        #expect(stage.head == other)
        stage.giveUp(other)
        #expect(stage.head == flood[2])
    }

    // MARK: Who waits for others

    private func apply(_ stage: inout Stage, _ tags: [Int], to contact: Int, of run: UInt64?, mayGather: Bool = true)
        -> Stage.Ticket
    {
        let edit = TagEdit(.apply, ContactID("\(contact)"), tags.map { TagID("\($0)") })
        return stage.arrive(edit, .live, rank: run, mayGather: mayGather)
    }

    /// Makes its call, if its turn has come.
    private func call(_ stage: inout Stage, _ ticket: Stage.Ticket, callsSoon: Int = 14) -> Bool {
        guard case .go(var pass) = stage.ask(ticket, at: now), stage.begin(&pass, callsSoon: callsSoon, at: now) else {
            return false
        }
        if stage.board.holds(ticket) {
            let load = stage.load(pass)
            stage.end(pass, .success, at: now)
            _ = stage.land(load, load.all(.answered(.applied)))
        } else {
            stage.end(pass, .success, at: now)
        }
        return true
    }

    @Test func `a new person's tags wait for others while calls of others wait, but no longer than they may be late`() {
        var stage = Stage(places: 32)
        let runs = (0..<20).map { _ in stage.arrive(.none, .live) }
        #expect(call(&stage, runs[0]))
        // A tag that nobody else has been given yet goes at once.
        let first = apply(&stage, [5], to: 1, of: runs[0].rank)
        #expect(stage.head == first)
        #expect(call(&stage, first))
        #expect(call(&stage, runs[1], callsSoon: 3))
        let second = apply(&stage, [5], to: 2, of: runs[1].rank)
        for run in runs[2...4] {
            #expect(stage.head == run)
            #expect(call(&stage, run, callsSoon: 3))
        }
        // Three calls of later runs: that is as late as it may be.
        #expect(stage.head == second)
    }

    @Test func `tags go at once when nothing else waits`() {
        var stage = Stage(places: 32)
        let runs = (0..<2).map { _ in stage.arrive(.none, .live) }
        #expect(call(&stage, runs[0]))
        #expect(call(&stage, apply(&stage, [5], to: 1, of: runs[0].rank)))
        #expect(call(&stage, runs[1]))
        #expect(call(&stage, apply(&stage, [5], to: 2, of: runs[1].rank)))
        #expect(stage.isIdle)
    }

    @Test func `tags that wait go when no call has begun for a second`() {
        var stage = Stage(places: 32)
        let runs = (0..<5).map { _ in stage.arrive(.none, .live) }
        #expect(call(&stage, runs[0]))
        #expect(call(&stage, apply(&stage, [5], to: 1, of: runs[0].rank)))
        #expect(call(&stage, runs[1]))
        let waiting = apply(&stage, [5], to: 2, of: runs[1].rank)
        #expect(stage.ask(waiting, at: now) == .waitUntil(now.advanced(by: .seconds(1))))
        #expect(go(&stage, waiting, at: now.advanced(by: .seconds(1))) != nil)
    }

    @Test func `a new tag waits for nobody where the old one was taken off`() {
        var stage = Stage(places: 32)
        let runs = (0..<5).map { _ in stage.arrive(.none, .live) }
        #expect(call(&stage, runs[0]))
        #expect(call(&stage, apply(&stage, [5], to: 1, of: runs[0].rank)))
        #expect(call(&stage, runs[1]))
        let next = apply(&stage, [5], to: 2, of: runs[1].rank, mayGather: false)
        #expect(stage.head == next)
    }

    @Test func `a member's change goes before a crowd of new people, as far as nobody gets late by it`() {
        var stage = Stage(places: 32)
        let crowd = (0..<20).map { _ in stage.arrive(.none, .live) }
        #expect(call(&stage, crowd[0], callsSoon: 2))
        let members = (1...3).map { stage.arrive(.one(ContactID("\($0)")), .live) }
        #expect(stage.head == members[0])
        #expect(call(&stage, members[0], callsSoon: 2))
        // The second call of its run goes before anything else begins.
        let second = stage.arrive(.one(ContactID("1")), .live, rank: members[0].rank)
        #expect(stage.head == second)
        #expect(call(&stage, second, callsSoon: 2))
        // Two calls went before the crowd: that is as late as it may be.
        #expect(stage.head == crowd[1])
    }

    @Test func `what many runs wait for goes before anything else`() {
        var stage = Stage(places: 32)
        let runs = (0..<3).map { _ in stage.arrive(.none, .live) }
        #expect(call(&stage, runs[0]))
        let begun = stage.arrive(.none, .live, rank: runs[0].rank)
        let shared = stage.arrive(.none, .live, rank: 0)
        #expect(stage.head == shared)
        stage.giveUp(shared)
        #expect(stage.head == begun)
    }
}
