import Clocks
import DeterministicSimulation
import OutboundAPI
import RateLimits
import Testing

@testable import Keap

@Suite struct KeapCallQueueTests {
    typealias Queue = KeapCallQueue
    let now = ManualClock().now

    @Test func `no more calls run than there are places, and the first to come is the first to go`() {
        var queue = Queue(slots: 2)
        let tickets = (0..<4).map { _ in queue.enqueue(.none, .live) }
        let first = go(&queue, tickets[0])
        #expect(go(&queue, tickets[1]) != nil)
        #expect(queue.ask(tickets[2], at: now) == .wait)
        #expect(queue.inFlight == 2)
        #expect(queue.waiting == 2)

        if let first { queue.finish(first, .success, at: now) }
        #expect(queue.ask(tickets[3], at: now) == .wait)
        #expect(queue.head == tickets[2])
        #expect(go(&queue, tickets[2]) != nil)
    }

    @Test func `live calls go before bulk ones`() {
        var queue = Queue(slots: 4)
        let bulk = (0..<4).map { _ in queue.enqueue(.none, .bulk) }
        #expect(go(&queue, bulk[0]) != nil)
        let live = (0..<3).map { _ in queue.enqueue(.none, .live) }
        #expect(queue.ask(bulk[1], at: now) == .wait)
        #expect(go(&queue, live[0]) != nil)
        #expect(go(&queue, live[1]) != nil)
        #expect(go(&queue, live[2]) != nil)
        #expect(queue.head == nil)
    }

    @Test func `with only bulk calls a quarter of the places stays free`() {
        var queue = Queue(slots: 4)
        let bulk = (0..<4).map { _ in queue.enqueue(.none, .bulk) }
        #expect(go(&queue, bulk[0]) != nil)
        #expect(go(&queue, bulk[1]) != nil)
        #expect(go(&queue, bulk[2]) != nil)
        #expect(queue.head == nil)
        #expect(queue.ask(bulk[3], at: now) == .wait)
    }

    @Test func `one place serves both kinds`() {
        var queue = Queue(slots: 1)
        let bulk = queue.enqueue(.none, .bulk)
        #expect(go(&queue, bulk) != nil)
    }

    @Test func `who waits for a contact takes no place, and no one else's turn`() {
        var queue = Queue(slots: 2)
        let contact = ContactClaim.one(ContactID("1"))
        let first = queue.enqueue(contact, .live)
        let second = queue.enqueue(contact, .live)
        let other = queue.enqueue(.one(ContactID("2")), .live)
        let pass = go(&queue, first)
        #expect(queue.ask(second, at: now) == .wait)
        #expect(go(&queue, other) != nil)
        if let pass { queue.finish(pass, .success, at: now) }
        #expect(go(&queue, second) != nil)
    }

    @Test func `who comes free goes before those who arrived later`() {
        var queue = Queue(slots: 1)
        let contact = ContactClaim.one(ContactID("1"))
        let first = queue.enqueue(contact, .live)
        let second = queue.enqueue(contact, .live)
        let third = queue.enqueue(.none, .live)
        let pass = go(&queue, first)
        if let pass { queue.finish(pass, .success, at: now) }
        #expect(queue.head == second)
        queue.cancel(second)
        #expect(queue.head == third)
    }

    @Test func `while the circuit is open the head waits for its time and then tries alone`() {
        var queue = Queue(slots: 8)
        for _ in 1...5 {
            let ticket = queue.enqueue(.none, .live)
            if let pass = go(&queue, ticket) { queue.finish(pass, .failure(reason: "503"), at: now) }
        }
        let head = queue.enqueue(.none, .live)
        let next = queue.enqueue(.none, .live)
        let later = now.advanced(by: .seconds(2))
        #expect(queue.ask(head, at: now) == .waitUntil(later))
        #expect(queue.ask(next, at: later) == .wait)
        let probe = go(&queue, head, at: later)
        #expect(probe?.isProbe == true)
        #expect(queue.ask(next, at: later) == .wait)
        if let probe { queue.finish(probe, .success, at: later) }
        let follower = go(&queue, next, at: later)
        #expect(follower?.isProbe == false)
        if let follower { queue.finish(follower, .success, at: later) }
        #expect(queue.isIdle)
    }

