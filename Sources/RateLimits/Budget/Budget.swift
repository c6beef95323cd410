package import Clocks

/// All the limits of one credential, and of each tenant that it is used for. A call passes all of them or none.
///
/// A limit that is not set is still counted, since the peer may announce one at any time.
package struct Budget: Sendable {
    package enum Answer: Equatable, Sendable {
        case go(Permit)
        case wait(Wait)
    }

    /// The limit that keeps a call waiting longest.
    package struct Wait: Equatable, Sendable {
        package var opening: Availability
        package var window: BudgetWindow
    }

    struct Call {
        var start: WallTime
        var tenant: String
        /// How much had been learned of others' use when it started.
        var learned: Int
    }

    /// What holds, of what was configured and what was announced: for the credential, and for a tenant of which nothing
    /// was announced yet.
    package private(set) var limits: CallLimits
    /// Goes up whenever the peer announces other limits than before.
    package private(set) var limitsVersion = 0
    package private(set) var granted: UInt64 = 0
    /// Answers that told of use.
    private var learned = 0

    let configured: CallLimits
    private(set) var ceiling: CallLimits
    let pacing: DayPacing
    private var announced: CallLimits
    private var spacing: TokenBucket
    private(set) var flow: TokenBucket
    var second: RollingWindow
    var minute: RollingWindow
    var day: DayWindow
    var closedUntil: Instant?
    var tenants: [String: TenantWindows] = [:]
    /// What tenants begin with that were not heard of since the start.
    var newcomer: TenantWindows
    var calls: [Permit: Call] = [:]

    /// - Parameters:
    ///   - limits: what holds until the peer announces something else.
    ///   - ceiling: what is never exceeded, whatever the peer announces.
    package init(
        limits: CallLimits, ceiling: CallLimits = CallLimits(), pacing: DayPacing = .off,
        resuming use: BudgetUse? = nil, at now: ClockReading
    ) {
        precondition(limits.arePositive && ceiling.arePositive, "a budget that lets nothing through is no budget")
        configured = limits
        self.ceiling = ceiling
        self.pacing = pacing
        announced = use?.announced ?? CallLimits()
        self.limits = configured.replaced(by: announced).capped(by: ceiling)

        let unlimited = Int.max
        spacing = TokenBucket(refill: .nanoseconds(1), now: now.instant)
        flow = TokenBucket(refill: .nanoseconds(1), now: now.instant)
        second = RollingWindow(limit: unlimited, width: .seconds(1))
        minute = RollingWindow(limit: unlimited, width: .seconds(60))
        if let use {
            second.resume(use.minute, of: use, at: now)
            minute.resume(use.minute, of: use, at: now)
            day = DayWindow(limit: unlimited, resuming: use.day, open: use.open, at: now.wall)
            newcomer = TenantWindows(resuming: use.otherTenants, of: use, at: now)
            for (name, tenant) in use.tenants where tenant.day.day >= now.wall.day - 1 {
                tenants[name] = TenantWindows(resuming: tenant, of: use, at: now)
            }
        } else {
            day = DayWindow(limit: unlimited, at: now.wall)
            newcomer = TenantWindows(at: now)
        }
        applyLimits(at: now)
        if let closed = use?.closedUntil { close(until: now.instant(of: closed), at: now) }
    }

    package mutating func take(
        _ urgency: Urgency = .live, of tenant: String = "", at now: ClockReading
    ) -> Answer {
        if let wait = bindingLimit(urgency, of: tenant, at: now) { return .wait(wait) }
        if limits.perSecond != nil { spacing.take(at: now.instant) }
        if limits.perMinute != nil { flow.take(at: now.instant) }
        second.start(at: now.instant)
        minute.start(at: now.instant)
        day.start(at: now.wall)
        tenants[tenant, default: newcomer].start(at: now)
        return .go(permit(of: tenant, at: now))
    }

    /// What keeps the next call waiting, if anything. Takes nothing.
    package mutating func bindingLimit(
        _ urgency: Urgency = .live, of tenant: String = "", at now: ClockReading
    ) -> Wait? {
        [commonBindingLimit(at: now), bindingPace(urgency, at: now), tenantBindingLimit(tenant, at: now)].longest()
    }

    /// What keeps all calls waiting.
    package mutating func commonBindingLimit(at now: ClockReading) -> Wait? { openings(at: now).longest() }

    /// What keeps calls of this urgency waiting, if it is the day's pace.
    package mutating func bindingPace(_ urgency: Urgency, at now: ClockReading) -> Wait? {
        [(.pace, paceOpening(urgency, at: now))].longest()
    }

    /// What keeps only this tenant's calls waiting.
    package mutating func tenantBindingLimit(_ tenant: String, at now: ClockReading) -> Wait? {
        tenants[tenant, default: newcomer].openings(at: now).longest()
    }

    /// A caller was throttled. While the minute's window binds, calls are spread evenly over it:
    /// none that comes then should wait for half a minute because the other half was crowded.
    package mutating func didThrottle(by wait: Wait, at now: ClockReading) {
        if wait.window == .minute { flow.empty(at: now.instant) }
    }

    /// The call ended: answered, failed or given up. `learned` is what its answer said.
    package mutating func finish(_ permit: Permit, learned: ReportedLimits? = nil, at now: ClockReading) {
        guard let call = calls.removeValue(forKey: permit) else {
            preconditionFailure("a permit is finished once, and by the gate that gave it")
        }
        second.finish(at: now.instant)
        minute.finish(at: now.instant)
        day.finish(at: now.wall)
        tenants[call.tenant]?.finish(at: now)
        if let learned { observe(learned, from: call, at: now) }
    }

    /// The call was never made: what it took is free again, but for its place in the even spacing.
    package mutating func release(_ permit: Permit, at now: ClockReading) {
        // What the peer said meanwhile was compared with a use that this call was part of: others' calls may have been
        // taken for it.
        guard let call = calls[permit], call.learned == learned else { return finish(permit, learned: nil, at: now) }
        forget(permit, at: now)
    }

    /// Gives up the calls under way, which another budget takes over, and says what the others have used.
    package mutating func handOver(at now: ClockReading) -> (use: BudgetUse, underWay: [Permit]) {
        let underWay = calls.keys.sorted { $0.number < $1.number }
        for permit in underWay { forget(permit, at: now) }
        return (use(reserving: 0, at: now), underWay)
    }

    /// Counts a call that was begun elsewhere and may still arrive, though there may be no place for it.
    package mutating func takeOver(oneOf tenant: String, at now: ClockReading) -> Permit {
        second.takeOver()
        minute.takeOver()
        day.takeOver(at: now.wall)
        tenants[tenant, default: newcomer].takeOver(at: now)
        return permit(of: tenant, at: now)
    }

    private mutating func permit(of tenant: String, at now: ClockReading) -> Permit {
        granted += 1
        let permit = Permit(number: granted)
        calls[permit] = Call(start: now.wall, tenant: tenant, learned: learned)
        return permit
    }

    private mutating func forget(_ permit: Permit, at now: ClockReading) {
        guard let call = calls.removeValue(forKey: permit) else { return }
        second.cancel()
        minute.cancel()
        day.cancel(startedAt: call.start, at: now.wall)
        tenants[call.tenant]?.cancel(startedAt: call.start, at: now)
    }

    /// On whose behalf the call runs.
    package func tenant(of permit: Permit) -> String? { calls[permit]?.tenant }

    /// Lets nothing through until then. The furthest of several such instants holds, but no more than 25 hours.
    package mutating func close(until instant: Instant, at now: ClockReading) {
        closedUntil = now.furthest(of: instant, closedUntil)
    }

    /// Lets nothing of this tenant through until then.
    package mutating func close(_ tenant: String, until instant: Instant, at now: ClockReading) {
        tenants[tenant, default: newcomer].close(until: instant, at: now)
    }

    /// What must be on disk before `allowance` more calls may be granted.
    package func use(reserving allowance: Int, at now: ClockReading) -> BudgetUse {
        BudgetUse(
            savedAt: now.wall, announced: announced, closedUntil: now.wall(ifAhead: closedUntil),
            open: calls.count + allowance, day: day.use.reserving(allowance), minute: minute.use(at: now),
            // Each of the calls may be for any tenant.
            tenants: tenants.mapValues { $0.use(reserving: allowance, at: now) },
            otherTenants: newcomer.use(reserving: allowance + calls.count, at: now))
    }

    /// Adds what another gate had used of the same limits.
    package mutating func absorb(
        _ use: BudgetUse, ceiling lower: CallLimits = CallLimits(), at now: ClockReading
    ) {
        ceiling = ceiling.capped(by: lower)
        // Where the peer tells both what it counts, each of them holds the other's calls already.
        let isCountedByPeer = use.announced.perDay != nil && announced.perDay != nil
        announced = use.announced.replaced(by: announced)
        second.resume(use.minute, of: use, at: now)
        minute.resume(use.minute, of: use, at: now)
        day.absorb(use.day, open: use.open, isCountedByPeer: isCountedByPeer, at: now.wall)
        if let closed = use.closedUntil { close(until: now.instant(of: closed), at: now) }
        for (name, tenant) in use.tenants where tenant.day.day >= now.wall.day - 1 {
            tenants[name, default: newcomer].absorb(tenant, of: use, at: now)
        }
        limits = configured.replaced(by: announced).capped(by: ceiling)
        applyLimits(at: now)
    }

    /// How many calls the day still has room for: no slice needs to be larger.
    package var leftToday: Int { day.limit - day.use.used }

    // MARK: Deciding

    mutating func openings(at now: ClockReading) -> [(BudgetWindow, Availability)] {
        [
            (.spacing, limits.perSecond == nil ? .now : spacing.opening(at: now.instant)),
            (.spacing, limits.perMinute == nil ? .now : flow.opening(at: now.instant)),
            (.second, second.opening(at: now.instant)),
            (.minute, minute.opening(at: now.instant)),
            (.day, .at(day.opening(at: now.wall), now)),
            (.pace, paceOpening(.live, at: now)),
            (.closed, .at(closedUntil, now)),
        ]
    }

    mutating func paceOpening(
        _ urgency: Urgency, for count: Int = 1, at now: ClockReading
    ) -> Availability {
        guard let limit = limits.perDay else { return .now }
        _ = day.opening(at: now.wall)  // so that it speaks of today
        return .at(
            pacing.opening(urgency, for: count, used: day.use.used, of: limit, on: day.use.day, at: now.wall), now)
    }

    private mutating func observe(_ said: ReportedLimits, from call: Call, at now: ClockReading) {
        // Only today's end or a neighbour's: an odd one must not keep us from learning what was used.
        let announcedDay = said.dayEnds.map { (WallTime(milliseconds: max($0, 0)) - 1).day }
            .flatMap { abs($0 - now.wall.day) <= 1 ? $0 : nil }
        let counted = announcedDay ?? DayWindow.day(from: call.start, to: now.wall)
        let before = (announced, tenants[call.tenant]?.announced)
        announced = announced.replaced(by: said.limits.ofCredential)
        tenants[call.tenant]?.observe(said, countedOn: counted, at: now)
        if before.0 != announced || before.1 != tenants[call.tenant]?.announced {
            limitsVersion += 1
            limits = configured.replaced(by: announced).capped(by: ceiling)
            applyLimits(at: now)
        }

        learned += 1
        if let used = said.minute.count { minute.observe(used: used, at: now.instant) }
        if let counted, let used = said.day.count { day.observe(used: used, on: counted, at: now.wall) }
    }

    private mutating func applyLimits(at now: ClockReading) {
        if let rate = limits.perSecond {
            spacing.refill = .seconds(1) / rate
            // Places in the second fall free unevenly. Calls that stand close together stay half a refill apart at
            // least, as an arrest of spikes wants it.
            spacing.tolerance = spacing.refill / 2
        }
        if let rate = limits.perMinute {
            // A hundredth faster than the minute itself: what a late waking lost can be caught up.
            let refill = Duration.seconds(60) * 99 / (100 * rate)
            if refill != flow.refill {
                // Anew, for what was owed at another rate says nothing about this one.
                flow = TokenBucket(
                    refill: refill, burst: max(12, rate / 20), tolerance: refill / 4, now: now.instant)
            }
        }
        second.limit = limits.perSecond ?? .max
        minute.limit = limits.perMinute ?? .max
        day.limit = limits.perDay ?? .max
        newcomer.apply(newcomer.limits(configured, ceiling: ceiling))
        for name in tenants.keys {
            guard let its = tenants[name]?.limits(configured, ceiling: ceiling) else { continue }
            tenants[name]?.apply(its)
        }
    }
}

extension Sequence {
    /// What keeps a call waiting longest, if anything does.
    fileprivate func longest() -> Budget.Wait? where Element == (BudgetWindow, Availability) {
        var longest = Budget.Wait(opening: .now, window: .closed)
        for (window, opening) in self where opening.isLater(than: longest.opening) {
            longest = .init(opening: opening, window: window)
        }
        return longest.opening == .now ? nil : longest
    }

    fileprivate func longest() -> Budget.Wait? where Element == Budget.Wait? {
        compactMap { $0 }.map { ($0.window, $0.opening) }.longest()
    }
}
