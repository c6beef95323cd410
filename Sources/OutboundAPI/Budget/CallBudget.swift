package import RateLimits

/// What calls need of a budget: a permit each, and a way to tell what an answer said of the limits.
package protocol CallBudget: Sendable {
    associatedtype Permit: Sendable

    /// Waits until a call is allowed, which is when it is this share's turn; of a share's calls those of a lower rank go
    /// first. Throws `CancellationError` if cancelled meanwhile (nothing is spent), anything else if the use cannot be put on
    /// disk.
    func take(_ urgency: Urgency, for share: BudgetShare, rank: UInt64?) async throws -> Permit
    /// How many more calls of the share may begin within the next few seconds; none if that is not known.
    func callsSoon(after permit: Permit) -> Int
    /// The call has ended, however it ended. Once for each permit.
    func finished(_ permit: Permit, learned: ReportedLimits?) async
    /// The API refused a call: none before this time, in milliseconds since 1970.
    func close(until time: Int64) async
    /// The API refused the call of this permit because its tenant's limits are used up: none of that tenant before this
    /// time. Before the permit is finished.
    func close(tenantOf permit: Permit, until time: Int64) async
    /// The call was never sent, so the API cannot have counted it. Instead of `finished`.
    func release(_ permit: Permit) async
}

extension CallBudget {
    package func callsSoon(after permit: Permit) -> Int { 0 }
}
