/// The `x-keap-…` headers that every answer carries: lower case, the tenant's numbers for minute and day in one field,
/// parted by a bar, and blanks where there is nothing to say.
struct LimitHeaders {
    var fields: [(name: String, value: String)]

    /// A throttle's numbers for one of its windows.
    struct Numbers {
        var limit = ""
        var available = ""
        var used: String

        /// - Parameter isExhausted: to be reported as used up, although it is not.
        init(_ window: LimitWindow, of throttle: inout Throttle, key: String, at now: WorldTime, isExhausted: Bool) {
            let count = throttle.used(in: window, key: key, at: now)
            used = String(count)
            guard let most = throttle.limits.limit(of: window) else { return }
            limit = String(most)
            available = isExhausted ? "0" : String(max(0, most - count))
            if isExhausted { used = limit }
        }
    }

    /// - Parameters:
    ///   - product: counts the credential's windows; of an account with a key the same as `account`.
    ///   - exhausted: a window to report as used up, although it is not.
    init(
        product: inout Throttle, account: inout Throttle, key: String, tenant: String, at now: WorldTime,
        exhausted: LimitWindow? = nil
    ) {
        func numbers(_ window: LimitWindow, _ throttle: inout Throttle) -> Numbers {
            Numbers(window, of: &throttle, key: key, at: now, isExhausted: window == exhausted)
        }
        self.init(
            spike: product.limits.perSecond, minute: numbers(.minute, &product), day: numbers(.day, &product),
            tenantMinute: numbers(.tenantMinute, &account), tenantDay: numbers(.tenantDay, &account), tenant: tenant,
            at: now)
    }

    /// Of an account with a key, whose throttle counts everything.
    init(
        of throttle: inout Throttle, key: String, tenant: String, at now: WorldTime, exhausted: LimitWindow? = nil
    ) {
        func numbers(_ window: LimitWindow) -> Numbers {
            Numbers(window, of: &throttle, key: key, at: now, isExhausted: window == exhausted)
        }
        self.init(
            spike: throttle.limits.perSecond, minute: numbers(.minute), day: numbers(.day),
            tenantMinute: numbers(.tenantMinute), tenantDay: numbers(.tenantDay), tenant: tenant, at: now)
    }

    private init(
        spike: Int?, minute: Numbers, day: Numbers, tenantMinute: Numbers, tenantDay: Numbers, tenant: String,
        at now: WorldTime
    ) {
        fields = [
            ("x-keap-product-spike-limit", spike.map { "\($0)ps" } ?? ""),
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
