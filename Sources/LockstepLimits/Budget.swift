/// All the limits of one credential. A call passes all of them or none.
///
/// A limit that is not set is still counted, since the peer may announce one at any time.
package struct Budget<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    package enum Answer: Equatable, Sendable {
        case go(Permit)
        case wait(Wait)
    }

    /// The limit that keeps a call waiting longest.
    package struct Wait: Equatable, Sendable {
        package var opening: Opening<Instant>
        package var window: BudgetWindow
    }

    /// What holds, of what was configured and what was announced.
    package private(set) var limits: CallLimits
    /// What the peer announced, as it said it.
    package private(set) var announced: CallLimits
    package private(set) var granted: UInt64 = 0

    private let configured: CallLimits
    private let ceiling: CallLimits
    private var spacing: TokenBucket<Instant>
    private var second: RollingWindow<Instant>
    private var minute: RollingWindow<Instant>
    private var tenantMinute: RollingWindow<Instant>
    private var day: DayWindow
    private var tenantDay: DayWindow
    private var closedUntil: Instant?
    private var startedAt: [Permit: WallTime] = [:]

    /// - Parameters:
    ///   - limits: what holds until the peer announces something else.
    ///   - ceiling: what is never exceeded, whatever the peer announces.
    package init(
        limits: CallLimits, ceiling: CallLimits = CallLimits(), resuming use: BudgetUse? = nil, at now: Moment<Instant>
    ) {
        precondition(limits.arePositive && ceiling.arePositive, "a budget that lets nothing through is no budget")
        configured = limits
        self.ceiling = ceiling
        announced = use?.announced ?? CallLimits()
        self.limits = configured.replaced(by: announced).capped(by: ceiling)

        let unlimited = Int.max
        spacing = TokenBucket(refill: .nanoseconds(1), now: now.instant)
        second = RollingWindow(limit: unlimited, width: .seconds(1))
        minute = RollingWindow(limit: unlimited, width: .seconds(60))
        tenantMinute = RollingWindow(limit: unlimited, width: .seconds(60))
        if let use {
            second.resume(use.minute, of: use, at: now)
            minute.resume(use.minute, of: use, at: now)
            tenantMinute.resume(use.tenantMinute, of: use, at: now)
            day = DayWindow(limit: unlimited, resuming: use.day, open: use.open, at: now.wall)
            tenantDay = DayWindow(limit: unlimited, resuming: use.tenantDay, open: use.open, at: now.wall)
        } else {
            day = DayWindow(limit: unlimited, at: now.wall)
            tenantDay = DayWindow(limit: unlimited, at: now.wall)
        }
        obeyLimits()
        if let closed = use?.closedUntil { close(until: now.instant(of: closed), at: now) }
    }

    package mutating func take(at now: Moment<Instant>) -> Answer {
        if let wait = obstacle(at: now) { return .wait(wait) }
        if limits.perSecond != nil { spacing.take(at: now.instant) }
        second.start(at: now.instant)
        minute.start(at: now.instant)
        tenantMinute.start(at: now.instant)
        day.start(at: now.wall)
        tenantDay.start(at: now.wall)
        granted += 1
        let permit = Permit(number: granted)
        startedAt[permit] = now.wall
        return .go(permit)
    }

    /// What keeps the next call waiting, if anything. Takes nothing.
    package mutating func obstacle(at now: Moment<Instant>) -> Wait? {
        var longest = Wait(opening: .now, window: .closed)
        for (window, opening) in openings(at: now) where opening.isLater(than: longest.opening) {
            longest = Wait(opening: opening, window: window)
        }
        return longest.opening == .now ? nil : longest
    }

    /// The call ended: answered, failed or given up. `learned` is what its answer said.
    package mutating func finish(_ permit: Permit, learned: Announcement? = nil, at now: Moment<Instant>) {
        guard let start = startedAt.removeValue(forKey: permit) else {
            preconditionFailure("a permit is finished once, and by the gate that gave it")
        }
        second.finish(at: now.instant)
        minute.finish(at: now.instant)
        tenantMinute.finish(at: now.instant)
        day.finish(at: now.wall)
        tenantDay.finish(at: now.wall)
        if let learned { learn(learned, from: start, at: now) }
    }

    /// Lets nothing through until then. The furthest of several such instants holds, but no more than 25 hours: the
    /// longest that a peer has reason to ask for is a day.
    package mutating func close(until instant: Instant, at now: Moment<Instant>) {
        let furthest = now.instant.advanced(by: .seconds(25 * 3_600))
        closedUntil = max(closedUntil ?? now.instant, min(instant, furthest))
    }

    /// What must be on disk before `allowance` more calls may be granted.
    package func use(reserving allowance: Int, at now: Moment<Instant>) -> BudgetUse {
        let closed = closedUntil.flatMap { $0 > now.instant ? now.wall(at: $0) : nil }
        func runs(_ window: RollingWindow<Instant>) -> [BudgetUse.Run] {
            window.ends(at: now.instant).map { end, count in
                BudgetUse.Run(age: max(.zero, end.duration(to: now.instant)), count: count)
            }
        }
        return BudgetUse(
            savedAt: now.wall, announced: announced, closedUntil: closed, open: startedAt.count + allowance,
            day: day.use.reserving(allowance), tenantDay: tenantDay.use.reserving(allowance),
            minute: runs(minute), tenantMinute: runs(tenantMinute))
    }

    /// How many calls the days still have room for: no slice needs to be larger.
    package var leftToday: Int { min(day.limit - day.use.used, tenantDay.limit - tenantDay.use.used) }

    package mutating func status(at now: Moment<Instant>) -> BudgetStatus {
        let obstacle = obstacle(at: now)?.window
        let counted: [BudgetWindow: (limit: Int?, used: Int)] = [
            .second: (limits.perSecond, second.used(at: now.instant)),
            .minute: (limits.perMinute, minute.used(at: now.instant)),
            .day: (limits.perDay, day.use.used),
            .tenantMinute: (limits.tenantPerMinute, tenantMinute.used(at: now.instant)),
            .tenantDay: (limits.tenantPerDay, tenantDay.use.used),
        ]
        let windows = openings(at: now).compactMap { window, opening -> BudgetStatus.Window? in
            guard let count = counted[window], let limit = count.limit else { return nil }
            return .init(window: window, limit: limit, used: count.used, opensIn: opening.delay(from: now.instant))
        }
        return BudgetStatus(
            windows: windows,
            closedFor: closedUntil.flatMap { $0 > now.instant ? now.instant.duration(to: $0) : nil },
            obstacle: obstacle, running: startedAt.count, waiting: [:], granted: granted)
    }

    private mutating func openings(at now: Moment<Instant>) -> [(BudgetWindow, Opening<Instant>)] {
        func opening(_ time: WallTime?) -> Opening<Instant> { time.map { .at(now.instant(of: $0)) } ?? .now }
        return [
            (.spacing, limits.perSecond == nil ? .now : spacing.opening(at: now.instant)),
            (.second, second.opening(at: now.instant)),
            (.minute, minute.opening(at: now.instant)),
            (.tenantMinute, tenantMinute.opening(at: now.instant)),
            (.day, opening(day.opening(at: now.wall))),
            (.tenantDay, opening(tenantDay.opening(at: now.wall))),
            (.closed, closedUntil.map { $0 > now.instant ? .at($0) : .now } ?? .now),
        ]
    }

    private mutating func learn(_ said: Announcement, from start: WallTime, at now: Moment<Instant>) {
        announced = announced.replaced(by: said.limits)
        limits = configured.replaced(by: announced).capped(by: ceiling)
        obeyLimits()

        if let used = said.minute.count { minute.learn(used: used, at: now.instant) }
        if let used = said.tenantMinute.count { tenantMinute.learn(used: used, at: now.instant) }
        let announcedDay = said.dayEnds.map { (WallTime(milliseconds: max($0, 0)) - 1).day }
        let counted = announcedDay ?? DayWindow.day(from: start, to: now.wall)
        if let counted, let used = said.day.count { day.learn(used: used, on: counted, at: now.wall) }
        if let counted, let used = said.tenantDay.count { tenantDay.learn(used: used, on: counted, at: now.wall) }
    }

    private mutating func obeyLimits() {
        if let rate = limits.perSecond {
            spacing.refill = .seconds(1) / rate
            spacing.tolerance = spacing.refill / 4
        }
        second.limit = limits.perSecond ?? .max
        minute.limit = limits.perMinute ?? .max
        tenantMinute.limit = limits.tenantPerMinute ?? .max
        day.limit = limits.perDay ?? .max
        tenantDay.limit = limits.tenantPerDay ?? .max
    }
}

extension Opening where Instant.Duration == Duration {
    fileprivate func delay(from now: Instant) -> Duration? {
        switch self {
        case .now: .zero
        case .at(let instant): max(.zero, now.duration(to: instant))
        case .whenACallEnds: nil
        }
    }
}

extension DayUse {
    fileprivate func reserving(_ count: Int) -> DayUse {
        DayUse(day: day, used: used + count, usedDayBefore: usedDayBefore + count)
    }
}

extension RollingWindow {
    /// Takes up what an earlier life of this program had used. What may have been under way until its end counts as
    /// ended now.
    fileprivate mutating func resume(_ runs: [BudgetUse.Run], of use: BudgetUse, at now: Moment<Instant>) {
        // A clock that was set back would make the calls younger than the saved state; they are that old at least.
        let sinceSaved = Duration.milliseconds(max(0, now.wall.milliseconds - use.savedAt.milliseconds))
        for run in runs {
            occupy(run.count, endedAt: now.instant.advanced(by: .zero - run.age - sinceSaved))
        }
        occupy(use.open, endedAt: now.instant)
    }
}
