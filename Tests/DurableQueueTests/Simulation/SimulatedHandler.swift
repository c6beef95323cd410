import SeededRandom
import Clocks
import DurableQueue
import DeterministicSimulation

/// Does simulated jobs well and badly, as the seed says, and tells the ledger.
struct SimulatedHandler: JobHandler {
    let ledger: Ledger
    let simulation: Simulation
    let life: Int

    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        await run(batch: [job], state: state, lane: lane)
    }

    func batchable(_ waiting: [Job], state: LaneState) -> Int {
        1 + waiting.dropFirst().prefix { SimulatedSubject($0.payload).goesAlong }.count
    }

    func run(batch jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome {
        let run = ledger.begins(jobs, given: state.bytes)
        var chance = simulation.random(jobs[0].id.rawValue << 24 | UInt64(run) << 8 | UInt64(life))
        var known = state.bytes
        let outcome = await work(jobs, &known, lane, &chance)
        ledger.ends(jobs, outcome)
        return outcome
    }

    private func work(
        _ jobs: [Job], _ known: inout [UInt8], _ lane: LaneHandle, _ chance: inout SeededGenerator
    ) async -> JobOutcome {
        let job = jobs[0]
        let leavesState = SimulatedSubject(job.payload).leavesState
        if Int.random(in: 0..<8, using: &chance) == 0 {
            // For a permit, or a lock: until it is called off, perhaps.
            let pause = Duration.seconds(Int.random(in: 1...60, using: &chance))
            do { try await simulation.clock.sleep(for: pause) } catch {
                // Called off, it may not begin any more; when the queue stops it may.
                if !lane.begin() { ledger.count(\.callsOff) }
                return .interrupted(state: known)
            }
        }
        for _ in 0..<Int.random(in: 0...3, using: &chance) {
            guard lane.begin() else {
                ledger.count(\.callsOff)
                return .interrupted(state: known)
            }
            ledger.hasEffect(job)
            if Bool.random(using: &chance) {
                await Task.yield()
            } else {
                let pause = Duration.milliseconds(Int.random(in: 1...400, using: &chance))
                do { try await simulation.clock.sleep(for: pause) } catch { return .interrupted(state: known) }
            }
            guard leavesState, Int.random(in: 0..<6, using: &chance) == 0 else { continue }
            known = DoneList.add(DoneList.halfway(job.id), to: known)
            // It fails only when the log does, and then nobody may go on as if it were saved.
            do { try await lane.save(known) } catch { return .interrupted(state: known) }
            ledger.saved(DoneList.halfway(job.id), by: job)
        }
        switch Int.random(in: 0..<16, using: &chance) {
        case 0...1 where job.attempt < 5: return .retry(reason: "no luck", state: known)
        case 2: return .retry(reason: "throttled", state: known, after: .seconds(2), isCharged: false)
        case 3 where job.attempt < 5: return .retry(reason: "at once", state: known, after: .zero)
        case 4: return .dead(reason: "refused", state: known)
        case 5 where job.attempt < 3: return .interrupted(state: known)
        case _ where !leavesState: return .done(state: known)
        default: return .done(state: jobs.reduce(known) { DoneList.add($1.id, to: $0) })
        }
    }

    func merge(_ a: LaneState, _ b: LaneState) -> LaneState { LaneState(DoneList.merge(a.bytes, b.bytes)) }
    func wantsAcceptance(ofKind kind: UInt8) -> Bool { false }
    var saysWhenItBegins: Bool { true }
    func accepted(_ job: AcceptedJob) { ledger.offered(job.id, job.payload) }
}
