import SeededRandom
import Clocks
import Foundation
import FileJournal
@testable import DurableQueue
import DeterministicSimulation

/// Everybody who wants something of a queue: those who bring jobs, an operator, and the weather on its disk.
struct SimulatedUsers: Sendable {
    let life: SimulatedLife
    let queue: JobQueue
    let log: JournalLog

    static let noteKeys = ["budget", "directory"]

    private var ledger: Ledger { life.ledger }
    private var simulation: Simulation { life.simulation }
    private func chance(_ who: UInt64) -> SeededGenerator {
        simulation.random(1 << 60 | UInt64(life.number) << 8 | who)
    }

    /// Until all have done what they came for, or the machine is off.
    func act(fillingDisk: Bool) async {
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<3 { group.addTask { await bringJobs(client) } }
            group.addTask { await operate() }
            if fillingDisk { group.addTask { await fillDisk() } }
        }
    }

    private func pause(_ chance: inout SeededGenerator) async {
        if Int.random(in: 0..<3, using: &chance) == 0 { return await Task.yield() }
        // Nobody cancels these tasks.
        try? await simulation.clock.sleep(for: .milliseconds(Int.random(in: 1...150, using: &chance)))
    }

    private var isOver: Bool { life.files.isOff || log.isFailed != nil }

    // MARK: Those who bring jobs

    private func bringJobs(_ client: Int) async {
        var chance = chance(UInt64(client))
        for _ in 0..<Int.random(in: 4...12, using: &chance) where !isOver {
            await pause(&chance)
            let again = Int.random(in: 0..<4, using: &chance) == 0 ? ledger.offeredBefore(&chance) : nil
            let subject = again ?? SimulatedSubject.random(&chance)
            // Whatever is done by now is on the disk before a job that comes after it.
            let done = await certainlyDone()
            ledger.isAboutToCome(subject)
            do {
                let accepted = try await queue.accept(
                    NewJob(
                        tenant: subject.tenant, kind: 1, keys: subject.keys, payload: subject.payload,
                        isSnapshot: subject.isSnapshot, urgency: subject.urgency,
                        idempotencyKey: subject.idempotencyKey))
                guard accepted.isNew else {
                    ledger.known(accepted.id, subject)
                    continue
                }
                ledger.synced(done)
                ledger.acknowledged(accepted.id, running: subject.naming == .bookingAndName ? await leased() : [])
            } catch .full {
                ledger.count(\.refusals)
            } catch {
                return
            }
        }
    }

    private func certainlyDone() async -> [JobID] {
        var done: [JobID] = []
        for id in ledger.unsyncedDone where await queue.job(id)?.state == .done { done.append(id) }
        return done
    }

    private func leased() async -> [JobID] {
        // One of a paused tenant that has not begun is told as paused, and may hold a lease for a moment.
        await queue.leased
    }

    // MARK: The operator

    private func operate() async {
        var chance = chance(100)
        for _ in 0..<Int.random(in: 3...14, using: &chance) where !isOver {
            await pause(&chance)
            do {
                switch Int.random(in: 0..<9, using: &chance) {
                case 0: try await setPaused(true, SimulatedSubject.tenants.randomElement(using: &chance)!)
                case 1...2: try await setPaused(false, SimulatedSubject.tenants.randomElement(using: &chance)!)
                case 3...4: try await reviveOne(&chance)
                case 5: try await discardOne(&chance)
                case 6:
                    try await queue.checkpoint()
                    ledger.count(\.checkpoints)
                case 7: try await setMetadata(&chance)
                default: await lookForTheStuck()
                }
            } catch {
                // Full or failed; the next one will tell.
            }
        }
    }

    private func setPaused(_ isPaused: Bool, _ tenant: TenantID) async throws {
        ledger.pauseIsUncertain(of: tenant)
        if isPaused { try await queue.pause(tenant) } else { try await queue.resume(tenant) }
        ledger.paused(tenant, isPaused, running: await leased())
    }

    private func reviveOne(_ chance: inout SeededGenerator) async throws {
        guard let id = ledger.dead.randomElement(using: &chance) else { return }
        ledger.isAbout(to: id)
        do throws(QueueError) {
            try await queue.retry(id)
            ledger.revived(id, running: await leased())
        } catch .notNow {
            // Its death was not written yet.
            ledger.wasNotDone(id)
        }
    }

    private func discardOne(_ chance: inout SeededGenerator) async throws {
        // Also what waits or runs, and what may have begun by now.
        let discarding = Bool.random(using: &chance) ? ledger.dead : ledger.unfinished
        if let id = discarding.randomElement(using: &chance) { try await discard(id) }
    }

    private func discard(_ id: JobID) async throws {
        ledger.isAbout(to: id)
        do throws(QueueError) {
            try await queue.discard(id)
            ledger.discarded(id)
        } catch .notNow {
            // Its death was not written yet, or it runs.
            ledger.wasNotDone(id)
        }
    }

    private func setMetadata(_ chance: inout SeededGenerator) async throws {
        let key = Self.noteKeys.randomElement(using: &chance)!
        let value = [UInt8.random(in: 1...255, using: &chance)]
        ledger.noteIsAboutToBe(key, value)
        try await queue.setMetadata(key, value, durable: true)
        ledger.noteIs(key, value)
    }

    /// I5: when nobody can do anything, everything that waits can say for what.
    private func lookForTheStuck() async {
        await simulation.settle()
        let (views, now) = (await queue.jobs(.all), simulation.clock.wall.milliseconds)
        // What the disk does not have yet waits for the disk.
        guard !isOver, log.durableSequence == log.lastSequence else { return }
        // Also of runs that were called off and have not ended: those are listed as paused, and hold their slots.
        let running = await queue.slots
        lookForTheDelayed(views)
        guard running.count < SimulatedLife.policy.lanes else { return }
        let lanes = Dictionary(
            grouping: views.filter { ![.done, .superseded, .dead].contains($0.state.name) }, by: \.lane)
        for waiting in lanes.values where !waiting.contains(where: \.state.isLeased) {
            guard let head = waiting.min(by: { $0.id < $1.id }) else { continue }
            let tenant = head.tenant
            // A quarter of the places is for live jobs.
            let places = SimulatedLife.policy.lanes
            guard running.count < (head.urgency == .live ? places : places - places / 4) else { continue }
            guard running.count(where: { $0.tenant == tenant }) < SimulatedLife.policy.lanesPerTenant else { continue }
            switch head.state {
            case .accepted: ledger.breach(.live, "\(head.id) stands at the head of its lane, and nobody runs it")
            // The queue's clock may be one behind: both leave out what is less than a millisecond, of different times.
            case .waiting(let due) where due < now: ledger.breach(.live, "\(head.id) was due at \(due); it is \(now)")
            default: break
            }
        }
    }

    /// No live job stands behind a bulk run, or beside one of a lane that was joined with its own.
    private func lookForTheDelayed(_ views: [JobView]) {
        for lane in Dictionary(grouping: views, by: \.lane).values {
            guard let run = lane.first(where: { ledger.runsAsBulk($0.id) }) else { continue }
            for view in lane where view.state == .accepted && view.urgency == .live && ledger.isAcknowledged(view.id) {
                ledger.breach(.live, "the live \(view.id) waits for the bulk run of \(run.id)")
            }
        }
    }

    // MARK: The weather

    /// The disk has hardly any room left for a while.
    private func fillDisk() async {
        var chance = chance(200)
        await pause(&chance)
        life.files.faults.capacity = life.files.used + Int.random(in: 0...20_000, using: &chance)
        for _ in 0..<8 { await pause(&chance) }
        life.files.faults.capacity = nil
    }

    // MARK: The end

    /// Lifts every obstacle and waits until there is nothing left to do. I1 and I5: that moment comes.
    func finish() async {
        for _ in 0..<300 {
            await liftObstacles()
            await simulation.settle()
            let pending = await queue.counts().tenants.values.reduce(0) { $0 + $1.pending }
            if pending == 0 { return }
            // Nobody cancels this task.
            try? await simulation.clock.sleep(for: .seconds(31))
        }
        let stuck = await queue.jobs(.all).filter { ![.done, .superseded, .dead].contains($0.state.name) }
        ledger.breach(.live, "in the end there were \(stuck.map { "\($0.id) \($0.state)" })")
    }

    private func liftObstacles() async {
        do {
            for tenant in SimulatedSubject.tenants { try await setPaused(false, tenant) }
            for id in ledger.dead where await queue.job(id)?.tenant == SimulatedSubject.tenants[1] {
                try await discard(id)
            }
        } catch {
            ledger.breach(.live, "the operator was refused: \(error)")
        }
    }
}
