package import LockstepLimits

extension BudgetGate: CallBudget {}
