package import Clocks

/// What can keep a call waiting.
public enum BudgetWindow: String, Hashable, Sendable, CaseIterable {
    /// Calls are spread within the second, and within the minute while more wait than it lets through.
    case spacing
    case second, minute, day, tenantMinute, tenantDay
    /// The day's quota has room, but not yet for this call.
    case pace
    /// The peer refused a call and said when to come back.
    case closed
}

/// A budget at one instant, for people and metrics.
public struct BudgetStatus: Equatable, Sendable {
    public struct Window: Equatable, Sendable {
        public var window: BudgetWindow
        public var limit: Int
        public var used: Int
        /// How long until this window alone lets a call through: zero if it does, `nil` if a running call must end
        /// first.
        public var opensIn: Duration?
    }

    /// The limits of one of the peer's tenants.
    public struct Tenant: Equatable, Sendable {
        public var name: String
        public var windows: [Window]
        /// How long it stays closed after a refusal; `nil` if it is not.
        public var closedFor: Duration?
    }

    /// How the day's quota is spread.
    public struct Pace: Equatable, Sendable {
        public var pacing: DayPacing
        /// How many calls may have been used by now.
        public var released: [Urgency: Int]
        /// How long until the pace lets the next call through; zero if it does.
        public var opensIn: [Urgency: Duration]
    }

    /// The credential's own, those that have a limit.
    public var windows: [Window]
    /// By name.
    public var tenants: [Tenant]
    /// `nil` if the day has no limit.
    public var pace: Pace?
    /// How long the budget stays closed after a refusal; `nil` if it is not.
    public var closedFor: Duration?
    /// What the next live caller waits for, if anything, leaving tenants aside.
    public var bindingLimit: BudgetWindow?
    /// Calls that have begun and not ended.
    public var running: Int
    public var waiting: [Urgency: Int] = [:]
    /// Those of each share, if it has any.
    public var shares: [BudgetShare: [Urgency: Int]] = [:]
    /// Permits given out since the gate was made.
    public var granted: UInt64
    /// Over the last hour, or since the gate was made; `nil` in its first minute.
    public var callsPerHour: Int?
    /// Whether `callsPerHour` was counted over a whole hour. A crowd of a few minutes says nothing of the day.
    public var isPaceOfAnHour = false
    /// Until the day ends for which the peer counts.
    public var dayEndsIn: Duration

    /// How long the day's quota lasts if calls go on as in the last hour. `nil` if it outlasts the day, if no whole hour
    /// has been counted, if nothing waits that could go on so, or if the day's pace keeps a part of the quota to its end.
    public var runsOutIn: Duration? {
        guard isPaceOfAnHour, waiting.values.contains(where: { $0 > 0 }), pace?.pacing == .off,
            let day = windows.first(where: { $0.window == .day }), let pace = callsPerHour, pace > 0
        else { return nil }
        let lasts = Duration.seconds(3_600) * max(0, day.limit - day.used) / pace
        return lasts < dayEndsIn ? lasts : nil
    }
}

/// What a call would wait for that came now.
public struct BudgetOutlook: Equatable, Sendable {
    /// The limit that keeps it waiting longest, apart from those who go before it; `nil` if none does.
    public var window: BudgetWindow?
    /// How long until that lets a call through; `nil` if a running call must end first.
    public var opensIn: Duration?
    /// Calls that go before it, if no other comes.
    public var callsBefore: Int
    /// About how long until it goes, if no other comes; `nil` if no clock can say.
    public var estimate: Duration?
}

