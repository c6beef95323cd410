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

    var draft: WriteAheadBudget<Instant>.Draft? {
        if case .write(let draft) = self { draft } else { nil }
    }

    var wait: Budget<Instant>.Wait? {
        if case .wait(let wait) = self { wait } else { nil }
    }
}
