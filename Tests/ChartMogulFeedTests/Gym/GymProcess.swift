import ChartMogul
import ChartMogulFeed
import Clocks
import Connectors
import DeterministicSimulation
import DurableQueue
import FileJournal
import Foundation
import Keap
import KeapBilling
import KeapSimulator
import OutboundAPI
import RateLimits
import Synchronization

/// One process between a gym's Keap and its ChartMogul: the queue on its journal, the reader and the feed.
struct GymProcess: Sendable {
    static let tenant = TenantID("gym")
    let world: GymWorld
    let queue: JobQueue
    let snapshots: GymSnapshots

    /// Opens the journal, runs the queue as long as `body` does, and ends as a kill would if the files are off by then.
    static func live<Value: Sendable>(
        _ world: GymWorld, _ settings: FeedSettings, on files: SimulatedFileSystem, _ simulation: Simulation,
        told: ToldSnapshots, _ body: @escaping @Sendable (GymProcess) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let driver = TaskDriver(simulation.clock)
            group.addTask { await driver.run() }
            let (log, found) = try JournalLog.open(
                "/data", options: JournalOptions(segmentSize: 4 << 20, maxPayload: 1 << 20), files: files,
                driver: driver)
            let handler = GymHandler(told)
            var policy = QueuePolicy()
            policy.checkpointEvery = 1 << 20
            let queue = try await JobQueue.open(
                log: log, found: found, handler: handler, policy: policy, clock: simulation.clock,
                random: simulation.random(3))
            let snapshots = GymSnapshots(queue: queue, told: told)
            let process = GymProcess(world: world, queue: queue, snapshots: snapshots)
            let feed = process.feed(settings)
            handler.start(process.reader(settings, peer: feed.peer), feed)
            group.addTask { await queue.run() }
            let result: Result<Value, any Error>
            do { result = .success(try await body(process)) } catch { result = .failure(error) }
            await queue.stop(grace: .zero)
            await log.close()
            try await group.waitForAll()
            return try result.get()
        }
    }

    private func reader(_ settings: FeedSettings, peer: any PeerAccount) -> BillingReader {
        var reading = ReadingSettings()
        (reading.healthyPoll, reading.timeZone) = (.seconds(settings.pollHealthy), settings.timeZone)
        let gateway = KeapGateway(
            transport: GymTransport(world: world, peer: .keap), budget: FreeBudget(), clock: world.clock)
        return BillingReader(
            reading, peer: peer, snapshots: snapshots, calls: { _, begin in gateway.billing(begin: begin) },
            now: { [world] in world.now })
    }

    private func feed(_ settings: FeedSettings) -> Feed {
        var calls = ChartMogulLimits.settings
        calls.concurrency = settings.concurrency
        let gateway = ChartMogulGateway(
            transport: GymTransport(world: world, peer: .chartMogul), authorizer: BasicAuthorizer(settings.apiKey),
            budget: BudgetGate(
                limits: CallLimits(perSecond: settings.perSecond), clock: world.clock, saved: nil, save: { _ in }),
            settings: calls, clock: world.clock)
        return Feed(settings, api: gateway, peer: MogulAccount("chartmogul/gym", gateway), clock: world.clock)
    }

    // MARK: What comes in

    /// A call of Keap's at the web hook.
    func accept(hook body: [UInt8]) async throws {
        let message = StoredMessage(.keapHook, body: body)
        guard case .change(let change as ReadingRequest) = KeapHookSource().read(message) else { return }
        _ = try await queue.enqueue(
            NewJob(
                tenant: Self.tenant, kind: KeapHookSource.jobKind, keys: change.laneKeys, payload: message.bytes,
                isSnapshot: true))
    }

    func accept(_ request: ReadingRequest, key: String) async throws {
        var job = NewJob(
            tenant: Self.tenant, kind: KeapHookSource.jobKind, keys: request.laneKeys,
            payload: request.message?.bytes ?? [], isSnapshot: true)
        job.idempotencyKey = key
        _ = try await queue.accept(job)
    }

    /// Asks for a poll if one is due.
    func pollIfDue(_ feed: FeedSettings) async throws {
        var settings = ReadingSettings()
        (settings.healthyPoll, settings.timeZone) = (.seconds(feed.pollHealthy), feed.timeZone)
        var timer = PollTimer(settings)
        timer.isHealthy = true
        let state = try ReadingState(
            bytes: try await queue.state(ofLaneWith: [ReadingRequest.lane], of: Self.tenant))
        if timer.due(state, at: world.now) <= world.now { try await poll() }
    }

    func poll() async throws {
        let state = try ReadingState(
            bytes: try await queue.state(ofLaneWith: [ReadingRequest.lane], of: Self.tenant))
        try await accept(.poll, key: PollTimer.key(after: state))
    }

    /// Waits until nothing is left to run.
    func settle() async throws {
        while await queue.counts().tenants.values.contains(where: { $0.pending > 0 }) {
            try await world.clock.sleep(until: world.clock.now.advanced(by: .seconds(5)))
        }
    }
}

/// Every snapshot that was ever passed on.
final class ToldSnapshots: Sendable {
    private let all = Mutex<[BillingSnapshot]>([])
    private let tries = Mutex(0)
    func attempted() { tries.withLock { $0 += 1 } }
    var attempts: Int { tries.withLock { $0 } }
    func add(_ more: [BillingSnapshot]) { all.withLock { $0 += more } }
    var list: [BillingSnapshot] { all.withLock { $0 } }
}