extension Budget {
    package mutating func status(tenants names: Set<String> = [], at now: ClockReading) -> BudgetStatus {
        for name in names where tenants[name] == nil { tenants[name] = newcomer }
        func described(
            _ openings: [(BudgetWindow, Availability)], _ counted: [BudgetWindow: (limit: Int?, used: Int)]
        ) -> [BudgetStatus.Window] {
            openings.compactMap { window, opening in
                guard let count = counted[window], let limit = count.limit else { return nil }
                return .init(window: window, limit: limit, used: count.used, opensIn: opening.delay(from: now.instant))
            }
        }
        func remaining(_ instant: Instant?) -> Duration? {
            instant.flatMap { $0 > now.instant ? now.instant.duration(to: $0) : nil }
        }
        let bindingLimit = commonBindingLimit(at: now)?.window
        let windows = described(
            openings(at: now),
            [
                .second: (limits.perSecond, second.used(at: now.instant)),
                .minute: (limits.perMinute, minute.used(at: now.instant)),
                .day: (limits.perDay, day.use.used),
            ])
        let tenants = self.tenants.sorted { $0.key < $1.key }.map { name, tenant in
            var tenant = tenant
            let openings = tenant.openings(at: now)
            let limits = tenant.limits(configured, ceiling: ceiling)
            return BudgetStatus.Tenant(
                name: name,
                windows: described(
                    openings,
                    [
                        .tenantMinute: (limits.tenantPerMinute, tenant.minute.used(at: now.instant)),
                        .tenantDay: (limits.tenantPerDay, tenant.day.use.used),
                    ]),
                closedFor: remaining(tenant.closedUntil))
        }
        return BudgetStatus(
            windows: windows, tenants: tenants, pace: pace(at: now), closedFor: remaining(closedUntil),
            bindingLimit: bindingLimit, running: calls.count, granted: granted,
            dayEndsIn: .milliseconds(WallTime.startOf(day: day.use.day + 1).milliseconds - now.wall.milliseconds))
    }

    private mutating func pace(at now: ClockReading) -> BudgetStatus.Pace? {
        guard let limit = limits.perDay else { return nil }
        var pace = BudgetStatus.Pace(pacing: pacing, released: [:], opensIn: [:])
        for urgency in Urgency.allCases {
            pace.released[urgency] = pacing.released(urgency, of: limit, on: day.use.day, at: now.wall)
            pace.opensIn[urgency] = paceOpening(urgency, at: now).delay(from: now.instant)
        }
        return pace
    }

    /// About how long until a call goes that has `calls` before it, if no other comes; nil if no clock can say.
    package mutating func delay(
        after calls: Int, _ urgency: Urgency, of tenant: String, at now: ClockReading
    ) -> Duration? {
        guard let first = (bindingLimit(urgency, of: tenant, at: now)?.opening ?? .now).delay(from: now.instant) else {
            return nil
        }
        let spaced = limits.perSecond.map { Duration.seconds(1) * calls / $0 } ?? .zero
        // Those for whom the minute has no place now get one as evenly as it gives them.
        let crowded = limits.perMinute.map { limit in
            Duration.seconds(60) * max(0, calls - max(0, limit - minute.used(at: now.instant))) / limit
        }
        let soon = first + max(spaced, crowded ?? .zero)
        guard let limit = limits.perDay else { return soon }
        guard calls >= limit - day.use.used else {
            return max(soon, paceOpening(urgency, for: calls + 1, at: now).delay(from: now.instant) ?? .zero)
        }
        // Not today. Tomorrow is empty when it begins.
        let midnight = WallTime.startOf(day: day.use.day + 1).milliseconds - now.wall.milliseconds
        let (moreDays, left) = (calls - max(0, limit - day.use.used)).quotientAndRemainder(dividingBy: limit)
        let rate = [
            limits.perSecond.map { Duration.seconds(1) / $0 }, limits.perMinute.map { Duration.seconds(60) / $0 },
        ]
        return .milliseconds(max(0, midnight)) + .seconds(86_400) * moreDays + (rate.compactMap { $0 }.max() ?? .zero)
            * left
    }
}

extension Availability {
    /// Nil if no clock can say.
    func delay(from now: Instant) -> Duration? {
        switch self {
        case .now: .zero
        case .at(let instant): max(.zero, now.duration(to: instant))
        case .whenACallEnds: nil
        }
    }
}
