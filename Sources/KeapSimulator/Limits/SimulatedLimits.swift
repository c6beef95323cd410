/// The limits of one account. Nil: no limit.
package struct SimulatedLimits: Hashable, Sendable {
    package var perSecond: Int?
    package var perMinute: Int?
    /// Per UTC day.
    package var perDay: Int?
    /// All that the account's tenant is asked, by whatever credential.
    package var tenantPerMinute: Int?
    package var tenantPerDay: Int?

    package init(perSecond: Int?, perMinute: Int?, perDay: Int?, tenantPerMinute: Int?, tenantPerDay: Int?) {
        self.perSecond = perSecond
        self.perMinute = perMinute
        self.perDay = perDay
        self.tenantPerMinute = tenantPerMinute
        self.tenantPerDay = tenantPerDay
    }

    /// A personal access token or service account key.
    package static let key = SimulatedLimits(
        perSecond: 10, perMinute: 240, perDay: 30_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)
    package static let oauth = SimulatedLimits(
        perSecond: 25, perMinute: 1_500, perDay: 150_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)
    package static let none = SimulatedLimits(
        perSecond: nil, perMinute: nil, perDay: nil, tenantPerMinute: nil, tenantPerDay: nil)

    /// Without what a credential's own windows allow.
    var ofTenantOnly: SimulatedLimits {
        SimulatedLimits(
            perSecond: nil, perMinute: nil, perDay: nil, tenantPerMinute: tenantPerMinute, tenantPerDay: tenantPerDay)
    }

    func limit(of window: LimitWindow) -> Int? {
        switch window {
        case .second: perSecond
        case .minute: perMinute
        case .day: perDay
        case .tenantMinute: tenantPerMinute
        case .tenantDay: tenantPerDay
        }
    }
}

package enum LimitWindow: String, CaseIterable, Hashable, Sendable {
    case second, minute, day
    case tenantMinute = "tenant-minute"
    case tenantDay = "tenant-day"
}

/// How seconds and minutes are counted.
package enum Counting: String, Hashable, Sendable {
    /// Exactly, in any second and any minute: the strictest reading of a limit.
    case rolling
    /// From one tick of the clock to the next, as gateways do it.
    case fixed
}
