import SeededRandom
import Clocks
import DeterministicSimulation
import KeapSimulator
import OutboundAPI
import RateLimits
import Synchronization
import Testing

@testable import Keap

/// Merging against the simulated Keap, with a budget as scarce as Keap's: what it costs, and whether it is right.
@Suite(.timeLimit(.minutes(30))) struct EditsOnSimulatorTests {
    typealias Gateway = KeapGateway<BudgetGate>

    /// What one lane does: takes tags off its contact, then puts others on.
    struct Change {
        var contact: ContactID
        var off: [TagID]
        var on: [TagID]
    }

    @Test func `five hundred status changes cost ten calls`() async throws {
        let town = Town()
        let (old, new) = (town.keap.tag("Prospect"), town.keap.tag("Student"))
        let contacts = town.keap.contacts(500) { _ in ["Prospect"] }
        try await town.deliver(contacts.map { Change(contact: $0, off: [old], on: [new]) })

        let audit = town.keap.audit
        #expect(audit.total == 10)
        #expect(audit.violationCount == 0)
        #expect(audit.throttledCount == 0)
        for contact in contacts { #expect(town.keap.tagHistory(of: contact).suffix(2) == ["-\(old)", "+\(new)"]) }
        let merging = await town.gateway.counters().merging
        #expect(merging.calls == 10)
        #expect(merging.mergedCalls == 10)
        #expect(merging.edits == 1_000)
    }

    @Test(arguments: 0..<8)
    func `a window that waits is done in as many calls as its plan has`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let town = Town(seed: seed)
        let tags = (0..<12).map { town.keap.tag("T\($0)") }
        let contacts = town.keap.contacts(150) { _ in tags.indices.map { "T\($0)" } }
        var graph = EditGraph()
        let changes = contacts.map { contact in
            let off = tags.filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
            if !off.isEmpty { graph.add(contact, off) }
            return Change(contact: contact, off: off, on: [])
        }
        try await town.deliver(changes)

        #expect(town.keap.audit.total == CallCover(graph).calls.count, "seed \(seed)")
        #expect(town.keap.audit.violationCount == 0, "seed \(seed)")
        for change in changes {
            #expect(town.keap.tags(of: change.contact) == Set(tags).subtracting(change.off), "seed \(seed)")
        }
    }

    /// Lanes at all stages at once, bulk and live, with updates of fields between, and answers that take their time.
    @Test(arguments: 0..<12)
    func `random lanes: no overlap, no overrun, removals before additions, and the right tags`(seed: UInt64)
        async throws
    {
        var random = SeededGenerator(seed: seed)
        let town = Town(limits: CallLimits(perSecond: 10, perMinute: 240), slowness: 30, seed: seed)
        let tags = (0..<6).map { town.keap.tag("T\($0)") }
        let contacts = town.keap.contacts(60) { [0, 1, 2].map { "T\($0)" } + ["Foreign\($0 % 3)"] }
        let rounds = (0..<3).map { _ in
            contacts.map { contact in
                let on = tags.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
                return Change(contact: contact, off: tags.filter { !on.contains($0) }, on: on)
            }
        }
        let urgencies: [Urgency] = contacts.map { _ in Int.random(in: 0..<4, using: &random) == 0 ? .bulk : .live }
        let updates = contacts.map { _ in Int.random(in: 0..<3, using: &random) == 0 }

        var body = ContactBody()
        body.givenName = "Ada"
        try await town.run(
            contacts.indices.map { [body] place in
                {
                    let calls = town.gateway.calls(urgencies[place])
                    for round in rounds {
                        let change = round[place]
                        try await calls.remove(change.off, from: change.contact)
                        if updates[place] { try await calls.update(change.contact, with: body) }
                        let answers = try await calls.apply(change.on, to: change.contact)
                        #expect(answers.values.allSatisfy { $0 == .applied || $0 == .duplicate }, "seed \(seed)")
                    }
                }
            })

        let audit = town.keap.audit
        #expect(audit.violationCount == 0, "seed \(seed): \(audit.violations.prefix(3))")
        #expect(audit.throttledCount == 0, "seed \(seed)")
        let patches = updates.count { $0 } * rounds.count
        #expect(audit.total - patches < contacts.count * rounds.count, "seed \(seed): nothing merged")
        for (place, contact) in contacts.enumerated() {
            let last = rounds.last?[place].on ?? []
            let ours = town.keap.tags(of: contact).intersection(tags)
            #expect(ours == Set(last), "seed \(seed)")
            #expect(town.keap.tags(of: contact).subtracting(tags).count == 1, "seed \(seed): a foreign tag was touched")
            #expect(isInOrder(town.keap.tagHistory(of: contact), rounds.map { $0[place] }, worn: 3), "seed \(seed)")
        }
    }

    /// Whether a contact's history is that of its changes in turn, each with all its removals before its additions.
    private func isInOrder(_ history: [String], _ changes: [Change], worn: Int) -> Bool {
        var rest = history.dropFirst(worn + 1)  // what it wore at first, and a foreign tag
        var tags = Set(history.prefix(worn + 1).map { String($0.dropFirst()) })
        for change in changes {
            var off = Set(change.off.map(\.text)).intersection(tags)
            var on = Set(change.on.map(\.text)).subtracting(tags)
            tags.subtract(off)
            tags.formUnion(on)
            while !off.isEmpty {
                guard let event = rest.popFirst(), event.first == "-", off.remove(String(event.dropFirst())) != nil
                else {
                    return false
                }
            }
            while !on.isEmpty {
                guard let event = rest.popFirst(), event.first == "+", on.remove(String(event.dropFirst())) != nil
                else {
                    return false
                }
            }
        }
        return rest.isEmpty
    }
}

