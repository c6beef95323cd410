import SeededRandom
import Testing

@testable import DurableQueue

/// Random lives of a queue, each ended by a crash, under the eyes of a second opinion.
@Suite(.timeLimit(.minutes(30))) struct RandomHistoryTests {
    @Test(arguments: UInt64(1)...60) func `no promise is broken, whatever happens`(seed: UInt64) async throws {
        let history = try await Self.history(seed: seed)
        #expect(history.broken == [], "seed \(seed)")
        #expect(history.begun > 20, "seed \(seed)")
    }

    /// Not in each: which of its lanes come to mean nothing is a matter of chance.
    @Test func `lanes are forgotten in such lives`() async throws {
        var forgotten = 0
        for seed: UInt64 in 1...6 { forgotten += try await Self.history(seed: seed).lanesForgotten }
        #expect(forgotten > 6)
    }

    private static func history(seed: UInt64) async throws -> History {
        let history = History()
        var chance = SeededGenerator(seed: seed)
        var log = MemoryLog(turns: { Int.random(in: 0...4) })
        for life in 0..<4 {
            let story = Life(log: log, history: history, number: life, seed: seed)
            let crash = Bool.random(using: &chance) ? MemoryLog.Crash.killed : .powerLost
            let luck = Double.random(in: 0...1, using: &chance)
            log = try await story.run { queue in
                try await story.live(on: queue, &chance)
                // The last one ends well: everything is done or explained.
                if life == 3 { await story.finish(queue) }
                return history.crash(log, crash, luck: luck)
            }
            let next = Life(log: log, history: history, number: life + 1, seed: seed)
            history.recovered(try await next.views(), crash)
        }
        return history
    }
}

/// One process.
private struct Life {
    let log: MemoryLog
    let history: History
    let number: Int
    let seed: UInt64
    let clock = JumpClock()

    func open() async throws -> JobQueue {
        let handler = HistoryHandler(history: history, life: number, seed: seed)
        var policy = QueuePolicy()
        policy.lanes = 4
        policy.afterDeadByTenant[TenantID("1")] = .park
        policy.checkpointEvery = 6_000
        policy.lanesForgottenAtOnce = 1
        return try await JobQueue.open(
            log: log, found: log.found, handler: handler, policy: policy, clock: clock)
    }

    func run(_ body: (JobQueue) async throws -> MemoryLog) async throws -> MemoryLog {
        let queue = try await open()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            let left = try await body(queue)
            // What the process does after its end is seen by nobody.
            await queue.stop(grace: .zero)
            try await group.waitForAll()
            return left
        }
    }

    func views() async throws -> [JobID: JobView] {
        var query = JobQuery()
        query.limit = 10_000
        return Dictionary(uniqueKeysWithValues: await (try open()).jobs(query).map { ($0.id, $0) })
    }

    func live(on queue: JobQueue, _ chance: inout SeededGenerator) async throws {
        for _ in 0..<Int.random(in: 20...45, using: &chance) {
            for _ in 0..<Int.random(in: 0...20, using: &chance) { await Task.yield() }
            switch Int.random(in: 0..<20, using: &chance) {
            case 0: try await queue.pause(tenant(&chance))
            case 1...2: try await queue.resume(tenant(&chance))
            case 3: try await retryOne(queue, &chance)
            case 4: try await discardOne(queue, &chance)
            case 5: try await queue.checkpoint()
            case 6: try await pauseOrResumeALane(queue, &chance)
            default: try await add(queue, &chance)
            }
        }
    }

    private func tenant(_ chance: inout SeededGenerator) -> TenantID {
        TenantID("\(Int.random(in: 0...1, using: &chance))")
    }

    private func add(_ queue: JobQueue, _ chance: inout SeededGenerator) async throws {
        let flavour: UInt8 = [0, 0, 0, 1, 1, 2, 2, 3].randomElement(using: &chance)!
        let subject = History.Subject(
            person: .random(in: 0..<History.Subject.people, using: &chance), flavour: flavour,
            isSnapshot: .random(using: &chance))
        _ = try await queue.enqueue(
            NewJob(
                tenant: TenantID("\(subject.person % 2)"), kind: 1, keys: subject.keys, payload: subject.payload,
                isSnapshot: subject.isSnapshot, urgency: Bool.random(using: &chance) ? .live : .bulk))
    }

    private func retryOne(_ queue: JobQueue, _ chance: inout SeededGenerator) async throws {
        guard let id = history.deadJobs.randomElement(using: &chance) else { return }
        history.isAboutToRetry(id)
        // Its death may not be written yet.
        do { try await queue.retry(id) } catch .notNow { return }
    }

    private func discardOne(_ queue: JobQueue, _ chance: inout SeededGenerator) async throws {
        guard let id = history.deadJobs.randomElement(using: &chance) else { return }
        history.isAboutToDiscard(id)
        do {
            try await queue.discard(id)
            history.wasDiscarded(id)
        } catch .notNow { return }
    }

    private func pauseOrResumeALane(_ queue: JobQueue, _ chance: inout SeededGenerator) async throws {
        guard let view = await queue.jobs(JobQuery()).randomElement(using: &chance), let lane = view.lane else {
            return
        }
        // A finished job's lane may have been joined into another and forgotten since.
        do throws(QueueError) {
            if Bool.random(using: &chance) {
                try await queue.pause(lane, of: view.tenant)
            } else {
                try await queue.resume(lane, of: view.tenant)
            }
        } catch .noSuchLane { return }
    }

    /// Lifts every obstacle, and waits until nothing is left to do.
    func finish(_ queue: JobQueue) async {
        for turn in 0..<100_000 {
            if turn.isMultiple(of: 50) { await liftObstacles(queue) }
            if await queue.counts().tenants.values.allSatisfy({ $0.pending == 0 }) { return }
            await Task.yield()
        }
        var query = JobQuery()
        query.limit = 10_000
        let stuck = await queue.jobs(query).filter { ![.done, .superseded, .dead].contains($0.state.name) }
        Issue.record("seed \(seed): stuck are \(stuck.map { "\($0.id) \($0.state)" })")
    }

    private func liftObstacles(_ queue: JobQueue) async {
        var query = JobQuery()
        query.limit = 10_000
        for view in await queue.jobs(query) {
            // Each fails only for jobs that went on meanwhile.
            try? await queue.resume(view.tenant)
            if let lane = view.lane, view.state == .paused { try? await queue.resume(lane, of: view.tenant) }
            guard view.state == .dead, view.tenant == TenantID("1") else { continue }
            history.isAboutToDiscard(view.id)
            if (try? await queue.discard(view.id)) != nil { history.wasDiscarded(view.id) }
        }
    }
}
