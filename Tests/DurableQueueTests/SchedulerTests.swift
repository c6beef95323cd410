import SeededRandom
import Testing

@testable import DurableQueue

/// Decisions as ledgers: what happened, and what is to be done for it. Nothing here waits.
@Suite struct SchedulerTests {
    /// A scheduler with a log's positions, and a clock that a test sets.
    private struct Ledger {
        var scheduler: Scheduler
        var sequence: UInt64 = 0
        var now: Int64 = 1_000

        init(_ policy: QueuePolicy = QueuePolicy()) {
            scheduler = Scheduler(QueueState(), policy: policy, announced: 0, random: SeededGenerator(seed: 1))
        }

        mutating func apply(_ record: QueueRecord) -> Scheduler.Effects {
            sequence += 1
            return scheduler.apply(
                record, at: LogTicket(sequence: sequence, address: LogAddress(rawValue: sequence)))
        }

        /// Accepts a job for the lane of these keys, and lets it become durable.
        @discardableResult mutating func add(
            _ keys: LaneKey..., of tenant: TenantID = .gym, urgency: JobUrgency = .live, isSnapshot: Bool = false,
            isDurable: Bool = true
        ) -> (job: JobID, lane: LaneID, effects: Scheduler.Effects) {
            let (state, id) = (scheduler.state, JobID(rawValue: scheduler.state.nextJob))
            let placement = state.lanes.place(keys, of: tenant)
            var effects = Scheduler.Effects()
            for other in placement.joins { effects += apply(.joined(from: other, into: placement.lane)) }
            effects += apply(
                .accepted(
                    AcceptedRecord(
                        id: id, tenant: tenant, lane: placement.lane, keys: keys, kind: 1, isSnapshot: isSnapshot,
                        urgency: urgency, acceptedAt: now, payload: [1, 2])))
            scheduler.accepted(AcceptedJob(id: id, tenant: tenant, kind: 1, payload: []), at: sequence)
            if isDurable { effects += announce() }
            return (id, placement.lane, effects)
        }

        mutating func announce() -> Scheduler.Effects { scheduler.announce(durable: sequence).effects }

        mutating func next() -> Lease? {
            var budget = 100
            _ = scheduler.catchUp(to: now, budget: &budget)
            return scheduler.next(since: now, budget: &budget)
        }

        mutating func begin() throws -> Lease {
            guard let lease = next() else { throw Missing() }
            return lease
        }

        /// All that may run now, by their first jobs.
        mutating func start() -> [Lease] {
            var all: [Lease] = []
            while let lease = next() { all.append(lease) }
            return all
        }

        /// Ends a run with what its handler says.
        @discardableResult mutating func end(
            _ lease: Lease, _ outcome: JobOutcome, isAsked: Bool = false
        ) -> OutcomeRecord? {
            let end = scheduler.end(of: lease, as: outcome, isAsked: isAsked, at: now, known: [])
            guard let record = scheduler.record(of: end, lease, at: now) else { return nil }
            let isBatch = record.ending == .done && !lease.others.isEmpty
            _ = apply(isBatch ? .batchOutcome(record, others: lease.others) : .outcome(record))
            _ = scheduler.release(lease)
            return record
        }
    }

    private func one() -> QueuePolicy {
        var policy = QueuePolicy()
        policy.lanes = 1
        return policy
    }

    // MARK: What runs

    @Test func `a job is ready once it is durable, and not before`() throws {
        var ledger = Ledger()
        let (job, _, effects) = ledger.add(.id("ann"), isDurable: false)
        #expect(effects == .init())
        #expect(ledger.next() == nil)
        #expect(ledger.announce() == .init(wakes: true))
        #expect(try ledger.begin().job == job)
    }

    @Test func `the jobs of a lane run one at a time in the order of acceptance, lanes side by side`() {
        var ledger = Ledger()
        let (first, other, second) = (ledger.add(.id("ann")), ledger.add(.id("bob")), ledger.add(.id("ann")))
        #expect(second.effects == .init(), "its lane is ready already")
        let leases = ledger.start()
        #expect(leases.map(\.job) == [first.job, other.job])
        ledger.end(leases[0], .done(state: []))
        #expect(ledger.start().map(\.job) == [second.job])
    }

    @Test func `a lease that is not the lane's any more changes nothing, and is counted`() {
        var ledger = Ledger()
        ledger.add(.id("ann"))
        ledger.add(.id("ann"))
        let old = ledger.start()[0]
        ledger.end(old, .done(state: []))
        let new = ledger.start()[0]
        #expect(ledger.end(old, .dead(reason: "no", state: [])) == nil)
        #expect(ledger.scheduler.staleCompletions == 1)
        #expect(ledger.scheduler.leases[new.lane] == new)
    }

