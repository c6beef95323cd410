import RateLimits

/// When a credential's calls of the day will be used up, if they go on as in the last hour.
struct BudgetEnd: Equatable, Sendable {
    /// From now; zero if they are.
    var endsIn: Duration
    /// Whether changes go on after that, at the slow pace at which the day's rest is released.
    var isSlowedOnly: Bool
    var dayEndsIn: Duration
    var used: Int
    var limit: Int

    /// Nil if the day's calls last, or if nothing can be said yet.
    init?(_ status: BudgetStatus) {
        guard let day = status.windows.first(where: { $0.window == .day }), day.limit > 0,
            status.waiting[.live, default: 0] > 0
        else { return nil }
        (used, limit, dayEndsIn) = (day.used, day.limit, status.dayEndsIn)
        let released = status.pace?.released[.live] ?? day.limit
        isSlowedOnly = released < day.limit
        if day.used >= released {
            endsIn = .zero
            return
        }
        guard status.isPaceOfAnHour, let pace = status.callsPerHour else { return nil }
        // What is released meanwhile makes it last longer.
        let left = day.limit - released
        let gained = dayEndsIn > .zero ? Double(left) * 3_600 / (dayEndsIn / .seconds(1)) : 0
        let net = Double(pace) - gained
        guard net > 0 else { return nil }
        endsIn = .seconds(Double(released - day.used) / net * 3_600)
        if endsIn >= dayEndsIn { return nil }
    }
}
