/// One of those that share a budget; those that wait take turns.
///
/// Each calls on behalf of one of the peer's tenants, whose own limits hold for all shares that share it. Where a budget
/// belongs to one tenant alone, its name makes no difference.
public struct BudgetShare: Hashable, Sendable {
    public let name: String
    public let tenant: String
    /// Calls in a row when its turn comes: a share of weight 2 gets twice what one of weight 1 gets.
    public let weight: Int

    /// - Parameter weight: 1 to 1,000.
    public init(_ name: String, of tenant: String = "", weight: Int = 1) {
        precondition((1...1_000).contains(weight), "a share gets something, and not everything")
        self.name = name
        self.tenant = tenant
        self.weight = weight
    }

    /// For a budget that is not shared.
    public static let sole = BudgetShare("")
}