    // MARK: What a try costs

    @Test func `what a try costs`() throws {
        struct Case {
            var outcome: JobOutcome
            var isAsked = false
            var attempts: UInt32
            var waits: ClosedRange<Int64>?
        }
        let cases: [Case] = [
            .init(outcome: .done(state: []), attempts: 1),
            .init(outcome: .dead(reason: "no", state: []), attempts: 1),
            .init(outcome: .retry(reason: "later", state: []), attempts: 1, waits: 250...500),
            .init(outcome: .retry(reason: "later", state: [], isCharged: false), attempts: 0, waits: 250...500),
            .init(outcome: .retry(reason: "at once", state: [], after: .zero), attempts: 1, waits: 1...1),
            .init(outcome: .retry(reason: "-", state: [], after: .seconds(-9)), attempts: 1, waits: 1...1),
            .init(outcome: .interrupted(state: []), attempts: 0, waits: 250...500),
            .init(outcome: .interrupted(state: []), isAsked: true, attempts: 0),
        ]
        for (number, wanted) in cases.enumerated() {
            var ledger = Ledger()
            ledger.add(.id("ann"))
            let record = ledger.end(try ledger.begin(), wanted.outcome, isAsked: wanted.isAsked)
            #expect(record?.attempts == wanted.attempts, "case \(number)")
            var wait: Int64?
            if case .waiting(let until, _) = record?.ending { wait = until - ledger.now }
            #expect((wait == nil) == (wanted.waits == nil), "case \(number)")
            if let wait { #expect(wanted.waits?.contains(wait) == true, "case \(number): \(wait)") }
        }
    }

    @Test func `a pause that no number holds is bounded`() throws {
        var ledger = Ledger()
        ledger.add(.id("ann"))
        let lease = try ledger.begin()
        let record = ledger.end(lease, .retry(reason: "-", state: [], after: .seconds(Int64.max)))
        guard case .waiting(let until, _) = record?.ending else { throw Missing() }
        #expect(until == ledger.now + 366 * 86_400_000)
    }

    private struct Missing: Error {}

    @Test func `a job that waits is looked at when it is due, and pauses grow`() throws {
        var ledger = Ledger()
        let ann = ledger.add(.id("ann"))
        var pauses: [Int64] = []
        for _ in 0..<8 {
            let lease = try ledger.begin()
            #expect(lease.job == ann.job)
            ledger.end(lease, .retry(reason: "later", state: []))
            let due = try #require(ledger.scheduler.earliestDue)
            pauses.append(due - ledger.now)
            ledger.now = due - 1
            #expect(ledger.next() == nil, "a moment too early")
            ledger.now = due
        }
        #expect(pauses.last ?? 0 >= 15_000 && pauses.allSatisfy { $0 <= 30_000 }, "\(pauses)")
    }

    @Test func `a state that is no news is not written, and one that is too large makes a dead letter`() throws {
        var policy = QueuePolicy()
        policy.maxLaneState = 3
        var ledger = Ledger(policy)
        ledger.add(.id("ann"))
        ledger.add(.id("ann"))
        #expect(ledger.end(try ledger.begin(), .done(state: []))?.lane == nil)
        let record = ledger.end(try ledger.begin(), .done(state: [1, 2, 3, 4]))
        guard case .dead(let reason, _) = record?.ending else { throw Missing() }
        #expect(reason.contains("4 bytes") && record?.lane == nil)
    }

    // MARK: Escalation

    @Test func `a live job calls off the bulk run before it, and its lane runs as a live one`() throws {
        var ledger = Ledger()
        let bulk = ledger.add(.id("ann"), urgency: .bulk)
        let run = try ledger.begin()
        #expect(run.slot.urgency == .bulk)
        let live = ledger.add(.id("ann"))
        #expect(live.effects == .init(callOff: [run.number]))
        ledger.end(run, .interrupted(state: []), isAsked: true)
        let again = try ledger.begin()
        #expect(again.job == bulk.job && again.slot.urgency == .live)
        ledger.end(again, .done(state: []))
        #expect(ledger.next()?.job == live.job)
    }

    @Test func `not before the live job is durable, and no run of another lane`() throws {
        var ledger = Ledger()
        ledger.add(.id("ann"), urgency: .bulk)
        ledger.add(.id("bob"), urgency: .bulk)
        let runs = ledger.start()
        #expect(runs.count == 2)
        #expect(ledger.add(.id("ann"), isDurable: false).effects == .init())
        #expect(ledger.announce().callOff == [runs[0].number])
    }

    @Test func `a waiting bulk lane moves to the live ones, and runs once`() throws {
        var ledger = Ledger(one())
        ledger.add(.id("first"))
        let first = try ledger.begin()
        for number in 0..<5 { ledger.add(.id("\(number)"), urgency: .bulk) }
        let row = JobID(rawValue: 5)
        let live = ledger.add(.id("3"))
        #expect(live.effects == .init(wakes: true), "its lane is ready in another line")
        ledger.end(first, .done(state: []))
        var order: [JobID] = []
        while let lease = ledger.next() {
            order.append(lease.job)
            ledger.end(lease, .done(state: []))
        }
        #expect(order == [row, live.job] + [2, 3, 4, 6].map { JobID(rawValue: $0) })
    }

    // MARK: Joining

    @Test func `lanes that turn out to be one run no job beside the run of either, and merge both states`() throws {
        var ledger = Ledger()
        let (ann, booking) = (ledger.add(.id("ann")), ledger.add(.booking("b")))
        let runs = ledger.start()
        let both = ledger.add(.id("ann"), .booking("b"))
        #expect(both.lane == ann.lane)
        #expect(ledger.next() == nil)
        ledger.end(runs[0], .done(state: [1]))
        #expect(ledger.next() == nil, "the joined lane still runs")
        ledger.end(runs[1], .done(state: [2]))
        let merged = try ledger.begin()
        #expect(merged.job == both.job && merged.merging == [booking.lane])
    }

    @Test func `a join that puts a live job behind a bulk run of the other lane calls that run off`() throws {
        var ledger = Ledger()
        ledger.add(.booking("b"), urgency: .bulk)
        let bulk = try ledger.begin()
        ledger.add(.id("ann"))
        let live = try ledger.begin()
        let both = ledger.add(.id("ann"), .booking("b"))
        #expect(both.effects.callOff.contains(bulk.number))
        #expect(!both.effects.callOff.contains(live.number))
    }

    @Test func `a lane that was ready and is joined into another leaves the ready set`() throws {
        var ledger = Ledger(one())
        ledger.add(.id("first"))
        let first = try ledger.begin()
        let (ann, booking) = (ledger.add(.id("ann")), ledger.add(.booking("b")))
        let both = ledger.add(.id("ann"), .booking("b"))
        ledger.end(first, .done(state: []))
        var order: [JobID] = []
        while let lease = ledger.next() {
            #expect(lease.lane == ann.lane)
            order.append(lease.job)
            ledger.end(lease, .done(state: []))
        }
        #expect(order == [ann.job, booking.job, both.job])
    }

    // MARK: Pausing, holding, stopping

    @Test func `a pause calls off the tenant's runs and begins none, and what goes on is looked at in pieces`() {
        var ledger = Ledger()
        for number in 0..<3 { ledger.add(.id("\(number)")) }
        ledger.add(.id("x"), of: .other)
        let runs = ledger.start()
        let own = runs.filter { $0.slot.tenant == .gym }
        #expect(ledger.apply(.paused(tenant: .gym, lane: nil, isPaused: true)).callOff == own.map(\.number))
        for run in own { ledger.end(run, .interrupted(state: []), isAsked: true) }
        #expect(ledger.start() == [])
        #expect(ledger.apply(.paused(tenant: .gym, lane: nil, isPaused: false)) == .init(wakes: true))
        var budget = 1
        let effects = ledger.scheduler.catchUp(to: ledger.now, budget: &budget)
        #expect(effects.wakes && budget <= 0)
        #expect(ledger.start().map(\.job) == own.map(\.job))
    }

    @Test func `tenants that are not served wait like paused ones`() {
        var ledger = Ledger()
        ledger.add(.id("ann"))
        ledger.add(.id("bob"), of: .other)
        let runs = ledger.start()
        #expect(ledger.scheduler.serve(only: [.other]).callOff == [runs[0].number])
        ledger.end(runs[0], .interrupted(state: []), isAsked: true)
        #expect(ledger.start() == [])
        #expect(ledger.scheduler.serve(only: nil) == .init(wakes: true))
        #expect(ledger.start().map(\.job) == [runs[0].job])
    }

    @Test func `a lane begins nothing while an operator's act on one of its jobs is not durable`() throws {
        var ledger = Ledger()
        let (first, second) = (ledger.add(.id("ann")), ledger.add(.id("ann")))
        ledger.scheduler.hold(first.job, in: nil)
        #expect(ledger.next() == nil)
        let record = OutcomeRecord(
            job: first.job, attempts: 0, ending: .discarded, lane: nil, state: [], merging: [], at: 0)
        #expect(ledger.apply(.outcome(record)) == .init(), "discarded, but not on disk for good")
        #expect(ledger.next() == nil)
        #expect(ledger.scheduler.unhold(first.job) == .init(wakes: true))
        #expect(ledger.next()?.job == second.job)
    }

    @Test func `nothing begins after a stop, or after a completion that could not be written`() {
        var (stopped, failed) = (Ledger(), Ledger())
        stopped.add(.id("ann"))
        failed.add(.id("ann"))
        stopped.scheduler.stop()
        failed.scheduler.fail()
        #expect(stopped.next() == nil && failed.next() == nil)
    }

    // MARK: Batches

    @Test func `a batch is the snapshots right behind the first, and a refused one is run one by one`() throws {
        var ledger = Ledger()
        let jobs = (0..<3).map { _ in ledger.add(.id("ann"), isSnapshot: true).job }
        let edit = ledger.add(.id("ann")).job
        ledger.add(.id("ann"), isSnapshot: true)
        var lease = try ledger.begin()
        #expect(ledger.scheduler.batchCandidates(for: lease, most: 8) == jobs)
        #expect(ledger.scheduler.batchCandidates(for: lease, most: 2) == Array(jobs.prefix(2)))
        ledger.scheduler.extend(&lease, with: Array(jobs.dropFirst()), bytes: 4)
        #expect(ledger.end(lease, .dead(reason: "no", state: []))?.ending == .interrupted)
        for job in jobs {
            let alone = try ledger.begin()
            #expect(alone.job == job)
            #expect(ledger.scheduler.batchCandidates(for: alone, most: 8) == [job])
            ledger.end(alone, .done(state: []))
        }
        #expect(ledger.scheduler.mustRunAlone == [])
        #expect(ledger.next()?.job == edit)
    }

    @Test func `jobs that do not go together are run one by one, and none was tried`() throws {
        var ledger = Ledger()
        let jobs = (0..<2).map { _ in ledger.add(.id("ann"), isSnapshot: true).job }
        var lease = try ledger.begin()
        ledger.scheduler.extend(&lease, with: [jobs[1]], bytes: 2)
        let record = ledger.end(lease, .separate(state: []))
        #expect(record?.ending == .interrupted && record?.attempts == 0)
        let alone = try ledger.begin()
        #expect(ledger.scheduler.batchCandidates(for: alone, most: 8) == [jobs[0]])
        #expect(alone.attempt == 1)
    }

    @Test func `a job alone that its handler wants separated waits like one that was interrupted`() throws {
        var ledger = Ledger()
        ledger.add(.id("ann"))
        guard case .waiting = ledger.end(try ledger.begin(), .separate(state: []))?.ending else { throw Missing() }
    }

    @Test func `a batch that is done closes all its jobs`() throws {
        var ledger = Ledger()
        let jobs = (0..<3).map { _ in ledger.add(.id("ann"), isSnapshot: true).job }
        var lease = try ledger.begin()
        ledger.scheduler.extend(&lease, with: Array(jobs.dropFirst()), bytes: 4)
        ledger.end(lease, .done(state: []))
        #expect(jobs.allSatisfy { ledger.scheduler.state.jobs[$0] == nil })
        #expect(ledger.next() == nil)
    }

    // MARK: After a start

    @Test func `what a start finds is taken up in order, and due times are bounded`() throws {
        var ledger = Ledger()
        let (waiting, ready) = (ledger.add(.id("ann")), ledger.add(.id("bob")))
        let lease = try ledger.begin()
        ledger.end(lease, .retry(reason: "later", state: [], after: .seconds(3_600)))
        var found = Scheduler(ledger.scheduler.state, policy: QueuePolicy(), announced: ledger.sequence)
        found.recover(at: ledger.now, wantsAcceptance: { _ in false })
        var budget = 10
        #expect(found.next(since: 0, budget: &budget)?.job == ready.job)
        #expect(found.earliestDue == ledger.now + 30_000, "a clock that was set back makes no job wait for an hour")
        _ = found.catchUp(to: ledger.now + 30_000, budget: &budget)
        #expect(found.next(since: 0, budget: &budget)?.job == waiting.job)
    }
}

extension Scheduler.Effects {
    fileprivate static func += (a: inout Self, b: Self) {
        a.callOff += b.callOff
        a.wakes = a.wakes || b.wakes
    }
}