/// Puts what was read into the queue.
struct GymSnapshots: SnapshotQueue {
    let queue: JobQueue
    let told: ToldSnapshots

    func send(_ snapshots: [BillingSnapshot], _ urgency: JobUrgency) async throws {
        told.add(snapshots)
        for snapshot in snapshots {
            let change = BillingChange(snapshot)
            _ = try await queue.enqueue(
                NewJob(
                    tenant: GymProcess.tenant, kind: 6, keys: change.laneKeys, payload: try change.message().bytes,
                    isSnapshot: true, urgency: urgency))
        }
    }

    func send(_ page: HistoryPage) async throws {
        let request = ReadingRequest.history(page)
        var job = NewJob(
            tenant: GymProcess.tenant, kind: KeapHookSource.jobKind, keys: request.laneKeys,
            payload: request.message?.bytes ?? [], isSnapshot: true, urgency: .bulk)
        job.idempotencyKey = page.key
        _ = try await queue.accept(job)
    }

    func known(among contacts: [ContactID]) async throws -> Set<ContactID> {
        var known: Set<ContactID> = []
        for contact in contacts {
            let state = try await queue.state(ofLaneWith: [FeedLanes.key(of: contact)], of: GymProcess.tenant)
            if !state.isEmpty { known.insert(contact) }
        }
        return known
    }
}

/// Hands each job to the reader or the feed.
final class GymHandler: JobHandler {
    private struct Parts {
        var reader: BillingReader
        var feed: Feed
    }

    private let parts = Mutex<Parts?>(nil)
    private let told: ToldSnapshots
    init(_ told: ToldSnapshots) { self.told = told }
    func start(_ reader: BillingReader, _ feed: Feed) { parts.withLock { $0 = Parts(reader: reader, feed: feed) } }

    private func change(_ job: Job) -> (any InboundChange)? {
        guard let message = StoredMessage(job.payload) else { return nil }
        if message.tag == BillingChange.tag { return BillingChange(message) }
        if case .change(let change) = KeapHookSource().read(message) { return change }
        return nil
    }

    private func batch<Target: Destination>(
        _ jobs: [Job], _ target: Target, _ state: LaneState
    ) -> ChangeBatch<Target.Change>? {
        let changes = jobs.lazy.map { job in (self.change(job) as? Target.Change).map { (job: job.id, change: $0) } }
            .prefix { $0 != nil }.compactMap { $0 }
        return target.batch(changes, state: state)
    }

    func batchable(_ waiting: [Job], state: LaneState) -> Int {
        guard let parts = parts.withLock({ $0 }), waiting.count > 1 else { return 1 }
        return batch(waiting, parts.feed, state)?.count ?? batch(waiting, parts.reader, state)?.count ?? 1
    }

    func run(batch jobs: [Job], state: LaneState, lane: LaneHandle) async -> JobOutcome {
        guard let parts = parts.withLock({ $0 }), let last = jobs.last else { return .separate(state: state) }
        let attempt = DeliveryAttempt(
            job: last.id, isImport: jobs.allSatisfy { $0.urgency == .bulk }, state: state, lane: lane)
        if let batch = batch(jobs, parts.feed, state) {
            return outcome(await parts.feed.deliver(batch.change, in: attempt))
        }
        guard let batch = batch(jobs, parts.reader, state) else { return .separate(state: state) }
        return outcome(await parts.reader.deliver(batch.change, in: attempt))
    }

    func run(_ job: Job, state: LaneState, lane: LaneHandle) async -> JobOutcome {
        guard let parts = parts.withLock({ $0 }) else { return .interrupted(state: state) }
        let attempt = DeliveryAttempt(job: job.id, isImport: job.urgency == .bulk, state: state, lane: lane)
        switch change(job) {
        case let change as BillingChange: return outcome(await parts.feed.deliver(change, in: attempt))
        case let change as ReadingRequest: return outcome(await parts.reader.deliver(change, in: attempt))
        default: return .dead(reason: "unreadable", state: state)
        }
    }

    private func outcome(_ delivery: Delivery) -> JobOutcome {
        told.attempted()
        return switch delivery {
        case .done(let state, _): .done(state: state)
        case .retry(let reason, let state, _):
            .retry(reason: reason, state: LaneState(state), after: .seconds(60), isCharged: false)
        case .dead(let reason, let state): .dead(reason: reason, state: state)
        case .interrupted(let state): .interrupted(state: state)
        }
    }

    func isSuperseded(_ job: Job, state: LaneState) -> Bool { false }

    func merge(_ a: LaneState, _ b: LaneState) -> LaneState {
        if a.isEmpty { return b }
        if b.isEmpty { return a }
        guard let first = try? FeedState(bytes: a.bytes), let second = try? FeedState(bytes: b.bytes) else { return a }
        return LaneState(FeedState.united(first, second).bytes)
    }
}

struct FreeBudget: CallBudget {
    func take(_ urgency: Urgency, for share: BudgetShare, rank: UInt64?) async throws {}
    func finished(_ permit: Void, learned: ReportedLimits?) async {}
    func release(_ permit: Void) async {}
    func close(until time: Int64) async {}
    func close(tenantOf permit: Void, until time: Int64) async {}
}
