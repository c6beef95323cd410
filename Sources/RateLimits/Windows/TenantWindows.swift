import Clocks

/// What the peer allows one of its tenants, whichever credential calls.
struct TenantWindows: Sendable {
    private(set) var minute: RollingWindow
    private(set) var day: DayWindow
    /// What the peer said of this tenant's limits; only those are set.
    private(set) var announced = CallLimits()
    private(set) var closedUntil: Instant?

    init(at now: ClockReading) {
        minute = RollingWindow(limit: .max, width: .seconds(60))
        day = DayWindow(limit: .max, at: now.wall)
    }

    init(resuming use: BudgetUse.Tenant, of record: BudgetUse, at now: ClockReading) {
        self.init(at: now)
        announced = use.announced
        minute.resume(use.minute, of: record, at: now)
        day = DayWindow(limit: .max, resuming: use.day, open: record.open, at: now.wall)
        if let closed = use.closedUntil { close(until: now.instant(of: closed), at: now) }
    }

    /// What holds for this tenant.
    func limits(_ configured: CallLimits, ceiling: CallLimits) -> CallLimits {
        configured.replaced(by: announced).capped(by: ceiling)
    }

    mutating func apply(_ limits: CallLimits) {
        minute.limit = limits.tenantPerMinute ?? .max
        day.limit = limits.tenantPerDay ?? .max
    }

    mutating func openings(at now: ClockReading) -> [(BudgetWindow, Availability)] {
        [
            (.tenantMinute, minute.opening(at: now.instant)),
            (.tenantDay, .at(day.opening(at: now.wall), now)),
            (.closed, .at(closedUntil, now)),
        ]
    }

    mutating func start(at now: ClockReading) {
        minute.start(at: now.instant)
        day.start(at: now.wall)
    }

    mutating func takeOver(at now: ClockReading) {
        minute.takeOver()
        day.takeOver(at: now.wall)
    }

    mutating func finish(at now: ClockReading) {
        minute.finish(at: now.instant)
        day.finish(at: now.wall)
    }

    mutating func cancel(startedAt start: WallTime, at now: ClockReading) {
        minute.cancel()
        day.cancel(startedAt: start, at: now.wall)
    }

    mutating func observe(_ said: ReportedLimits, countedOn day: Int64?, at now: ClockReading) {
        announced = announced.replaced(by: said.limits.ofTenant)
        if let used = said.tenantMinute.count { minute.observe(used: used, at: now.instant) }
        if let day, let used = said.tenantDay.count { self.day.observe(used: used, on: day, at: now.wall) }
    }

    /// Adds what another gate had used of this tenant's limits.
    mutating func absorb(_ use: BudgetUse.Tenant, of record: BudgetUse, at now: ClockReading) {
        let isCountedByPeer = use.announced.tenantPerDay != nil && announced.tenantPerDay != nil
        announced = use.announced.replaced(by: announced)
        minute.resume(use.minute, of: record, at: now)
        day.absorb(use.day, open: record.open, isCountedByPeer: isCountedByPeer, at: now.wall)
        if let closed = use.closedUntil { close(until: now.instant(of: closed), at: now) }
    }

    mutating func close(until instant: Instant, at now: ClockReading) {
        closedUntil = now.furthest(of: instant, closedUntil)
    }

    func use(reserving allowance: Int, at now: ClockReading) -> BudgetUse.Tenant {
        BudgetUse.Tenant(
            announced: announced, closedUntil: now.wall(ifAhead: closedUntil), day: day.use.reserving(allowance),
            minute: minute.use(at: now))
    }
}

extension CallLimits {
    var ofTenant: CallLimits { CallLimits(tenantPerMinute: tenantPerMinute, tenantPerDay: tenantPerDay) }
    var ofCredential: CallLimits { CallLimits(perSecond: perSecond, perMinute: perMinute, perDay: perDay) }
}

extension Availability {
    /// When the wall shows `time`; nil is now.
    static func at(_ time: WallTime?, _ now: ClockReading) -> Availability {
        time.map { .at(now.instant(of: $0)) } ?? .now
    }

    static func at(_ instant: Instant?, _ now: ClockReading) -> Availability {
        instant.flatMap { $0 > now.instant ? .at($0) : nil } ?? .now
    }
}

extension ClockReading {
    /// The later of both ends of a refusal, but no more than 25 hours ahead: the longest that a peer has reason to ask
    /// for is a day.
    func furthest(of end: Instant, _ other: Instant?) -> Instant {
        max(other ?? instant, min(end, instant.advanced(by: .seconds(25 * 3_600))))
    }

    func wall(ifAhead other: Instant?) -> WallTime? { other.flatMap { $0 > instant ? wall(at: $0) : nil } }
}

extension RollingWindow {
    /// Takes up what an earlier life of this program had used. What may have been under way until its end counts as
    /// ended now.
    mutating func resume(_ runs: [BudgetUse.Run], of record: BudgetUse, at now: ClockReading) {
        // A clock that was set back would make the calls younger than the saved state; they are that old at least.
        let sinceSaved = Duration.milliseconds(max(0, now.wall.milliseconds - record.savedAt.milliseconds))
        for run in runs {
            occupy(run.count, endedAt: now.instant.advanced(by: .zero - run.age - sinceSaved))
        }
        occupy(record.open, endedAt: now.instant)
    }

    func use(at now: ClockReading) -> [BudgetUse.Run] {
        ends(at: now.instant).map { .init(age: max(.zero, $0.end.duration(to: now.instant)), count: $0.count) }
    }
}

extension DayUse {
    func reserving(_ count: Int) -> DayUse {
        DayUse(day: day, used: used + count, usedDayBefore: usedDayBefore + count)
    }
}
