@testable import RateLimits

extension Budget.Answer {
    var permit: Permit? {
        if case .go(let permit) = self { permit } else { nil }
    }
}

extension WriteAheadBudget.Step {
    var permit: Permit? {
        if case .go(let permit) = self { permit } else { nil }
    }

    var draft: WriteAheadBudget.Draft? {
        if case .write(let draft) = self { draft } else { nil }
    }

    var wait: Budget.Wait? {
        if case .wait(let wait) = self { wait } else { nil }
    }
}
