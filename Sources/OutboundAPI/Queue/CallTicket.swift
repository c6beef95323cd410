package import Clocks
package import RateLimits

/// Calls of one queue among which the first to come is the first to go.
package struct CallLine: Hashable, Sendable {
    package let urgency: Urgency
    package let share: BudgetShare

    package init(urgency: Urgency, share: BudgetShare) {
        self.urgency = urgency
        self.share = share
    }

    /// The line of those of the share's calls that live ones may wait for.
    package var live: CallLine { CallLine(urgency: .live, share: share) }
}

/// One call, for as long as it waits and runs.
package struct CallTicket: Hashable, Comparable, Sendable {
    let number: UInt64
    /// The number of the first call of its run: what was begun is finished before what came later. Zero: several runs
    /// wait for it.
    package let rank: UInt64
    package let line: CallLine
    /// Whose circuit breaker it has, beside the account's; nil: what fails it fails every call.
    package let endpoint: APIEndpoint?
    /// Whether its run begins with it.
    package let isFirst: Bool
    /// Whether its run is known to take few calls, so that it may go before longer ones.
    package let isShort: Bool

    package var urgency: Urgency { line.urgency }

    /// Its position among its line's calls: a lower one goes first.
    ///
    /// - Parameter isOvertaking: it goes before others of which nothing has begun either.
    func position(isOvertaking: Bool = false) -> UInt64 {
        isFirst ? rank | 1 << (isOvertaking ? 62 : 63) : rank
    }

    /// Which goes first.
    package static func < (a: Self, b: Self) -> Bool {
        a.urgency == b.urgency ? (a.rank, a.number) < (b.rank, b.number) : a.urgency == .live
    }
}

/// The right to go on. Given back once: by `finish` with what became of the call, or by `abort`.
package struct CallPass: Equatable, Sendable {
    package let ticket: CallTicket
    /// Its position among its line's calls that wait for a permit: a lower one goes first.
    package let position: UInt64
    /// Known once it has started.
    package internal(set) var probe: CircuitBreakers.Probe = []

    /// Whether it is the one that finds out whether the API is back.
    package var isProbe: Bool { !probe.isEmpty }
}

package enum CallAdmission: Equatable, Sendable {
    case go(CallPass)
    /// Ask again when called.
    case wait
    /// Ask again then, or when called.
    case waitUntil(Instant)
    /// Its endpoint's calls fail: it is cancelled, and not sent.
    case refuse(reason: String)
}
