import AsyncPrimitives
public import Clocks
import Synchronization

/// Makes callers wait until one peer's limits let them through: several windows at once, live ones before bulk ones. The
/// shares that share a budget take turns; each share's callers pass in the order they came.
///
/// ```swift
/// let permit = try await gate.take(for: BudgetShare("downtown"))
/// let answer = await call()
/// await gate.finished(permit, learned: answer.limits)
/// ```
///
/// No rolling second or minute and no UTC day exceeds its limit as the peer counts it, wherever between start and end
/// a call arrives, and also across a restart. That has a price where calls are slow: of a limit of `n` a second, calls
/// that last `t` seconds each can use `n / (1 + t)`, and of one of `n` a minute `n / (1 + t / 60)`. Nothing that is safe
/// can use more (see `RollingWindow`). A day is used up to the last call.
public actor BudgetGate {
    let clock: any TimeSource
    private let save: @Sendable ([UInt8]) async throws -> Void
    var queue: PermitQueue<AsyncSignal>
    private var isSaving = false
    /// A save that is wanted although no waiter's turn has come.
    private var settling: [AsyncSignal] = []
    /// The gate that is to count this one's calls, once `moved` says so.
    nonisolated let heir = Mutex<BudgetGate?>(nil)
    /// What counts this gate's calls by now, and the permits there of those that are under way.
    var moved: (gate: BudgetGate, permits: [Permit: Permit])?
    /// The calls are on their way to another gate: nothing passes, and no call ends, before they are there.
    var isMoving = false
    /// Of those that wait for the end of that.
    var waitingForMove: [AsyncSignal] = []

    /// - Parameters:
    ///   - limits: what holds until the peer announces something else.
    ///   - ceiling: what is never exceeded, whatever the peer announces.
    ///   - pacing: how the day's quota is spread.
    ///   - clock: measures all waits, and tells UTC days apart.
    ///   - saved: what `save` was last given, by this gate or an earlier one of the same credential. If it cannot be
    ///     read (a newer version wrote it), the seconds and minutes begin as full.
    ///   - save: makes the bytes durable before it returns. Its calls never overlap, and the last one counts. What it
    ///     throws, `take` throws.
    public init(
        limits: CallLimits, ceiling: CallLimits? = nil, pacing: DayPacing = .off, clock: any TimeSource,
        saved: [UInt8]?, save: @escaping @Sendable ([UInt8]) async throws -> Void
    ) {
        self.clock = clock
        self.save = save
        let now = clock.reading
        let ceiling = ceiling ?? CallLimits()
        let use = saved.map { bytes in
            // Why it cannot be read makes no difference: it is taken for the worst that it can say of a minute.
            (try? BudgetUse(bytes: bytes)) ?? .unreadable(limits: limits.capped(by: ceiling), at: now.wall)
        }
        let budget = Budget(limits: limits, ceiling: ceiling, pacing: pacing, resuming: use, at: now)
        queue = PermitQueue(WriteAheadBudget(budget), at: now)
    }

    /// Returns once the caller may make one call; then `finished` must follow, also if the call was never made.
    ///
    /// - Throws: `CancellationError` if cancelled while waiting, `BudgetMoved` if another gate counts the calls now, or
    ///   what `save` threw; nothing is spent.
    ///
    /// - Parameter rank: among its share's callers, one of a lower rank goes first, and of the same rank the one that
    ///   came first. For all callers of a share, or for none: without ranks they go in the order they come.
    public func take(
        _ urgency: Urgency = .live, for share: BudgetShare = .sole, rank: UInt64? = nil
    ) async throws -> Permit {
        let wakeup = AsyncSignal()
        let position = queue.join(wakeup, urgency, for: share, rank: rank)
        defer {
            queue.leave(position)
            wakeNext()
        }
        var hasRested = false
        while true {
            try Task.checkCancellation()
            if let moved { throw BudgetMoved(gate: moved.gate) }
            // Once for a round: the wall clock may be set between two readings, and a waiter that was told to go must then go.
            let now = self.now
            guard mayPass, let turn = queue.turn(at: now), turn.position == position else {
                // While we slept, time alone may have made it the turn of a waiter that sleeps for longer.
                if hasRested { wakeNext() }
                hasRested = false
                await wakeup.wait()
                continue
            }
            switch turn.act {
            case .go: return queue.admit(position, at: now)
            case .write(let draft): try await write(draft)
            case .wait(let wait):
                await rest(wakeup, until: wait.opening)
                hasRested = true
            }
        }
    }

    private var mayPass: Bool { !isSaving && !isMoving }

    /// The call ended: answered, failed or given up. Call it exactly once for each permit.
    ///
    /// - Parameter learned: what the answer said of the limits. A limit replaces ours, up or down, below the
    ///   ceiling. Use that we do not know of is counted as others'.
    public func finished(_ permit: Permit, learned: ReportedLimits? = nil) async {
        await use(permit, isEnd: true) { $0.finish($1, learned: learned, at: $2) }
    }

    /// The call of this permit was never made: what it took is free again. Instead of `finished`.
    public func release(_ permit: Permit) async {
        await use(permit, isEnd: true) { $0.release($1, at: $2) }
    }

    /// The peer refused a call for want of budget: nothing passes for this long (at most 25 hours).
    public func close(for duration: Duration) {
        queue.close(until: now.instant.advanced(by: Self.bounded(duration)), at: now)
        wakeNext()
    }

    /// The same, until the wall clock shows this many milliseconds since 1970.
    public func close(until milliseconds: Int64) { close(for: duration(until: milliseconds)) }

    /// The peer refused the call of this permit, which is not finished yet, because its tenant's limits are used up:
    /// nothing of that tenant passes until then.
    public func close(tenantOf permit: Permit, until milliseconds: Int64) async {
        let wait = Self.bounded(duration(until: milliseconds))
        await use(permit, isEnd: false) { $0.close(tenantOf: $1, until: $2.instant.advanced(by: wait), at: $2) }
    }

    /// Adds what an earlier gate of the same credential had saved, or of one that turned out to be counted together with
    /// it. What cannot be read says nothing.
    public func absorb(_ saved: [UInt8]) {
        guard let use = try? BudgetUse(bytes: saved) else { return }
        queue.absorb(use, ceiling: CallLimits(), at: now)
        wakeNext()
    }

    /// Saves what was really used, so that the next start forfeits nothing. For an orderly stop, after the last call.
    public func settle() async throws {
        let wakeup = AsyncSignal()
        while isSaving {
            settling.append(wakeup)
            await wakeup.wait()
            try Task.checkCancellation()
        }
        try await write(queue.settlement(at: now))
    }

    /// - Parameter tenants: shown also before their first call.
    public func status(tenants: Set<String> = []) -> BudgetStatus { queue.status(tenants: tenants, at: now) }

    /// What a call of this share would wait for that came now.
    ///
    /// - Parameter others: calls that go before it and have not come here yet.
    public func outlook(for share: BudgetShare, _ urgency: Urgency, behind others: Int = 0) -> BudgetOutlook {
        queue.outlook(for: share, urgency, behind: others, at: now)
    }

    /// About how long until a call of this share goes that has so many before it, here or elsewhere, if no other comes;
    /// nil if no clock can say.
    public func delay(after calls: Int, for share: BudgetShare, _ urgency: Urgency) -> Duration? {
        queue.delay(after: calls, for: share, urgency, at: now)
    }

    var now: ClockReading { clock.reading }

    private static func bounded(_ duration: Duration) -> Duration { max(.zero, min(duration, .seconds(25 * 3_600))) }

    private func duration(until milliseconds: Int64) -> Duration {
        let (wait, overflow) = milliseconds.subtractingReportingOverflow(clock.wall.milliseconds)
        return overflow ? .zero : .milliseconds(wait)
    }

    private func write(_ draft: WriteAheadBudget.Draft) async throws {
        isSaving = true
        defer {
            isSaving = false
            for waiter in settling { waiter.signal() }
            settling = []
            wakeNext()
        }
        try await save(draft.use.bytes)
        queue.written(draft)
    }

    func wakeNext() {
        guard mayPass, let turn = queue.turn(at: now) else { return }
        queue.line[turn.position]?.signal()
    }

    /// Waits for the instant or a signal, whichever comes first.
    private func rest(_ wakeup: AsyncSignal, until opening: Availability) async {
        guard case .at(let instant) = opening else { return await wakeup.wait() }
        // The wall clock may be set while we sleep until a day begins, so it is looked at again every minute.
        await wakeup.wait(until: min(instant, clock.now.advanced(by: .seconds(60))), on: clock)
    }
}