    @Test func `giving up leaves nothing behind`() {
        var queue = Queue(slots: 1)
        let contact = ContactClaim.one(ContactID("1"))
        let tickets = (0..<3).map { _ in queue.enqueue(contact, .live) }
        for ticket in tickets.reversed() { queue.cancel(ticket) }
        #expect(queue.isIdle)
    }

    private func go(_ queue: inout Queue, _ ticket: CallTicket, at instant: Instant? = nil) -> CallPass? {
        guard case .go(var pass) = queue.ask(ticket, at: instant ?? now), queue.start(&pass, at: instant ?? now) else {
            return nil
        }
        return pass
    }

    private func open(_ queue: inout Queue) {
        for _ in 1...5 {
            let ticket = queue.enqueue(.none, .live)
            if let pass = go(&queue, ticket) { queue.finish(pass, .failure(reason: "503"), at: now) }
        }
    }

    @Test func `who waits for a permit takes no place, and is no probe`() {
        var queue = Queue(slots: 1)
        open(&queue)
        let later = now.advanced(by: .seconds(2))
        let bulk = queue.enqueue(.none, .bulk)
        guard case .go(var waiting) = queue.ask(bulk, at: later) else {
            Issue.record("a bulk call may try")
            return
        }
        // Its permit may take hours. A live call that comes gets one at once.
        let live = queue.enqueue(.none, .live)
        let probe = go(&queue, live, at: later)
        #expect(probe?.isProbe == true)
        #expect(queue.inFlight == 1)
        let hasBegun = queue.start(&waiting, at: later)
        #expect(!hasBegun, "the place is taken, and somebody tries already")
        if let probe { queue.finish(probe, .success, at: later) }
        #expect(go(&queue, bulk, at: later)?.isProbe == false)
    }

    @Test func `a bulk call leaves the last place to a live one that is on its way to a permit`() {
        var queue = Queue(slots: 1)
        let bulk = queue.enqueue(.none, .bulk)
        guard case .go(var early) = queue.ask(bulk, at: now) else {
            Issue.record("nobody is before it")
            return
        }
        let live = queue.enqueue(.none, .live)
        guard case .go(var late) = queue.ask(live, at: now) else {
            Issue.record("a bulk call that waits is in nobody's way")
            return
        }
        let begun = [queue.start(&early, at: now), queue.start(&late, at: now)]
        #expect(begun == [false, true])
    }

    @Test func `while the circuit is open a call that has its permit stays back`() {
        var queue = Queue(slots: 8)
        let ticket = queue.enqueue(.none, .live)
        guard case .go(var pass) = queue.ask(ticket, at: now) else {
            Issue.record("nobody is before it")
            return
        }
        for _ in 1...5 {
            let failing = queue.enqueue(.none, .live)
            if let pass = go(&queue, failing) { queue.finish(pass, .failure(reason: "503"), at: now) }
        }
        let hasBegun = queue.start(&pass, at: now)
        #expect(!hasBegun)
        #expect(queue.ask(ticket, at: now) == .waitUntil(now.advanced(by: .seconds(2))))
    }

    @Test func `accounts that share a budget try one after the other, and at once when one of them is well`() {
        let probes = SharedHalfOpenGate()
        var (a, b) = (Queue(slots: 8, probes: probes), Queue(slots: 8, probes: probes))
        open(&a)
        open(&b)
        let later = now.advanced(by: .seconds(2))
        let (first, second) = (a.enqueue(.none, .live), b.enqueue(.none, .live))
        let probe = go(&a, first, at: later)
        #expect(probe?.isProbe == true)
        #expect(b.ask(second, at: later) == .waitUntil(later.advanced(by: .seconds(5))))
        if let probe { a.finish(probe, .success, at: later) }
        #expect(go(&b, second, at: later)?.isProbe == true)
    }

    @Test func `the later calls of a run go before those that came after its first one`() {
        var queue = Queue(slots: 1)
        let first = queue.enqueue(.none, .live)
        let other = queue.enqueue(.none, .live)
        if let pass = go(&queue, first) { queue.finish(pass, .success, at: now) }
        let second = queue.enqueue(.none, .live, rank: first.rank)
        #expect(queue.head == second)
        queue.cancel(second)
        #expect(queue.head == other)
    }

