package import Clocks

/// A budget that survives `kill -9`: what is on disk is always ahead of what was granted.
///
/// Use is written in slices. A slice is on disk before its first call is granted, and until the next one is written it
/// counts as used whole and as late as possible. So a restart never overruns a window, and forfeits at most the
/// rest of one slice.
package struct WriteAheadBudget: Sendable {
    package enum Step: Equatable, Sendable {
        case go(Permit)
        /// Write this, report `written`, and ask again.
        case write(Draft)
        case wait(Budget.Wait)
    }

    /// What is to be on disk, and what may be granted once it is.
    package struct Draft: Equatable, Sendable {
        package let use: BudgetUse
        fileprivate let allowance: Int
        fileprivate let edition: Int
    }

    package private(set) var budget: Budget
    private var allowance = 0  // calls that may be granted before the next write
    private var edition = 0  // counts what the disk should know, other than use
    private var editionOnDisk = 0

    package init(_ budget: Budget) {
        self.budget = budget
    }

    package mutating func step(
        _ urgency: Urgency = .live, of tenant: String = "", at now: ClockReading
    ) -> Step {
        let bindingLimit = budget.bindingLimit(urgency, of: tenant, at: now)
        if let draft = draft(isFree: bindingLimit == nil, at: now) { return .write(draft) }
        if let bindingLimit {
            budget.didThrottle(by: bindingLimit, at: now)
            return .wait(bindingLimit)
        }
        guard case .go(let permit) = budget.take(urgency, of: tenant, at: now) else {
            preconditionFailure("nothing stood in the way")
        }
        allowance -= 1
        return .go(permit)
    }

    /// What must be written before any caller goes on or begins to wait, if anything.
    ///
    /// - Parameter isFree: nothing but this keeps a call waiting.
    package func draft(isFree: Bool, at now: ClockReading) -> Draft? {
        let needsSlice = isFree && allowance == 0
        // A closed budget is written too, before any caller begins to wait: a restart must not call again.
        guard needsSlice || edition != editionOnDisk else { return nil }
        return draft(needsSlice ? sliceSize : allowance, at: now)
    }

    /// The draft is on disk. Nothing may have been granted since it was made.
    package mutating func written(_ draft: Draft) {
        allowance = draft.allowance
        editionOnDisk = draft.edition
    }

    /// What to write before stopping: gives the rest of the slice back.
    package func settlement(at now: ClockReading) -> Draft { draft(0, at: now) }

    package mutating func finish(_ permit: Permit, learned: ReportedLimits?, at now: ClockReading) {
        let before = budget.limitsVersion
        budget.finish(permit, learned: learned, at: now)
        if budget.limitsVersion != before { edition += 1 }
    }

    /// The call of this permit was never made. What is on disk stays ahead.
    package mutating func release(_ permit: Permit, at now: ClockReading) { budget.release(permit, at: now) }

    /// Adds what another gate had used of the same limits.
    package mutating func absorb(_ use: BudgetUse, ceiling: CallLimits, at now: ClockReading) {
        budget.absorb(use, ceiling: ceiling, at: now)
        edition += 1
    }

    package mutating func handOver(at now: ClockReading) -> (use: BudgetUse, underWay: [Permit]) {
        budget.handOver(at: now)
    }

    package mutating func takeOver(oneOf tenant: String, at now: ClockReading) -> Permit {
        edition += 1
        return budget.takeOver(oneOf: tenant, at: now)
    }

    package mutating func close(until instant: Instant, at now: ClockReading) {
        budget.close(until: instant, at: now)
        edition += 1
    }

    package mutating func close(_ tenant: String, until instant: Instant, at now: ClockReading) {
        budget.close(tenant, until: instant, at: now)
        edition += 1
    }

    // MARK: What a queue asks

    package mutating func commonBindingLimit(at now: ClockReading) -> Budget.Wait? {
        let bindingLimit = budget.commonBindingLimit(at: now)
        if let bindingLimit { budget.didThrottle(by: bindingLimit, at: now) }
        return bindingLimit
    }

    package mutating func bindingPace(_ urgency: Urgency, at now: ClockReading) -> Budget.Wait? {
        budget.bindingPace(urgency, at: now)
    }

    package mutating func tenantBindingLimit(_ tenant: String, at now: ClockReading) -> Budget.Wait? {
        budget.tenantBindingLimit(tenant, at: now)
    }

    private func draft(_ allowance: Int, at now: ClockReading) -> Draft {
        Draft(use: budget.use(reserving: allowance, at: now), allowance: allowance, edition: edition)
    }

    /// A tenth of a minute's calls: small enough to lose, large enough that writing is rare.
    private var sliceSize: Int {
        let limits = budget.limits
        let minutely = [limits.perMinute, limits.tenantPerMinute, limits.perSecond.map { $0 * 60 }]
        return max(1, min((minutely.compactMap { $0 }.min() ?? 1_000) / 10, budget.leftToday))
    }
}
