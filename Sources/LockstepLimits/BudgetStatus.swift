/// What can keep a call waiting.
public enum BudgetWindow: String, Hashable, Sendable, CaseIterable {
    /// Even spacing within the second.
    case spacing
    case second, minute, day, tenantMinute, tenantDay
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

    /// Those that have a limit.
    public var windows: [Window]
    /// How long the budget stays closed after a refusal; `nil` if it is not.
    public var closedFor: Duration?
    /// What the next caller waits for, if anything.
    public var obstacle: BudgetWindow?
    /// Calls that have begun and not ended.
    public var running: Int
    public var waiting: [Urgency: Int]
    /// Permits given out since the gate was made.
    public var granted: UInt64
}
