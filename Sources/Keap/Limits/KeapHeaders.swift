import LockstepLimits

/// What Keap's `x-keap-…` headers say of its limits. All of them may be missing or blank.
struct KeapHeaders {
    private let headers: [String: String]

    init(_ headers: [String: String]) { self.headers = headers }

    /// Nil if no header speaks of a limit.
    var announcement: Announcement? {
        var said = Announcement()
        said.perSecond = number("x-keap-product-spike-limit")
        said.minute = windows("x-keap-product-throttle", plain: .minute)[.minute] ?? .init()
        said.day = windows("x-keap-product-quota", plain: .day)[.day] ?? .init()
        said.dayEnds = number("x-keap-product-quota-expiry-time").map(Int64.init)
        let tenant = windows("x-keap-tenant-throttle", plain: .minute)
        said.tenantMinute = tenant[.minute] ?? .init()
        said.tenantDay = tenant[.day] ?? .init()
        return said == Announcement() ? nil : said
    }

    /// Of a refusal: whether only the tenant's own windows are used up, whatever the credential still has.
    var isTenantExhausted: Bool {
        guard let said = announcement else { return false }
        let isTenants = said.tenantMinute.available == 0 || said.tenantDay.available == 0
        return isTenants && said.minute.available != 0 && said.day.available != 0
    }

    /// When a refused caller may come back, in milliseconds since 1970: `retry-after`, else the end of the window that
    /// the headers show exhausted. Never more than a day ahead, so that no odd header stops an account for good.
    func reopening(now: Int64) -> Int64 {
        min(max(reopens(now: now), now + 1), now + Self.day)
    }

    private func reopens(now: Int64) -> Int64 {
        // Only whole seconds have been seen; a date would need a calendar, and the windows answer as well.
        if let seconds = number("retry-after") { return now + Int64(min(seconds, 86_400)) * 1_000 }
        let said = announcement ?? Announcement()
        // The day first: when both are used up, the end of the minute would only bring the next refusal.
        if said.day.available == 0 { return said.dayEnds ?? Self.next(Self.day, after: now) }
        if said.tenantDay.available == 0 { return Self.next(Self.day, after: now) }
        let minutes = [said.minute.available, said.tenantMinute.available]
        if minutes.contains(0) { return Self.next(Self.minute, after: now) }
        // Something is left everywhere, so it was the limit per second, which has no counter.
        if let left = said.minute.available, left > 0 { return now + 1_000 }
        return Self.next(Self.minute, after: now)
    }

    private enum Unit { case minute, day }

    private static let minute: Int64 = 60_000
    private static let day: Int64 = 86_400_000

    private static func next(_ unit: Int64, after now: Int64) -> Int64 { (now / unit + 1) * unit }

    /// One family of headers. The tenant's holds several windows, with pipes between: `10000|250000`.
    private func windows(_ family: String, plain: Unit) -> [Unit: Announcement.Window] {
        let units = list(family + "-time-unit")
        let limits = list(family + "-limit")
        let used = list(family + "-used")
        let available = list(family + "-available")
        var windows: [Unit: Announcement.Window] = [:]
        for index in 0..<max(limits.count, used.count, available.count) {
            let unit: Unit
            switch units.at(index)?.lowercased() {
            case "minute"?: unit = .minute
            case "day"?: unit = .day
            case nil, "": unit = index == 0 ? plain : .day
            default: continue
            }
            let window = Announcement.Window(
                limit: limits.at(index).flatMap(Self.count), used: used.at(index).flatMap(Self.count),
                available: available.at(index).flatMap(Self.count))
            if window != .init() { windows[unit] = window }
        }
        return windows
    }

    private func list(_ name: String) -> [String] {
        guard let value = headers[name], !value.isEmpty else { return [] }
        return value.split(separator: "|", omittingEmptySubsequences: false).map { trimmed($0) }
    }

    private func number(_ name: String) -> Int? { headers[name].flatMap { Self.count(trimmed($0[...])) } }

    /// The digits in front, as in `10ps`. Signs, blanks and numbers that no counter can show are no counts.
    private static func count(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        return digits.count <= 15 ? Int(digits) : nil
    }
}

private func trimmed(_ text: Substring) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
}

extension [String] {
    fileprivate func at(_ index: Int) -> String? { indices.contains(index) ? self[index] : nil }
}
