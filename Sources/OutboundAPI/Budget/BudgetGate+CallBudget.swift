package import RateLimits

extension BudgetGate: CallBudget {
    package nonisolated func callsSoon(after permit: Permit) -> Int { permit.callsSoon }
}
