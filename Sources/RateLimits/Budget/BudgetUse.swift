package import Clocks

/// What a budget has used, as it stands on disk. It speaks of more than was granted when it was written: of a slice
/// of calls that may be granted until it is written again.
package struct BudgetUse: Equatable, Sendable {
    /// Calls that ended at about the same time.
    package struct Run: Equatable, Sendable {
        /// How long before `savedAt` the youngest of them ended.
        package var age: Duration
        package var count: Int

        package init(age: Duration, count: Int) {
            self.age = age
            self.count = count
        }
    }

    /// What counts for one of the peer's tenants.
    package struct Tenant: Equatable, Sendable {
        package var announced: CallLimits
        package var closedUntil: WallTime?
        /// With the open calls, since any of them may be this tenant's.
        package var day: DayUse
        package var minute: [Run]
    }

    package var savedAt: WallTime
    /// What the peer last said of its limits.
    package var announced: CallLimits
    package var closedUntil: WallTime?
    /// Calls that may end, and arrive, at any time after `savedAt`: those under way, and the slice.
    package var open: Int
    /// With the open calls.
    package var day: DayUse
    /// Without the open calls, oldest first.
    package var minute: [Run]
    package var tenants: [String: Tenant]
    /// What counts for a tenant that is not named: the open calls may have been its first ones.
    package var otherTenants: Tenant
}

extension BudgetUse {
    /// Gives tenants other names. Of two that come to one name, both count.
    package mutating func renameTenants(_ newNames: [String: String]) {
        var renamed: [String: Tenant] = [:]
        for (name, tenant) in tenants {
            renamed[newNames[name] ?? name] = renamed[newNames[name] ?? name]?.united(with: tenant) ?? tenant
        }
        tenants = renamed
    }
}

extension BudgetUse.Tenant {
    fileprivate func united(with other: Self) -> Self {
        let isCountedByPeer = announced.tenantPerDay != nil && other.announced.tenantPerDay != nil
        var united = self
        united.announced = announced.replaced(by: other.announced)
        if let closed = other.closedUntil { united.closedUntil = max(closedUntil ?? closed, closed) }
        united.minute = (minute + other.minute).sorted { $0.age > $1.age }
        if other.day.day > day.day {
            united.day = other.day
        } else if other.day.day == day.day {
            let used = [day.used, other.day.used]
            let before = [day.usedDayBefore, other.day.usedDayBefore]
            united.day.used = isCountedByPeer ? used.max() ?? 0 : used.reduce(0, +)
            united.day.usedDayBefore = isCountedByPeer ? before.max() ?? 0 : before.reduce(0, +)
        }
        return united
    }
}

extension DayUse {
    static func none(at wall: WallTime) -> DayUse {
        DayUse(day: (wall + DayWindow.margin).day, used: 0, usedDayBefore: 0)
    }
}
