/// What a budget has used, as it stands on disk. It speaks of more than was granted when it was written: of a slice
/// of calls that may be granted until it is written again.
package struct BudgetUse: Equatable, Sendable {
    /// Calls that ended at about the same time.
    package struct Run: Equatable, Sendable {
        /// How long before `savedAt` the youngest of them ended.
        package var age: Duration
        package var count: Int

        package init(age: Duration, count: Int) {
            self.age = age
            self.count = count
        }
    }

    package var savedAt: WallTime
    /// What the peer last said of its limits.
    package var announced: CallLimits
    package var closedUntil: WallTime?
    /// Calls that may end, and arrive, at any time after `savedAt`: those under way, and the slice.
    package var open: Int
    /// With the open calls.
    package var day: DayUse
    package var tenantDay: DayUse
    /// Without the open calls, oldest first.
    package var minute: [Run]
    package var tenantMinute: [Run]
}
