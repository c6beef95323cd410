/// Makes callers wait until one peer's limits let them through: several windows at once, in the order they came, live
/// ones before bulk ones.
///
/// ```swift
/// let permit = try await gate.take()
/// let answer = await call()
/// await gate.finished(permit, learned: answer.limits)
/// ```
///
/// No rolling second or minute and no UTC day exceeds its limit as the peer counts it, wherever between start and end
/// a call arrives, and also across a restart. That has a price where calls are slow: of a limit of `n` a second, calls
/// that last `t` seconds each can use about `n / (1 + t)`.
public actor BudgetGate<C: Clock> where C.Duration == Duration {
    private let clock: C
    private let wall: @Sendable () -> Int64
    private let save: @Sendable ([UInt8]) async throws -> Void
    private var budget: SlicedBudget<C.Instant>
    private var line = WaitingLine<Wakeup>()
    private var isSaving = false

    /// - Parameters:
    ///   - limits: what holds until the peer announces something else.
    ///   - ceiling: what is never exceeded, whatever the peer announces.
    ///   - clock: measures all waits.
    ///   - wall: milliseconds since 1970; tells UTC days apart.
    ///   - saved: what `save` was last given, by this gate or an earlier one of the same credential. If it cannot be
    ///     read (a newer version wrote it), the seconds and minutes begin as full.
    ///   - save: makes the bytes durable before it returns. Its calls never overlap, and the last one counts. What it
    ///     throws, `take` throws.
    public init(
        limits: CallLimits, ceiling: CallLimits? = nil, clock: C, wall: @escaping @Sendable () -> Int64,
        saved: [UInt8]?, save: @escaping @Sendable ([UInt8]) async throws -> Void
    ) {
        self.clock = clock
        self.wall = wall
        self.save = save
        let now = Moment(clock.now, wall: WallTime(milliseconds: wall()))
        let ceiling = ceiling ?? CallLimits()
        let use = saved.map { bytes in
            // Why it cannot be read makes no difference: it is taken for the worst that it can say of a minute.
            (try? BudgetUse(bytes: bytes)) ?? .unreadable(limits: limits.capped(by: ceiling), at: now.wall)
        }
        budget = SlicedBudget(Budget(limits: limits, ceiling: ceiling, resuming: use, at: now))
    }

    /// Returns once the caller may make one call; then `finished` must follow, also if the call was never made.
    ///
    /// - Throws: `CancellationError` if cancelled while waiting, or what `save` threw; nothing is spent.
    public func take(_ urgency: Urgency = .live) async throws -> Permit {
        try await withTurn(urgency) { gate, place in
            switch gate.budget.step(at: gate.now) {
            case .go(let permit): return permit
            case .write(let draft): try await gate.write(draft)
            case .wait(let wait): try await gate.rest(place, until: wait.opening)
            }
            return nil
        }
    }

    /// The call ended: answered, failed or given up. Call it exactly once for each permit.
    ///
    /// - Parameter learned: what the answer said of the limits. A limit replaces ours, up or down, below the
    ///   ceiling. Use that we do not know of is counted as others'.
    public func finished(_ permit: Permit, learned: Announcement? = nil) {
        budget.finish(permit, learned: learned, at: now)
        wakeHead()
    }

    /// The peer refused a call for want of budget: nothing passes for this long (at most 25 hours).
    public func close(for duration: Duration) {
        budget.close(until: clock.now.advanced(by: max(.zero, min(duration, .seconds(25 * 3_600)))), at: now)
        wakeHead()
    }

    /// The same, until the wall clock shows this many milliseconds since 1970.
    public func close(until milliseconds: Int64) {
        let (wait, overflow) = milliseconds.subtractingReportingOverflow(wall())
        close(for: overflow ? .zero : .milliseconds(wait))
    }

    /// Saves what was really used, so that the next start forfeits nothing. For an orderly stop, after the last call.
    public func settle() async throws {
        let _: Bool = try await withTurn(.live) { gate, _ in
            try await gate.write(gate.budget.settlement(at: gate.now))
            return true
        }
    }

    public func status() -> BudgetStatus {
        var status = budget.status(at: now)
        for urgency in Urgency.allCases { status.waiting[urgency] = line.count(urgency) }
        return status
    }

    private var now: Moment<C.Instant> { Moment(clock.now, wall: WallTime(milliseconds: wall())) }

    /// Asks `attempt` again and again while it is the caller's turn, until it gives something.
    private func withTurn<Gain: Sendable>(
        _ urgency: Urgency, _ attempt: (isolated BudgetGate, WaitingLine<Wakeup>.Place) async throws -> Gain?
    ) async throws -> Gain {
        let wakeup = Wakeup()
        let place = line.join(wakeup, urgency)
        defer {
            line.leave(place)
            wakeHead()
        }
        while true {
            try Task.checkCancellation()
            // A live caller may have come before us while we slept, and another may be saving.
            guard line.head == place, !isSaving else {
                try await wakeup.wait()
                continue
            }
            if let gain = try await attempt(self, place) { return gain }
        }
    }

    private func write(_ draft: SlicedBudget<C.Instant>.Draft) async throws {
        isSaving = true
        defer {
            isSaving = false
            wakeHead()
        }
        try await save(draft.use.bytes)
        budget.written(draft)
    }

    private func wakeHead() {
        guard let head = line.head else { return }
        line[head]?.signal()
    }

    /// Waits for the instant or a signal, whichever comes first.
    private func rest(_ place: WaitingLine<Wakeup>.Place, until opening: Opening<C.Instant>) async throws {
        guard let wakeup = line[place] else { preconditionFailure("who rests has a place in the line") }
        guard case .at(let instant) = opening else { return try await wakeup.wait() }
        // The wall clock may be set while we sleep until a day begins, so it is looked at again every minute.
        let waking = min(instant, clock.now.advanced(by: .seconds(60)))
        try await withThrowingTaskGroup(of: Void.self) { [clock] group in
            group.addTask { try await clock.sleep(until: waking, tolerance: nil) }
            group.addTask { try await wakeup.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
