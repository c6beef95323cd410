package import RateLimits

extension BudgetGate: CallBudget {
    package func take(_ urgency: Urgency, for share: BudgetShare) async throws -> Permit {
        try await take(urgency, for: share, rank: nil)
    }

    package nonisolated func callsSoon(after permit: Permit) -> Int { permit.callsSoon }
}