    @Test func `shares take turns for the places, so a flood of one keeps no other from its budget`() {
        var queue = Queue(slots: 1)
        let flood = (0..<20).map { _ in queue.enqueue(.none, .live, for: BudgetShare("flooder")) }
        let first = go(&queue, flood[0])
        let other = queue.enqueue(.none, .live, for: BudgetShare("other"))
        if let first { queue.finish(first, .success, at: now) }
        // Nineteen of the flood were there before, of which one has its turn.
        let second = go(&queue, flood[1])
        if let second { queue.finish(second, .success, at: now) }
        #expect(queue.head == other)
        queue.cancel(other)
        #expect(queue.head == flood[2])
    }

    // MARK: A contact's calls

    @Test func `a contact's live call goes before its bulk ones that wait, and behind the one that is under way`() {
        var queue = Queue(slots: 8)
        let contact = ContactClaim.one(ContactID("1"))
        let (first, second) = (queue.enqueue(contact, .bulk), queue.enqueue(contact, .bulk))
        let pass = go(&queue, first)
        let live = queue.enqueue(contact, .live)
        #expect(queue.head == nil)
        if let pass { queue.finish(pass, .success, at: now) }
        #expect(queue.head == live)
        let ended = go(&queue, live)
        #expect(queue.head == nil)
        if let ended { queue.finish(ended, .success, at: now) }
        let last = go(&queue, second)
        if let last { queue.finish(last, .success, at: now) }
        #expect(last != nil)
        #expect(queue.isIdle)
    }

    @Test func `a bulk call whose permit comes while a live one has its contact stays back, and goes with its next`() {
        var queue = Queue(slots: 8)
        let contact = ContactClaim.one(ContactID("1"))
        let bulk = queue.enqueue(contact, .bulk)
        guard case .go(var waiting) = queue.ask(bulk, at: now) else {
            Issue.record("no other waits")
            return
        }
        let live = queue.enqueue(contact, .live)
        let pass = go(&queue, live)
        #expect(pass != nil)
        let hasStarted = queue.start(&waiting, at: now)
        #expect(!hasStarted && queue.head == nil)
        if let pass { queue.finish(pass, .success, at: now) }
        #expect(queue.head == bulk)
        let next = go(&queue, bulk)
        if let next { queue.finish(next, .success, at: now) }
        #expect(next != nil)
        #expect(queue.isIdle)
    }

    @Test func `a bulk call whose permit comes when the live one has ended starts with it`() {
        var queue = Queue(slots: 8)
        let contact = ContactClaim.one(ContactID("1"))
        let bulk = queue.enqueue(contact, .bulk)
        guard case .go(var waiting) = queue.ask(bulk, at: now) else {
            Issue.record("no other waits")
            return
        }
        let live = queue.enqueue(contact, .live)
        if let pass = go(&queue, live) { queue.finish(pass, .success, at: now) }
        #expect(queue.head == nil, "it waits for its permit, and nowhere else")
        let hasStarted = queue.start(&waiting, at: now)
        #expect(hasStarted)
        queue.finish(waiting, .success, at: now)
        #expect(queue.isIdle)
    }

    @Test func `a crowd of one gym's new people takes no other gym's way to the budget`() {
        var queue = Queue(slots: 32)
        for _ in 1...40 { _ = queue.enqueue(.none, .live, for: BudgetShare("crowd")) }
        var asked = 0
        while let head = queue.head, case .go = queue.ask(head, at: now) { asked += 1 }
        let other = queue.enqueue(.none, .live, for: BudgetShare("other"))
        #expect(asked == 8 && queue.head == other)
    }

    // MARK: Who waits for others

    private func apply(_ queue: inout Queue, _ tags: [Int], to contact: Int, of run: UInt64?, mayGather: Bool = true)
        -> CallTicket
    {
        let edit = TagEdit(.apply, ContactID("\(contact)"), tags.map { TagID("\($0)") })
        return queue.enqueue(edit, .live, rank: run, mayGather: mayGather)
    }

