/// The `x-keap-…` headers that every answer carries: lower case, the tenant's numbers for minute and day in one field,
/// parted by a bar, and blanks where there is nothing to say.
struct LimitHeaders {
    var fields: [(name: String, value: String)]

    /// - Parameter exhausted: a window to report as used up, although it is not.
    init(
        of throttle: inout Throttle, key: String, tenant: String, at now: Instant, exhausted: LimitWindow? = nil
    ) {
        func numbers(_ window: LimitWindow) -> (limit: String, available: String, used: String) {
            let used = throttle.used(in: window, key: key, at: now)
            guard let limit = throttle.limits.limit(of: window) else { return ("", "", String(used)) }
            if window == exhausted { return (String(limit), "0", String(limit)) }
            return (String(limit), String(max(0, limit - used)), String(used))
        }
        let (minute, day) = (numbers(.minute), numbers(.day))
        let (tenantMinute, tenantDay) = (numbers(.tenantMinute), numbers(.tenantDay))
        fields = [
            ("x-keap-product-spike-limit", throttle.limits.perSecond.map { "\($0)ps" } ?? ""),
            ("x-keap-product-throttle-limit", minute.limit),
            ("x-keap-product-throttle-time-unit", "minute"),
            ("x-keap-product-throttle-interval", "1"),
            ("x-keap-product-throttle-available", minute.available),
            ("x-keap-product-throttle-used", minute.used),
            ("x-keap-product-quota-limit", day.limit),
            ("x-keap-product-quota-time-unit", "day"),
            ("x-keap-product-quota-interval", "1"),
            ("x-keap-product-quota-available", day.available),
            ("x-keap-product-quota-used", day.used),
            ("x-keap-product-quota-expiry-time", String(now.nextMidnight.milliseconds)),
            ("x-keap-tenant-id", tenant),
            ("x-keap-tenant-throttle-limit", tenantMinute.limit + "|" + tenantDay.limit),
            ("x-keap-tenant-throttle-time-unit", "minute|day"),
            ("x-keap-tenant-throttle-interval", "1|1"),
            ("x-keap-tenant-throttle-available", tenantMinute.available + "|" + tenantDay.available),
            ("x-keap-tenant-throttle-used", tenantMinute.used + "|" + tenantDay.used),
        ]
    }

    /// Before the gateway knows whose request it is, the names are there and the values are blank.
    static let unknownCaller: [(name: String, value: String)] = [
        "product-spike-limit", "product-throttle-limit", "product-throttle-available", "product-throttle-used",
        "product-quota-limit", "product-quota-available", "product-quota-used", "product-quota-expiry-time",
        "tenant-id", "tenant-throttle-limit",
    ].map { ("x-keap-" + $0, "") }
}
