import DeterministicSimulation
import DurableQueue
import Testing

/// A queue with everything around it that a test wants to turn.
struct QueueHarness: Sendable {
    let log: MemoryLog
    let clock: ManualClock
    let handler: ScriptedHandler
    let queue: JobQueue

    init(
        log: MemoryLog = MemoryLog(), clock: ManualClock = ManualClock(), policy: QueuePolicy = QueuePolicy(),
        together: Together = .never, saysWhenItBegins: Bool = false,
        script: @escaping ScriptedHandler.Script = { _, state, _ in .done(state: state) }
    ) async throws {
        self.log = log
        self.clock = clock
        handler = ScriptedHandler(script, together: together, saysWhenItBegins: saysWhenItBegins)
        queue = try await JobQueue.open(
            log: log, found: log.found, handler: handler, policy: policy, clock: clock)
    }

    /// Runs the queue as long as `body` does.
    func running(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            let result = await Result.of(body)
            await queue.stop(grace: .zero)
            try await group.waitForAll()
            try result.get()
        }
    }

    func add(
        _ person: String, of tenant: TenantID = .gym, kind: UInt8 = 1, payload: [UInt8] = [], isSnapshot: Bool = false,
        urgency: JobUrgency = .live
    ) async throws -> JobID {
        try await queue.enqueue(
            NewJob(
                tenant: tenant, kind: kind, keys: [.id(person)], payload: payload, isSnapshot: isSnapshot,
                urgency: urgency))
    }

    func state(_ id: JobID) async -> JobState? { await queue.job(id)?.state }

    /// Waits, turn by turn, for what is about to happen; fails if it does not.
    func expect(
        _ what: Comment, at place: SourceLocation = #_sourceLocation, _ isSo: () async -> Bool
    ) async {
        for _ in 0..<200_000 {
            if await isSo() { return }
            await Task.yield()
        }
        Issue.record(what, sourceLocation: place)
    }

    /// Looks again at each event of the queue; fails if it is still not so when the test is cancelled at its time limit.
    func expect(_ ids: [JobID], are state: JobState, at place: SourceLocation = #_sourceLocation) async {
        var events = queue.events().makeAsyncIterator()
        for id in ids {
            while await self.state(id) != state {
                guard await events.next() != nil else {
                    Issue.record("\(ids) were to be \(state)", sourceLocation: place)
                    return
                }
            }
        }
        // All at once: the first may have gone on meanwhile.
        for id in ids {
            let now = await self.state(id)
            #expect(now == state, "\(ids) were to be \(state) at once", sourceLocation: place)
        }
    }

    /// Gives everybody else the chance to do what they should not.
    func settle() async { for _ in 0..<500 { await Task.yield() } }
}

extension Result where Success == Void, Failure == any Error {
    static func of(_ body: () async throws -> Void) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

extension QueueError {
    /// What the call fails with; nil if it does not, or with something else.
    static func of(_ body: @Sendable () async throws -> Void) async -> QueueError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? QueueError
        }
    }
}

extension TenantID {
    static let gym = TenantID("gym")
    static let other = TenantID("other")
}

extension LaneKey {
    static func id(_ value: String) -> LaneKey { LaneKey(kind: 1, value: value, isExclusive: true) }
    static func booking(_ value: String) -> LaneKey { LaneKey(kind: 2, value: value, isExclusive: false) }
    static func name(_ value: String) -> LaneKey { LaneKey(kind: 3, value: value, isExclusive: false) }
}

extension UInt8 {
    /// A job's number as one byte of a lane's state.
    init(_ id: JobID) { self = UInt8(truncatingIfNeeded: id.rawValue) }
}