    /// Makes its call, if its turn has come.
    private func call(_ queue: inout Queue, _ ticket: CallTicket, callsSoon: Int = 14) -> Bool {
        guard case .go(var pass) = queue.ask(ticket, at: now), queue.start(&pass, callsSoon: callsSoon, at: now) else {
            return false
        }
        if queue.batcher.holds(ticket) {
            let batch = queue.formBatch(pass)
            queue.finish(pass, .success, at: now)
            _ = queue.complete(batch, batch.all(.answered(.applied)))
        } else {
            queue.finish(pass, .success, at: now)
        }
        return true
    }

    @Test func `a new person's tags wait for others while calls of others wait, but no longer than they may be late`() {
        var queue = Queue(slots: 32)
        let runs = (0..<20).map { _ in queue.enqueue(.none, .live) }
        #expect(call(&queue, runs[0]))
        // A tag that nobody else has been given yet goes at once.
        let first = apply(&queue, [5], to: 1, of: runs[0].rank)
        #expect(queue.head == first)
        #expect(call(&queue, first))
        #expect(call(&queue, runs[1], callsSoon: 3))
        let second = apply(&queue, [5], to: 2, of: runs[1].rank)
        for run in runs[2...4] {
            #expect(queue.head == run)
            #expect(call(&queue, run, callsSoon: 3))
        }
        // Three calls of later runs: that is as late as it may be.
        #expect(queue.head == second)
    }

    @Test func `tags go at once when nothing else waits`() {
        var queue = Queue(slots: 32)
        let runs = (0..<2).map { _ in queue.enqueue(.none, .live) }
        #expect(call(&queue, runs[0]))
        #expect(call(&queue, apply(&queue, [5], to: 1, of: runs[0].rank)))
        #expect(call(&queue, runs[1]))
        #expect(call(&queue, apply(&queue, [5], to: 2, of: runs[1].rank)))
        #expect(queue.isIdle)
    }

    @Test func `tags that wait go when no call has begun for a second`() {
        var queue = Queue(slots: 32)
        let runs = (0..<5).map { _ in queue.enqueue(.none, .live) }
        #expect(call(&queue, runs[0]))
        #expect(call(&queue, apply(&queue, [5], to: 1, of: runs[0].rank)))
        #expect(call(&queue, runs[1]))
        let waiting = apply(&queue, [5], to: 2, of: runs[1].rank)
        #expect(queue.ask(waiting, at: now) == .waitUntil(now.advanced(by: .seconds(1))))
        #expect(go(&queue, waiting, at: now.advanced(by: .seconds(1))) != nil)
    }

    @Test func `a new tag waits for no other contact where the old one was taken off`() {
        var queue = Queue(slots: 32)
        let runs = (0..<5).map { _ in queue.enqueue(.none, .live) }
        #expect(call(&queue, runs[0]))
        #expect(call(&queue, apply(&queue, [5], to: 1, of: runs[0].rank)))
        #expect(call(&queue, runs[1]))
        let next = apply(&queue, [5], to: 2, of: runs[1].rank, mayGather: false)
        #expect(queue.head == next)
    }

    @Test func `a member's change goes before a crowd of new people, as far as nobody gets late by it`() {
        var queue = Queue(slots: 32)
        let crowd = (0..<20).map { _ in queue.enqueue(.none, .live) }
        #expect(call(&queue, crowd[0], callsSoon: 2))
        let members = (1...3).map { queue.enqueue(.one(ContactID("\($0)")), .live) }
        #expect(queue.head == members[0])
        #expect(call(&queue, members[0], callsSoon: 2))
        // The second call of its run goes before anything else begins.
        let second = queue.enqueue(.one(ContactID("1")), .live, rank: members[0].rank)
        #expect(queue.head == second)
        #expect(call(&queue, second, callsSoon: 2))
        // Two calls went before the crowd: that is as late as it may be.
        #expect(queue.head == crowd[1])
    }

    @Test func `what many runs wait for goes before anything else`() {
        var queue = Queue(slots: 32)
        let runs = (0..<3).map { _ in queue.enqueue(.none, .live) }
        #expect(call(&queue, runs[0]))
        let begun = queue.enqueue(.none, .live, rank: runs[0].rank)
        let shared = queue.enqueue(.none, .live, rank: 0)
        #expect(queue.head == shared)
        queue.cancel(shared)
        #expect(queue.head == begun)
    }
}
