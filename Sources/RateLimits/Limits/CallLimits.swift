/// How many calls a peer allows. A limit is at least 1; one that is `nil` is none.
///
/// Seconds and minutes are rolling windows; days are UTC days. The tenant's limits are a second family which the
/// peer counts over all credentials of one of its customers; each call counts in both.
public struct CallLimits: Equatable, Sendable {
    public var perSecond: Int?
    public var perMinute: Int?
    public var perDay: Int?
    public var tenantPerMinute: Int?
    public var tenantPerDay: Int?

    public init(
        perSecond: Int? = nil, perMinute: Int? = nil, perDay: Int? = nil,
        tenantPerMinute: Int? = nil, tenantPerDay: Int? = nil
    ) {
        self.perSecond = perSecond
        self.perMinute = perMinute
        self.perDay = perDay
        self.tenantPerMinute = tenantPerMinute
        self.tenantPerDay = tenantPerDay
    }

    /// The smaller of both for each limit, where no limit is more than any.
    func capped(by ceiling: CallLimits) -> CallLimits {
        merged(with: ceiling) { mine, cap in
            // A billion calls are no limit either, but numbers that a stranger announced can then be multiplied.
            guard let least = [mine, cap].compactMap({ $0 }).min() else { return nil }
            return min(least, 1_000_000_000)
        }
    }

    /// Whether each limit lets something through.
    var arePositive: Bool {
        [perSecond, perMinute, perDay, tenantPerMinute, tenantPerDay].allSatisfy { $0.map { $0 > 0 } ?? true }
    }

    /// What `other` says, and for what it does not say, what these say. A limit below one is no limit but a mistake:
    /// obeying it would close the budget for good.
    func replaced(by other: CallLimits) -> CallLimits {
        merged(with: other) { mine, new in
            guard let new, new > 0 else { return mine }
            return new
        }
    }

    private func merged(with other: CallLimits, _ merge: (Int?, Int?) -> Int?) -> CallLimits {
        CallLimits(
            perSecond: merge(perSecond, other.perSecond),
            perMinute: merge(perMinute, other.perMinute),
            perDay: merge(perDay, other.perDay),
            tenantPerMinute: merge(tenantPerMinute, other.tenantPerMinute),
            tenantPerDay: merge(tenantPerDay, other.tenantPerDay))
    }
}
