import Synchronization

/// The state that the journal's threads and its callers share, under one lock.
final class JournalCore: Sendable {
    struct State {
        var queue: CommitQueue
        var segments: [SegmentOnDisk]
        /// Spare files that exist, oldest first.
        var spares: [SpareFile] = []
        var nextSpare: UInt64 = 1
        var checkpointUpTo: UInt64
        var stats = JournalStats()
        var isWriterAsleep = false
        /// How many submit records now that are to be written together.
        var gathering = 0
        /// A completion was submitted since room was last given back.
        var mayTrim = false
        var kept: KeptRecords
        var hasEnded = false

        var writtenWaiters: [Waiter] = []
        var durableWaiters: [Waiter] = []
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
        var roomWaiters: [CheckedContinuation<Bool, Never>] = []
        var failureWaiters: [UInt64: CheckedContinuation<String?, Never>] = [:]
        var nextFailureWaiter: UInt64 = 0
    }

    struct Waiter {
        var sequence: UInt64
        var continuation: CheckedContinuation<Result<Void, JournalError>, Never>
    }

    enum Milestone { case written, durable }

    let layout: DirectoryLayout
    let files: any FileSystem
    let options: JournalOptions
    let segmentFiles: SegmentFiles
    let state: Mutex<State>
    let driver: any JournalDriver
    let keeper: any JournalWorker
    let allocator: any JournalWorker
    let reading: any JournalWorker

    init(
        layout: DirectoryLayout, files: any FileSystem, options: JournalOptions, segmentFiles: SegmentFiles,
        driver: any JournalDriver, state: State
    ) {
        self.layout = layout
        self.files = files
        self.options = options
        self.segmentFiles = segmentFiles
        self.driver = driver
        keeper = driver.worker(.keeper)
        allocator = driver.worker(.allocator)
        reading = driver.worker(.reader)
        self.state = Mutex(state)
    }

    func submit(
        _ kind: UInt8, _ payload: [UInt8], _ charge: CommitQueue.Charge
    ) throws(JournalError) -> Ticket {
        let (answer, isGathering) = state.withLock { state in
            let answer = Result { () throws(JournalError) in try state.queue.submit(kind, payload, charge) }
            switch answer {
            case .success(let ticket):
                state.kept.recent.add(
                    JournalRecord(kind: kind, sequence: ticket.sequence, address: ticket.address, payload: payload))
            case .failure(let error): if case .full = error { state.stats.refused += 1 }
            }
            if charge.givesRoomBack { state.mayTrim = true }
            return (answer, state.gathering > 0)
        }
        if !isGathering { submitted() }
        return try answer.get()
    }

    func beginTogether() { state.withLock { $0.gathering += 1 } }

    func endTogether() {
        let isLast = state.withLock { state in
            state.gathering -= 1
            return state.gathering == 0
        }
        if isLast { submitted() }
    }

    /// Wakes the writer, and sets room aside or gives it back as what was submitted wants it.
    private func submitted() {
        let now = driver.now()
        let (isAsleep, spare, surplus) = state.withLock { state in
            (state.takeSleep(), state.beginPreparing(at: now), state.trimSpare(at: now))
        }
        if isAsleep { driver.wakeWriter() }
        if let spare { prepare(spare) }
        if let surplus { remove(surplus) }
    }

    /// One that cannot be removed now is adopted, or removed, by the next opening.
    private func remove(_ spare: SpareFile) {
        allocator.run { [self] in try? files.remove(layout.spare(spare.number)) }
    }

    /// Returns when there is more room than at so many gains, or it could not be had. False also if none is on its way.
    nonisolated(nonsending) func waitForRoom(after gains: UInt64) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                guard state.queue.space.gains == gains else { return true }
                guard state.queue.space.isPreparing, state.queue.phase == .open else { return false }
                state.roomWaiters.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func setReserved(_ bytes: Int) { changeSpace { $0.setReserved(bytes) } }

    func setNeeds(_ needs: SpaceLedger.Needs) { changeSpace { $0.setNeeds(needs) } }

    private func changeSpace(_ body: (inout SpaceLedger) -> Void) {
        let now = driver.now()
        let spare = state.withLock { state in
            state.queue.withSpace(body)
            return state.beginPreparing(at: now)
        }
        if let spare { prepare(spare) }
    }

