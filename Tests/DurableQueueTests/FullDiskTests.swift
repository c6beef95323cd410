import Clocks
import Foundation
import FileJournal
import DeterministicSimulation
import Synchronization
import Testing

@testable import DurableQueue

/// A disk that fills up while jobs with large states, saves on the way, keys found out and notes are under way: what was
/// accepted completes, in this process or in the next, and what comes is accepted again as soon as there is room.
@Suite(.timeLimit(.minutes(30))) struct FullDiskTests {
    private static let directory = "/data"

    private static var options: JournalOptions {
        var options = JournalOptions(segmentSize: 64 << 10, maxPayload: 10 << 10)
        options.firstSegmentSize = 32 << 10
        options.fullDiskRetry = .milliseconds(500)
        return options
    }

    private static var policy: QueuePolicy {
        var policy = QueuePolicy()
        policy.maxLaneState = 8 << 10
        policy.maxPayload = 4 << 10
        policy.lanes = 8
        policy.lanesPerTenant = 8
        policy.checkpointEvery = 64 << 10
        return policy
    }

    /// Writes as much as a delivery may: tries in vain that tell something new each time, an intent and its result, a key,
    /// a note, and a state that grows to the limit.
    private final class Greedy: JobHandler {
        let consecutiveFailures: Int
        /// As much as is promised.
        static let growth = SpaceNeed.growth(forPayload: 2_000)
        private let tries = Mutex<[JobID: Int]>([:])
        private let queue = Mutex<JobQueue?>(nil)
        private let counts = Mutex<(done: [JobID: Int], dead: Int)>(([:], 0))

        /// False: each try lets the state grow again.
        let isModest: Bool

        init(consecutiveFailures: Int, isModest: Bool = true) {
            (self.consecutiveFailures, self.isModest) = (consecutiveFailures, isModest)
        }

        /// What a job adds takes the place of what its earlier tries added.
        private static func grown(_ state: [UInt8], by job: JobID, _ mark: Int) -> [UInt8] {
            let number = UInt8(truncatingIfNeeded: job.rawValue)
            let isMine = state.count >= growth && state.suffix(growth).dropLast(2).allSatisfy { $0 == number }
            let before = isMine && mark < 256 ? state.dropLast(growth) : state[...]
            let own = [UInt8](repeating: number, count: growth - 2) + [UInt8(truncatingIfNeeded: mark), 0]
            return Array((before + own).suffix(8_000))
        }

        func attach(_ queue: JobQueue) { self.queue.withLock { $0 = queue } }
        var done: [JobID: Int] { counts.withLock { $0.done } }

        func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
            let state = state.bytes
            let number = tries.withLock { tries in
                tries[job.id, default: 0] += 1
                return tries[job.id, default: 0]
            }
            let grown = Self.grown(state, by: job.id, 0)
            guard number > consecutiveFailures else {
                let news = Self.grown(state, by: job.id, isModest ? number : number + Int(job.id.rawValue) << 8)
                return .retry(reason: "Keap is away", state: news, after: .seconds(1), isCharged: false)
            }
            do {
                try await lane.save(Self.grown(state, by: job.id, 255))
                guard try await lane.claim(.booking("\(job.id)")) != .joining else {
                    return .retry(reason: "joined", state: state, isCharged: false)
                }
                try await lane.save(grown)
            } catch {
                return .retry(reason: "not saved: \(error)", state: state, isCharged: false)
            }
            let queue = queue.withLock { $0 }
            // Worth having, and dropped when there is no room.
            try? await queue?.setMetadata("note/\(lane.id)", [UInt8](repeating: 1, count: 500), durable: false)
            counts.withLock { $0.done[job.id, default: 0] += 1 }
            return .done(state: grown)
        }

        func merge(_ a: LaneState, _ b: LaneState) -> LaneState {
            LaneState(Array((a.bytes + b.bytes).suffix(8_000)))
        }
    }

    private func live(
        _ files: SimulatedFileSystem, _ simulation: Simulation, _ handler: Greedy,
        _ body: @escaping @Sendable (JobQueue, JournalLog) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let driver = TaskDriver(simulation.clock)
            group.addTask { await driver.run() }
            let (log, found) = try JournalLog.open(Self.directory, options: Self.options, files: files, driver: driver)
            let queue = try await JobQueue.open(
                log: log, found: found, handler: handler, policy: Self.policy, clock: simulation.clock,
                random: simulation.random(1))
            handler.attach(queue)
            group.addTask { await queue.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body(queue, log)) } catch { result = .failure(error) }
            await queue.stop(grace: .zero)
            await log.close()
            try await group.waitForAll()
            try result.get()
        }
    }

    private static func job(_ number: Int, people: Int) -> NewJob {
        NewJob(
            tenant: .gym, kind: 1, keys: [.id("person \(number % people)")],
            payload: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 2_000))
    }

    /// Until nothing waits, or an hour of virtual time is over.
    private static func drain(_ queue: JobQueue, _ simulation: Simulation) async throws -> Int {
        for _ in 0..<3_600 {
            if await queue.counts().tenants.values.allSatisfy({ $0.jobs.isEmpty }) { return 0 }
            try await simulation.clock.sleep(for: .seconds(1))
        }
        return await queue.counts().tenants.values.reduce(0) { $0 + $1.pending + ($1.jobs[.dead] ?? 0) }
    }

    @Test(arguments: 0..<40)
    func
        `however much room is left when the disk is full, all that was accepted completes without any more, also after kills`(
            step: Int
        ) throws
    {
        var options = SimulationOptions()
        options.mostSteps = 5_000_000
        try simulate(seed: UInt64(step), options: options) { simulation in
            let files = SimulatedFileSystem(seed: UInt64(step))
            let handler = Greedy(consecutiveFailures: step % 4 * 3)
            let people = [3, 40][step % 2]
            let accepted = Mutex(0)
            try await live(files, simulation, handler) { queue, log in
                // So much room, and not a byte more from now on.
                files.faults.capacity = files.used + step * 40_000
                var refusal: QueueError?
                while refusal == nil {
                    do throws(QueueError) {
                        _ = try await queue.enqueue(Self.job(accepted.withLock { $0 }, people: people))
                        accepted.withLock { $0 += 1 }
                    } catch {
                        refusal = error
                    }
                }
                #expect(refusal == .full)
                try await simulation.clock.sleep(for: .seconds(2))
                #expect(log.journal.stats().poisoned == nil)
            }
            for _ in 0..<2 {
                // Killed and started again, and the disk is as full as it was.
                files.faults.capacity = files.used
                try await live(files, simulation, handler) { queue, log in
                    try await simulation.clock.sleep(for: .seconds(3))
                    #expect(log.journal.stats().poisoned == nil)
                }
            }
            files.faults.capacity = files.used
            try await live(files, simulation, handler) { queue, log in
                let left = try await Self.drain(queue, simulation)
                #expect(log.journal.stats().poisoned == nil)
                #expect(left == 0)
                #expect(await queue.counts().done == UInt64(accepted.withLock { $0 }))
                // With room it goes on by itself.
                files.faults.capacity = nil
                try await simulation.clock.sleep(for: .seconds(2))
                #expect(log.journal.stats().full == nil)
                _ = try await queue.enqueue(Self.job(1, people: people))
                let late = try await Self.drain(queue, simulation)
                #expect(late == 0)
            }
        }
    }

    @Test func `failed tries with news, on a disk full for long, leave the room that completions need`() throws {
        var options = SimulationOptions()
        options.mostSteps = 5_000_000
        try simulate(seed: 7, options: options) { simulation in
            let files = SimulatedFileSystem(seed: 7)
            let handler = Greedy(consecutiveFailures: 500, isModest: false)
            try await live(files, simulation, handler) { queue, log in
                files.faults.capacity = files.used + 800_000
                var accepted = 0
                while (try? await queue.enqueue(Self.job(accepted, people: 100))) != nil { accepted += 1 }
                #expect(accepted > 0)
                let left = try await Self.drain(queue, simulation)
                #expect(left == 0)
                #expect(log.journal.stats().poisoned == nil)
                #expect(await queue.counts().done == UInt64(accepted))
            }
        }
    }
}