/// A simulated account, its gateway, and a clock that runs when nothing else does.
private struct Town {
    let clock = ManualClock(wallOrigin: SimulatedAccount.start)
    let keap: SimulatedAccount
    let gateway: EditsOnSimulatorTests.Gateway
    private let budget: BudgetGate

    init(
        limits: CallLimits = CallLimits(perSecond: 10, perMinute: 240, perDay: 30_000), slowness: Int = 0,
        seed: UInt64 = 1
    ) {
        keap = SimulatedAccount(clock: clock, limits: .key, slowness: slowness, seed: seed)
        budget = BudgetGate(limits: limits, clock: clock, saved: nil, save: { _ in })
        gateway = KeapGateway(transport: keap, budget: budget, clock: clock)
    }

    /// Delivers changes that all wait when the first permit comes. Time stands still while anything else can happen, so
    /// that the same changes always cost the same.
    func deliver(_ changes: [EditsOnSimulatorTests.Change]) async throws {
        await budget.close(for: .seconds(1))
        let calls = gateway.calls()
        try await run(
            isPatient: true,
            changes.map { change in
                {
                    try await calls.remove(change.off, from: change.contact)
                    _ = try await calls.apply(change.on, to: change.contact)
                }
            })
    }

    /// Runs lanes and moves the clock on when somebody sleeps; a patient clock, only when all lanes wait.
    func run(isPatient: Bool = false, _ lanes: [@Sendable () async throws -> Void]) async throws {
        let left = Left(lanes.count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in lanes {
                group.addTask {
                    defer { left.decrease() }
                    try await lane()
                }
            }
            while case let running = left.count, running > 0, !Task.isCancelled {
                let counters = await gateway.counters()
                let areAllWaiting = counters.waiting + counters.inFlight >= running && keap.underWay == 0
                if clock.sleeperCount > 0, areAllWaiting || !isPatient { clock.advance(by: .milliseconds(10)) }
                await Task.yield()
            }
            try await group.waitForAll()
        }
    }
}

/// Lanes that have not ended.
private final class Left: Sendable {
    private let number: Mutex<Int>

    init(_ count: Int) { number = Mutex(count) }

    var count: Int { number.withLock { $0 } }
    func decrease() { number.withLock { $0 -= 1 } }
}
