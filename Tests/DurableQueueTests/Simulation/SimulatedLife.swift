import SeededRandom
import Clocks
import FileJournal
@testable import DurableQueue
import DeterministicSimulation
import Synchronization

/// One process of a simulated machine, from the opening of its log to its end.
struct SimulatedLife: Sendable {
    let simulation: Simulation
    let ledger: Ledger
    let files: SimulatedFileSystem
    let number: Int

    static let directory = "/data"
    /// Number of the life without trouble, after which everything is done or explained.
    static let last = 99

    var options: JournalOptions {
        var options = JournalOptions(segmentSize: 16 << 10, maxPayload: 3 << 10)
        options.fullDiskRetry = .milliseconds(200)
        // Little, so that records are found in memory, and read from the disk, alone and with others. In the last life, in
        // which one is damaged that was read before, none is in memory.
        options.keptBytes = number == Self.last ? 0 : 2 << 10
        return options
    }

    static var policy: QueuePolicy {
        var policy = QueuePolicy()
        policy.lanes = 4
        policy.lanesPerTenant = 3
        policy.leastLanesPerTenant = 1
        policy.maxPayload = 1 << 10
        policy.maxLaneState = 2 << 10
        policy.checkpointEvery = 8 << 10
        policy.maxBatch = 4
        policy.lanesForgottenAtOnce = 1
        policy.afterDeadByTenant[SimulatedSubject.tenants[1]] = .park
        return policy
    }

    /// The most lanes of all tenants that can run under this policy. The dispatcher's tests find it by trying all there is.
    static let mostAtOnce = 7

    /// What a process finds when it starts.
    struct Findings: Equatable, Sendable {
        var views: [JobID: JobView] = [:]
        var paused: Set<TenantID> = []
        var notes: [String: [UInt8]?] = [:]
        /// Of jobs that are not finished, as far as they can be read.
        var payloads: [JobID: [UInt8]] = [:]

        static func == (a: Findings, b: Findings) -> Bool { a.difference(from: b).isEmpty }

        /// What one says and the other does not.
        func difference(from other: Findings) -> [String] {
            let (mine, theirs) = (lines, other.lines)
            return mine.filter { !theirs.contains($0) }.map { "- " + $0 }
                + theirs.filter { !mine.contains($0) }.map { "+ " + $0 }
        }

        private var lines: [String] {
            views.values.sorted { $0.id < $1.id }.map { view in
                let lane = view.lane.map { "\($0)" } ?? "none"
                return "\(view.id) in lane \(lane): \(view.state), \(view.attempts) attempts, \(view.reason ?? "")"
            } + ["paused: \(paused.map(\.rawValue).sorted())"]
                + notes.keys.sorted().map { "\($0): \((notes[$0] ?? nil) ?? [])" }
        }
    }

    /// In every other life the disk takes its time.
    private var delay: @Sendable () -> Duration {
        let chance = SharedChance(simulation.random(1 << 50 | UInt64(number)))
        let longest = chance.number(in: 0...1) * 15
        return { longest == 0 ? .zero : .milliseconds(chance.number(in: 0...longest)) }
    }

    /// Opens the log, tells `found`, and lets `body` use the queue, which does not run yet. Nil: the log did not open,
    /// because the power went meanwhile.
    func open<Value: Sendable>(
        _ body: @escaping @Sendable (JobQueue, JournalLog, Findings) async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let driver = TaskDriver(simulation.clock, delay: delay)
            group.addTask { await driver.run() }
            let (log, found): (JournalLog, RecoveredJobs)
            do {
                (log, found) = try JournalLog.open(
                    Self.directory, options: options, files: files, driver: driver)
            } catch {
                driver.giveUp()
                // The power went, or an error was ordered that came now.
                guard files.isOff || "\(error)".contains("Input/output") else { throw error }
                return nil
            }
            let queue = try await JobQueue.open(
                log: log, found: found, handler: SimulatedHandler(ledger: ledger, simulation: simulation, life: number),
                policy: Self.policy, clock: simulation.clock,
                random: simulation.random(UInt64(number)))
            let result = await Result.catching { try await body(queue, log, findings(of: queue)) }
            await log.close()
            try await group.waitForAll()
            return try result.get()
        }
    }

    private func findings(of queue: JobQueue) async -> Findings {
        var findings = Findings()
        for view in await queue.jobs(.all) {
            findings.views[view.id] = view
            // An ordered failure of a read may still be due.
            for _ in 0..<8 where findings.payloads[view.id] == nil {
                findings.payloads[view.id] = try? await queue.payload(of: view.id)
            }
        }
        findings.paused = Set(await queue.counts().tenants.filter(\.value.isPaused).keys)
        for key in SimulatedUsers.noteKeys { findings.notes[key] = await queue.metadata(key) }
        return findings
    }

    /// Runs the queue as long as `body` does. What comes after the end of the machine is seen by nobody.
    func running(_ queue: JobQueue, _ body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            let result = await Result.catching(body)
            await queue.stop(grace: .zero)
            try await group.waitForAll()
            try result.get()
        }
    }
}

private final class SharedChance: Sendable {
    private let generator: Mutex<SeededGenerator>
    init(_ generator: SeededGenerator) { self.generator = Mutex(generator) }
    func number(in range: ClosedRange<Int>) -> Int { generator.withLock { Int.random(in: range, using: &$0) } }
}

extension JobQuery {
    static var all: JobQuery {
        var query = JobQuery()
        query.limit = 100_000
        return query
    }
}

extension JobState {
    /// A run holds the job.
    var isLeased: Bool { self == .running || self == .waitingToBegin }
}

extension Result where Failure == any Error {
    static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

extension JobQueue {
    /// Lanes that were made and are neither there nor part of another.
    var lanesGone: Int { Int(state.lanes.nextLane) - 1 - state.lanes.count - state.lanes.joined.count }

    var slots: [Dispatcher.Slot] { scheduler.leases.values.map(\.slot) }
    /// Jobs that runs hold.
    var leased: [JobID] { scheduler.leases.values.flatMap(\.jobs) }
}
