package import RateLimits

extension BudgetGate: CallBudget {
    package func take(_ urgency: Urgency, for party: BudgetShare) async throws -> Permit {
        try await take(urgency, for: party, rank: nil)
    }

    package nonisolated func callsSoon(after permit: Permit) -> Int { permit.callsSoon }
}
