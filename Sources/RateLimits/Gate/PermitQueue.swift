package import Clocks

/// Whose turn it is to call, and whether the budget lets it: all that a gate decides, in a value that cannot wait.
///
/// What keeps all calls waiting is asked first. A tenant whose own limits keep it waiting leaves the turns until they
/// open, so it is not scanned past, and stops no other; the same goes for bulk calls that the day's pace holds back.
package struct PermitQueue<Waiter: Sendable>: Sendable {
    package typealias Position = WeightedRoundRobin<Waiter>.Position

    /// Who should act now, and how.
    package struct Turn: Equatable, Sendable {
        package enum Act: Equatable, Sendable {
            /// `admit` it.
            case go
            /// Write this, report `written`, and look again.
            case write(WriteAheadBudget.Draft)
            /// Look again then, or when something has changed.
            case wait(Budget.Wait)
        }

        package var position: Position
        package var act: Act
    }

    private struct Aside {
        var wait: Budget.Wait
        /// No later than it opens.
        var comesBack: Instant
        var shares: Set<BudgetShare>
    }

    package private(set) var line = WeightedRoundRobin<Waiter>()
    private var budget: WriteAheadBudget
    private var asides: [String: Aside] = [:]
    /// No tenant comes back before this, unless one of its calls ends.
    private var nextComesBack: Instant?
    private var recent: RecentPace

    package init(_ budget: WriteAheadBudget, at now: ClockReading) {
        self.budget = budget
        recent = RecentPace(at: now.instant)
    }

    package mutating func join(
        _ waiter: Waiter, _ urgency: Urgency, for share: BudgetShare, rank: UInt64? = nil
    ) -> Position {
        line.join(waiter, urgency, for: share, rank: rank)
    }

    package mutating func leave(_ position: Position) { line.leave(position) }

    /// Nil if there is no waiter.
    package mutating func turn(at now: ClockReading) -> Turn? {
        guard !line.isEmpty else { return nil }
        if let wait = budget.commonBindingLimit(at: now) {
            guard let position = line.head ?? firstAside()?.position else { return nil }
            return Turn(position: position, act: act(after: wait, at: now))
        }
        bringBackTenants(at: now)
        if let position = head(.live, at: now) { return Turn(position: position, act: act(after: nil, at: now)) }
        let paced = budget.bindingPace(.bulk, at: now)
        if paced == nil, let position = head(.bulk, at: now) {
            return Turn(position: position, act: act(after: nil, at: now))
        }
        // All wait for limits of their own. The one whose limit opens first looks again then.
        let bulk = paced.flatMap { wait in line.head(.bulk).map { (position: $0, wait: wait) } }
        guard
            let first = [bulk, firstAside()].compactMap({ $0 }).min(by: {
                $1.wait.opening.isLater(than: $0.wait.opening)
            })
        else { return nil }
        return Turn(position: first.position, act: act(after: first.wait, at: now))
    }

    /// The call at that position begins. A turn must just have said `.go`.
    package mutating func admit(_ position: Position, at now: ClockReading) -> Permit {
        guard case .go(var permit) = budget.step(position.urgency, of: position.share.tenant, at: now) else {
            preconditionFailure("only a waiter that was told to go is admitted")
        }
        permit.callsSoon = callsSoon(position, at: now)
        line.serve(position)
        recent.count(at: now.instant)
        return permit
    }

    private func callsSoon(_ position: Position, at now: ClockReading) -> Int {
        var budget = budget.budget
        let all = budget.calls(within: Permit.soon, position.urgency, of: position.share.tenant, at: now)
        let left = position.urgency == .bulk ? max(0, all - line.count(.live)) : all
        return line.turns(for: position, of: left)
    }

    package mutating func written(_ draft: WriteAheadBudget.Draft) { budget.written(draft) }
    package func settlement(at now: ClockReading) -> WriteAheadBudget.Draft {
        budget.settlement(at: now)
    }

    package mutating func finish(_ permit: Permit, learned: ReportedLimits?, at now: ClockReading) {
        if let tenant = budget.budget.tenant(of: permit) { bringBack(tenant) }
        budget.finish(permit, learned: learned, at: now)
    }

    /// The call of this permit was never made.
    package mutating func release(_ permit: Permit, at now: ClockReading) {
        if let tenant = budget.budget.tenant(of: permit) { bringBack(tenant) }
        budget.release(permit, at: now)
    }

    /// Adds what another gate had used of the same limits.
    package mutating func absorb(_ use: BudgetUse, ceiling: CallLimits, at now: ClockReading) {
        budget.absorb(use, ceiling: ceiling, at: now)
    }

    /// See `Budget.handOver`.
    package mutating func handOver(at now: ClockReading) -> (use: BudgetUse, underWay: [Permit]) {
        budget.handOver(at: now)
    }

    /// See `Budget.takeOver`.
    package mutating func takeOver(oneOf tenant: String, at now: ClockReading) -> Permit {
        budget.takeOver(oneOf: tenant, at: now)
    }

    package mutating func close(until instant: Instant, at now: ClockReading) {
        budget.close(until: instant, at: now)
    }

    /// Closes only for the tenant on whose behalf this call ran.
    package mutating func close(tenantOf permit: Permit, until instant: Instant, at now: ClockReading) {
        guard let tenant = budget.budget.tenant(of: permit) else { return }
        budget.close(tenant, until: instant, at: now)
    }

    package mutating func status(tenants: Set<String> = [], at now: ClockReading) -> BudgetStatus {
        var budget = budget.budget
        var status = budget.status(tenants: tenants, at: now)
        for urgency in Urgency.allCases {
            status.waiting[urgency] = line.count(urgency)
            for (share, count) in line.counts(urgency) { status.shares[share, default: [:]][urgency] = count }
        }
        status.callsPerHour = recent.perHour(at: now.instant)
        status.isPaceOfAnHour = recent.hasWholeHour(at: now.instant)
        return status
    }

    /// What a caller of this share that came now would have to wait for.
    ///
    /// - Parameter others: calls that go before it and are not in this line yet.
    package mutating func outlook(
        for share: BudgetShare, _ urgency: Urgency, behind others: Int = 0, at now: ClockReading
    ) -> BudgetOutlook {
        let before = line.before(share, urgency) + others
        var budget = budget.budget
        let wait = budget.bindingLimit(urgency, of: share.tenant, at: now)
        return BudgetOutlook(
            window: wait?.window, opensIn: wait.map { $0.opening.delay(from: now.instant) } ?? .zero,
            callsBefore: before, estimate: budget.delay(after: before, urgency, of: share.tenant, at: now))
    }

    /// About how long until a call of this share goes that has so many before it, here or elsewhere, if no other comes;
    /// nil if no clock can say.
    package func delay(
        after calls: Int, for share: BudgetShare, _ urgency: Urgency, at now: ClockReading
    ) -> Duration? {
        var budget = budget.budget
        return budget.delay(after: calls, urgency, of: share.tenant, at: now)
    }

    private mutating func act(after wait: Budget.Wait?, at now: ClockReading) -> Turn.Act {
        if let draft = budget.draft(isFree: wait == nil, at: now) { return .write(draft) }
        return wait.map { .wait($0) } ?? .go
    }

    /// Whose turn it is, of those whose tenant may call.
    private mutating func head(_ urgency: Urgency, at now: ClockReading) -> Position? {
        while let position = line.head(urgency) {
            let tenant = position.share.tenant
            guard let wait = budget.tenantBindingLimit(tenant, at: now) else { return position }
            line.setAside(position.share)
            // The wall clock may be set while a tenant waits for its day, so it is looked at again every minute.
            let comesBack = now.instant.advanced(
                by: min(wait.opening.delay(from: now.instant) ?? .seconds(60), .seconds(60)))
            let shares = asides[tenant]?.shares ?? []
            asides[tenant] = Aside(wait: wait, comesBack: comesBack, shares: shares.union([position.share]))
            nextComesBack = min(nextComesBack ?? comesBack, comesBack)
        }
        return nil
    }

    private mutating func bringBackTenants(at now: ClockReading) {
        guard let next = nextComesBack, next <= now.instant else { return }
        nextComesBack = nil
        for (tenant, aside) in asides {
            if aside.comesBack <= now.instant {
                bringBack(tenant)
            } else {
                nextComesBack = min(nextComesBack ?? aside.comesBack, aside.comesBack)
            }
        }
    }

    private mutating func bringBack(_ tenant: String) {
        for share in asides.removeValue(forKey: tenant)?.shares ?? [] { line.bringBack(share) }
    }

    private func firstAside() -> (position: Position, wait: Budget.Wait)? {
        asides.values.lazy.compactMap { aside in
            aside.shares.lazy.compactMap { line.first(of: $0) }.first.map { ($0, aside.wait) }
        }.min { $1.wait.opening.isLater(than: $0.wait.opening) }
    }
}
