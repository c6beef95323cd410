package import Connectors
package import DurableQueue
package import Keap

/// Reads Keap's bills as one gym's jobs ask for it, and passes on what it finds as snapshots, one for each contact.
///
/// A crash before its job is done repeats snapshots, of which the feed makes nothing new.
package struct BillingReader: Destination {
    package typealias Change = ReadingRequest
    package typealias State = ReadingState
    package typealias Settings = ReadingSettings

    package static let name = "Keap"

    package let peer: any PeerAccount
    package let settings: ReadingSettings
    private let snapshots: any SnapshotQueue
    /// - Parameter begin: asked before each call.
    private let calls: @Sendable (_ isHistory: Bool, _ begin: @escaping @Sendable () -> Bool) -> any BillingAPI
    /// Why nothing may be read now. Nil: it may.
    private let obstacle: @Sendable ([UInt8]) async -> Delivery?
    /// Milliseconds since 1970.
    private let now: @Sendable () -> Int64
    private let memory = ReaderMemory()

    package init(
        _ settings: ReadingSettings, peer: any PeerAccount, snapshots: any SnapshotQueue,
        calls: @escaping @Sendable (_ isHistory: Bool, _ begin: @escaping @Sendable () -> Bool) -> any BillingAPI,
        obstacle: @escaping @Sendable ([UInt8]) async -> Delivery? = { _ in nil }, now: @escaping @Sendable () -> Int64
    ) {
        (self.settings, self.peer, self.snapshots, self.calls) = (settings, peer, snapshots, calls)
        (self.obstacle, self.now) = (obstacle, now)
    }

    package func takeOver(from other: BillingReader) {}
    /// What it has read is read again at worst.
    package func doubtEverything() async throws {}
    package func announce(_ change: ReadingRequest, job: JobID) {}
    package func wait(of job: JobID) -> String? { nil }

    /// A hint is whole, whenever it comes.
    package func remainder(
        of change: ReadingRequest, job: JobID, after state: LaneState
    ) -> Remainder<ReadingRequest> { .all }

    /// Hints and polls that wait are read together.
    package func batch(
        _ changes: some Sequence<(job: JobID, change: ReadingRequest)>, state: LaneState
    ) -> ChangeBatch<ReadingRequest>? {
        var (things, count, isPoll): ([KeapThing], Int, Bool) = ([], 0, false)
        var seen: Set<KeapThing> = []
        for (_, change) in changes {
            guard case .changes(let more, let polls) = change else { break }
            things += more.filter { seen.insert($0).inserted }
            isPoll = isPoll || polls
            count += 1
        }
        guard count > 0 else { return nil }
        return ChangeBatch(change: .changes(things, isPoll: isPoll), count: count, carriers: [:])
    }

    package func deliver(_ change: ReadingRequest, in run: DeliveryAttempt) async -> Delivery {
        if let obstacle = await obstacle(run.state.bytes) { return obstacle }
        let state: ReadingState
        do {
            state = try run.state.value(ReadingState.init(bytes:))
        } catch {
            return .dead(
                reason: "What is remembered of reading Keap's bills cannot be read: \(error)", state: run.state.bytes)
        }
        do {
            switch change {
            case .history(let page): return .done(state: try await read(page, state, run).bytes, notes: [])
            case .changes(let things, let isPoll):
                return .done(state: try await read(things, isPoll: isPoll, state, run).bytes, notes: [])
            }
        } catch let failure as ReadingFailure {
            return failure.delivery(state: run.state.bytes)
        } catch {
            return .retry(
                reason: "What was read of Keap's bills could not be stored: \(error)", state: run.state.bytes,
                isDoubtful: false)
        }
    }

    private func read(
        _ things: [KeapThing], isPoll: Bool, _ state: ReadingState, _ run: DeliveryAttempt
    ) async throws -> ReadingState {
        let now = now()
        var plan = ReadingPlan(
            things, isPoll: isPoll, state: state, products: memory.products(at: now), now: now, in: settings.timeZone)
        while let step = plan.next() { plan.take(try await perform(step, isHistory: false, run), to: step) }
        let found = plan.snapshots()
        memory.note(plan.knownProducts, at: now)
        try await snapshots.send(found, .live)
        return plan.state
    }

    private func read(
        _ page: HistoryPage, _ state: ReadingState, _ run: DeliveryAttempt
    ) async throws -> ReadingState {
        let now = now()
        var plan = HistoryPlan(page, products: memory.products(at: now), now: now)
        while let step = plan.next() { plan.take(try await perform(step, isHistory: true, run), to: step) }
        memory.note(plan.knownProducts, at: now)
        try await snapshots.send(plan.snapshots, .bulk)
        memory.note(plan.readPayers)
        if let following = plan.following { try await snapshots.send(following) }
        var state = state
        state.history = plan.progress(after: state.history)
        return state
    }

    private func perform(
        _ step: ReadingStep, isHistory: Bool, _ run: DeliveryAttempt
    ) async throws -> ReadingAnswer {
        if case .known(let contacts) = step {
            let sent = isHistory ? memory.payers(among: contacts) : []
            return .known(sent.union(try await snapshots.known(among: contacts.filter { !sent.contains($0) })))
        }
        let lane = run.lane
        do throws(KeapFailure) {
            return try await step.perform(with: calls(isHistory) { lane.begin() })
        } catch {
            throw ReadingFailure(failure: error, what: step.what)
        }
    }
}
