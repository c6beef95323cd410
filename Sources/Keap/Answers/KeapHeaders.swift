import OutboundAPI
import RateLimits
import WireFormats

/// What Keap's `x-keap-…` headers say of its limits. All of them may be missing or blank.
struct KeapHeaders: AnswerHeaders {
    private let headers: [String: String]

    init(_ headers: [String: String]) { self.headers = headers }

    /// Nil if no header speaks of a limit.
    var reportedLimits: ReportedLimits? {
        var said = ReportedLimits()
        said.perSecond = spike
        said.minute = windows("x-keap-product-throttle", plain: .minute)[.minute] ?? .init()
        said.day = windows("x-keap-product-quota", plain: .day)[.day] ?? .init()
        said.dayEnds = expiry
        let tenant = windows("x-keap-tenant-throttle", plain: .minute)
        said.tenantMinute = tenant[.minute] ?? .init()
        said.tenantDay = tenant[.day] ?? .init()
        return said == ReportedLimits() ? nil : said
    }

    /// Keap's name for the account. Nil if the header is missing or blank.
    var account: String? {
        let name = (headers["x-keap-tenant-id"] ?? "").trimmed
        return name.isEmpty ? nil : name
    }

    /// Of a refusal: whether only the tenant's own windows are used up, whatever the credential still has.
    var isTenantExhausted: Bool {
        guard let said = reportedLimits else { return false }
        let isTenants = said.tenantMinute.available == 0 || said.tenantDay.available == 0
        return isTenants && said.minute.available != 0 && said.day.available != 0
    }

    /// When a refused caller may come back, in milliseconds since 1970: `retry-after`, else the end of the window that
    /// the headers show exhausted. Never less than a second ahead: a clock of ours that is behind or before Keap's would
    /// else knock as fast as it can. Never more than a day, so that no odd header stops an account for good.
    func reopening(now: Int64) -> Int64 {
        min(max(reopens(now: now), now + Self.second), now + Self.day)
    }

    /// What `retry-after` asks for beside a failure that is no refusal, such as a 503. At most `longestPause`, so that no
    /// odd header stops a person's changes for long; nil if it asks for nothing.
    func pause(now: Int64) -> Duration? {
        retryAfter(now: now).map { min(.milliseconds($0), Self.longestPause) }
    }

    static let longestPause = Duration.seconds(600)

    /// In milliseconds from now; nil if it is missing, past, or cannot be read. A date is measured from the answer's own,
    /// because the two were written by one clock.
    private func retryAfter(now: Int64) -> Int64? {
        let sent = headers["date"].flatMap { HTTPDate.milliseconds($0, now: now) } ?? now
        guard let delay = headers["retry-after"].flatMap({ RetryAfter.delay($0, now: sent) }), delay > 0 else {
            return nil
        }
        return delay
    }

    private func reopens(now: Int64) -> Int64 {
        if let delay = retryAfter(now: now) { return now + delay }
        let said = reportedLimits ?? ReportedLimits()
        // The day first: when both are used up, the end of the minute would only bring the next refusal.
        if said.day.available == 0 { return dayEnds(said.dayEnds, now: now) }
        if said.tenantDay.available == 0 { return dayEnds(nil, now: now) }
        let minutes = [said.minute.available, said.tenantMinute.available]
        if minutes.contains(0) { return Self.next(Self.minute, after: now) }
        // Something is left everywhere, so it was the limit per second, which has no counter.
        if let left = said.minute.available, left > 0 { return now + Self.second }
        return Self.next(Self.minute, after: now)
    }

    /// The end of an exhausted day: as Keap says it, if that can be.
    private func dayEnds(_ said: Int64?, now: Int64) -> Int64 {
        if let said, said > now, said <= now + Self.day + Self.quarterOfAnHour { return said }
        // Soon after our midnight it is more likely the day before that Keap means, since its clock is behind ours: its
        // new day begins in a moment. To wait for our next one would shut the account for a whole day.
        let sinceMidnight = now - (Self.next(Self.day, after: now) - Self.day)
        return sinceMidnight < Self.quarterOfAnHour ? now + Self.minute : Self.next(Self.day, after: now)
    }

    /// Milliseconds have been seen. A number of seconds means a day of this century, not one of 1970.
    private var expiry: Int64? {
        guard let number = number("x-keap-product-quota-expiry-time"), number > 0 else { return nil }
        return number < 100_000_000_000 ? Int64(number) * 1_000 : Int64(number)
    }

    /// `10ps`. A rate per minute is rounded down to whole calls a second: to take it for one per second would let sixty
    /// times as many through.
    private var spike: Int? {
        let text = (headers["x-keap-product-spike-limit"] ?? "").trimmed.lowercased()
        guard let count = Self.count(text) else { return nil }
        switch text.drop(while: { $0.isNumber }).trimmed {
        case "", "ps": return count
        case "pm": return count > 0 ? max(1, count / 60) : nil
        default: return nil
        }
    }

    private enum Unit { case minute, day }

    private static let second: Int64 = 1_000
    private static let minute: Int64 = 60_000
    private static let quarterOfAnHour: Int64 = 900_000
    private static let day: Int64 = 86_400_000

    private static func next(_ unit: Int64, after now: Int64) -> Int64 { (now / unit + 1) * unit }

    /// One family of headers. The tenant's holds several windows, with pipes between: `10000|250000`.
    private func windows(_ family: String, plain: Unit) -> [Unit: ReportedLimits.Window] {
        let units = list(family + "-time-unit")
        let limits = list(family + "-limit")
        let used = list(family + "-used")
        let available = list(family + "-available")
        let intervals = list(family + "-interval")
        var windows: [Unit: ReportedLimits.Window] = [:]
        for index in 0..<max(limits.count, used.count, available.count) {
            // A window of several minutes or days is none that we count.
            guard [nil, "", "1"].contains(intervals.at(index)) else { continue }
            let unit: Unit
            switch units.at(index)?.lowercased() {
            case "minute"?: unit = .minute
            case "day"?: unit = .day
            case nil, "": unit = index == 0 ? plain : .day
            default: continue
            }
            let window = ReportedLimits.Window(
                limit: limits.at(index).flatMap(Self.count), used: used.at(index).flatMap(Self.count),
                available: available.at(index).flatMap(Self.count))
            if window != .init() { windows[unit] = window }
        }
        return windows
    }

    private func list(_ name: String) -> [String] {
        guard let value = headers[name], !value.isEmpty else { return [] }
        return value.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
    }

    private func number(_ name: String) -> Int? { headers[name].flatMap { Self.count($0.trimmed) } }

    /// The digits in front, as in `10ps`. Signs, blanks and numbers that no counter can show are no counts.
    private static func count(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        return digits.count <= 15 ? Int(digits) : nil
    }
}

extension [String] {
    fileprivate func at(_ index: Int) -> String? { indices.contains(index) ? self[index] : nil }
}
