package import Clocks

/// What is to be had soon.
extension Budget {
    /// How many calls may begin within this time. Those that run are taken not to end, and a closed budget not to open.
    package mutating func calls(
        within time: Duration, _ urgency: Urgency, of tenant: String, at now: ClockReading
    ) -> Int {
        let end = now.instant.advanced(by: time)
        let isClosed = [closedUntil, tenants[tenant]?.closedUntil].contains { $0.map { $0 > now.instant } ?? false }
        guard !isClosed else { return 0 }
        let its = tenants[tenant, default: newcomer]
        var counts = [minute.free(at: end), its.minute.free(at: end), its.day.limit - its.day.use.used, leftToday]
        if let rate = limits.perSecond { counts.append(Int(min(Double(rate) * (time / .seconds(1)), 1e9))) }
        if limits.perMinute != nil { counts.append(flow.tokens(by: end, at: now.instant)) }
        if let limit = limits.perDay {
            let wall = now.wall + time.wholeMilliseconds
            counts.append(pacing.released(urgency, of: limit, on: day.use.day, at: wall) - day.use.used)
        }
        return max(0, counts.min() ?? 0)
    }
}

extension RollingWindow {
    /// Places that are free by then, if no call starts or ends before.
    func free(at instant: Instant) -> Int { max(0, limit - used(at: instant)) }
}

extension TokenBucket {
    /// How many tokens may be had by then.
    func tokens(by end: Instant, at now: Instant) -> Int {
        let earned = max(fullAt, now).duration(to: end) + refill * (burst - 1) + tolerance
        return earned < .zero ? 0 : Int(min(earned / refill, 1e9)) + 1
    }
}