    /// Returns when a record got that far, also if it did so before an error or the end.
    nonisolated(nonsending) func wait(for milestone: Milestone, of sequence: UInt64) async throws(JournalError) {
        let result = await withCheckedContinuation { continuation in
            let (answer, isAsleep) = state.withLock { state -> (Result<Void, JournalError>?, Bool) in
                precondition(sequence < state.queue.nextSequence, "a wait for a record that was never submitted")
                let reached = milestone == .written ? state.queue.written : state.queue.durable
                if reached >= sequence { return (.success(()), false) }
                if let failure = state.queue.failure { return (.failure(failure), false) }
                let waiter = Waiter(sequence: sequence, continuation: continuation)
                switch milestone {
                case .written: state.writtenWaiters.append(waiter)
                case .durable:
                    state.durableWaiters.append(waiter)
                    state.queue.want(durable: sequence)
                }
                return (nil, state.takeSleep())
            }
            if isAsleep { driver.wakeWriter() }
            if let answer { continuation.resume(returning: answer) }
        }
        try result.get()
    }

    func want(durable sequence: UInt64) {
        let isAsleep = state.withLock { state in
            state.queue.want(durable: sequence)
            return state.takeSleep()
        }
        if isAsleep { driver.wakeWriter() }
    }

    /// After this the writer finishes what was submitted and ends.
    func beginClose() {
        let isAsleep = state.withLock { state in
            state.queue.close()
            return state.takeSleep()
        }
        if isAsleep { driver.wakeWriter() }
    }

    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.closeWaiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Returns the reason as soon as the journal is poisoned; nil if it ends, or the task is cancelled, before.
    func waitForFailure() async -> String? {
        let id = state.withLock { state in
            state.nextFailureWaiter += 1
            return state.nextFailureWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: String?? = state.withLock { state in
                    if case .poisoned(let reason, _) = state.queue.phase { return .some(reason) }
                    if state.hasEnded || Task.isCancelled { return .some(nil) }
                    state.failureWaiters[id] = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.failureWaiters.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }

    // MARK: For the writer

    /// Returns the writer's next step. If that is to sleep, new work wakes it from here on.
    func nextStep() -> CommitQueue.Step {
        let now = driver.now()
        let (step, spare, surplus) = state.withLock { state -> (CommitQueue.Step, SpareFile?, SpareFile?) in
            let step = state.queue.nextStep(at: now)
            guard case .sleep(let deadline) = step else {
                state.isWriterAsleep = false
                return (step, nil, nil)
            }
            state.isWriterAsleep = true
            guard state.queue.phase == .open else { return (step, nil, nil) }
            // What nothing else asks for: room on a disk that was full, and giving back what is not needed any more.
            let spare = state.beginPreparing(at: now)
            let surplus =
                spare == nil && state.queue.withSpace({ $0.trimSpare(at: now) }) ? state.spares.popLast() : nil
            let look = state.queue.space.nextLook(at: now)
            let earliest = [deadline, look].compactMap { $0 }.min()
            return (.sleep(until: earliest), spare, surplus)
        }
        if let spare { prepare(spare) }
        if let surplus { remove(surplus) }
        return step
    }

    func wrote(upTo sequence: UInt64, records: Int, bytes: Int) {
        let waiters = state.withLock { state in
            state.queue.wrote(upTo: sequence)
            state.stats.records += UInt64(records)
            state.stats.bytes += UInt64(bytes)
            state.stats.writes += 1
            return Self.take(&state.writtenWaiters, upTo: sequence)
        }
        for waiter in waiters { waiter.continuation.resume(returning: .success(())) }
    }

    func synced(upTo sequence: UInt64, took: Duration) {
        let waiters = state.withLock { state in
            let batch = sequence - state.queue.durable
            state.queue.synced(upTo: sequence)
            state.stats.syncs += 1
            state.stats.largestBatch = max(state.stats.largestBatch, batch)
            state.stats.batchSizes.add(batch)
            state.stats.syncMicroseconds.add(UInt64(max(0, took / .microseconds(1))))
            return Self.take(&state.durableWaiters, upTo: sequence)
        }
        for waiter in waiters { waiter.continuation.resume(returning: .success(())) }
    }

    /// Fails all waiters whose record did not get as far as they waited for; later waits fail immediately.
    func poison(_ error: FileError) {
        let (waiters, failure, observers) = state.withLock { state in
            state.queue.poison(error.description)
            defer {
                state.writtenWaiters = []
                state.durableWaiters = []
                state.failureWaiters = [:]
            }
            return (state.writtenWaiters + state.durableWaiters, state.queue.failure, state.failureWaiters)
        }
        guard let failure else { return }
        for observer in observers.values { observer.resume(returning: error.description) }
        for waiter in waiters { waiter.continuation.resume(returning: .failure(failure)) }
    }

    /// The file of the segment that is written next. If none is ready the writer makes one itself.
    ///
    /// - Throws: what the disk said. Nothing was written then, and it may be asked again.
    func takeSpareFile() throws(FileError) -> SpareFile {
        let (ready, number) = state.withLock { state -> (SpareFile?, UInt64) in
            if !state.spares.isEmpty { return (state.spares.removeFirst(), 0) }
            return (nil, state.takeSpareNumber())
        }
        if let ready { return ready }
        let spare = SpareFile(number: number, size: options.smallestSegment)
        do throws(FileError) { try segmentFiles.makeSpare(spare) } catch {
            let now = driver.now()
            state.withLock { $0.queue.withSpace { $0.missed(error.description, at: now) } }
            throw error
        }
        // Another may have been made meanwhile, and stands before it.
        return state.withLock { state in
            state.spares.append(spare)
            state.queue.withSpace { $0.made(spare.size) }
            return state.spares.removeFirst()
        }
    }

    /// Puts back a spare that could not be opened; it is still the next.
    func putBack(_ spare: SpareFile) { state.withLock { $0.spares.insert(spare, at: 0) } }

    /// Whether what was submitted will not be waited for any longer.
    var isClosing: Bool { state.withLock { $0.queue.phase != .open } }

    func began(_ segment: SegmentOnDisk) { state.withLock { $0.segments.append(segment) } }

    func ended() {
        let (waiters, observers) = state.withLock { state in
            state.hasEnded = true
            defer {
                state.closeWaiters = []
                state.failureWaiters = [:]
            }
            return (state.closeWaiters, state.failureWaiters)
        }
        for waiter in waiters { waiter.resume() }
        for observer in observers.values { observer.resume(returning: nil) }
    }

    // MARK: For the allocator

    /// Sets one segment aside, and the next, for as long as they are wanted.
    private func prepare(_ spare: SpareFile) {
        let isTaken = allocator.run { [self] in
            let result = Result { () throws(FileError) in try segmentFiles.makeSpare(spare) }
            let now = driver.now()
            let (another, waiters, isThere) = state.withLock { state in
                let isThere: Bool
                switch result {
                case .success:
                    state.spares.append(spare)
                    state.queue.withSpace { $0.prepared(spare.size) }
                    isThere = true
                case .failure(let error):
                    state.queue.withSpace { $0.failed(spare.size, error.description, at: now) }
                    isThere = false
                }
                let another = state.beginPreparing(at: now)
                // A large one that does not fit is followed by a small one: its waiters wait for that.
                return (another, isThere || another == nil ? state.endPreparing() : [], isThere)
            }
            for waiter in waiters { waiter.resume(returning: isThere) }
            if let another { prepare(another) } else { lookAgain() }
        }
        guard !isTaken else { return }
        for waiter in state.withLock({ $0.endPreparing() }) { waiter.resume(returning: false) }
    }

    /// When to ask a full disk again is the writer's to know, which may be asleep.
    private func lookAgain() {
        let isAsleep = state.withLock { $0.queue.space.isShort && $0.takeSleep() }
        if isAsleep { driver.wakeWriter() }
    }

    private static func take(_ waiters: inout [Waiter], upTo sequence: UInt64) -> [Waiter] {
        // Most often all of them can go.
        guard waiters.contains(where: { $0.sequence > sequence }) else {
            defer { waiters = [] }
            return waiters
        }
        let taken = waiters.filter { $0.sequence <= sequence }
        waiters.removeAll { $0.sequence <= sequence }
        return taken
    }
}

extension JournalCore.State {
    /// True if the writer sleeps and must be woken, which is then the caller's part.
    mutating func takeSleep() -> Bool {
        defer { isWriterAsleep = false }
        return isWriterAsleep
    }

    mutating func beginPreparing(at now: ContinuousClock.Instant) -> SpareFile? {
        guard queue.phase == .open, let size = queue.withSpace({ $0.beginPreparing(at: now) }) else { return nil }
        return SpareFile(number: takeSpareNumber(), size: size)
    }

    /// The waiters for a preparation that has ended. If another has begun, they wait anew.
    mutating func endPreparing() -> [CheckedContinuation<Bool, Never>] {
        defer { roomWaiters = [] }
        return roomWaiters
    }

    /// Only completions give room back; while the first of them come, what recovery found is reserved again.
    mutating func trimSpare(at now: ContinuousClock.Instant) -> SpareFile? {
        guard mayTrim else { return nil }
        mayTrim = false
        return queue.withSpace({ $0.trimSpare(at: now) }) ? spares.popLast() : nil
    }

    mutating func takeSpareNumber() -> UInt64 {
        defer { nextSpare += 1 }
        return nextSpare
    }
}
