package import LockstepLimits

extension BudgetGate: CallBudget {
    package func take(_ urgency: Urgency, for party: Party) async throws -> Permit {
        try await take(urgency, for: party, standing: nil)
    }
}
