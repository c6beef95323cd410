/// The windows of one account or OAuth client: decides which requests pass, and remembers the most that came.
struct Throttle: Sendable {
    var limits: SimulatedLimits
    private let counting: Counting
    private let refusedRequestsCount: Bool

    private var seconds: [String: CountingWindow] = [:]  // each key has a second of its own
    private var windows: [LimitWindow: CountingWindow]  // all but the second

    // What arrived, refused or not: the measure of how well a client keeps to the limits.
    private var arrivals: [LimitWindow: CountingWindow]
    private(set) var peaks: [LimitWindow: Int] = [:]
    private(set) var overruns: [LimitWindow: Int] = [:]

    init(limits: SimulatedLimits, counting: Counting, refusedRequestsCount: Bool) {
        self.limits = limits
        self.counting = counting
        self.refusedRequestsCount = refusedRequestsCount
        windows = [
            .minute: CountingWindow(seconds: 60, counting: counting),
            .day: CountingWindow(seconds: 86_400, counting: .fixed),
            .tenantMinute: CountingWindow(seconds: 60, counting: counting),
            .tenantDay: CountingWindow(seconds: 86_400, counting: .fixed),
        ]
        arrivals = [
            .second: CountingWindow(seconds: 1, counting: .rolling),
            .minute: CountingWindow(seconds: 60, counting: .rolling),
            .day: CountingWindow(seconds: 86_400, counting: .fixed),
        ]
    }

    /// Counts a request if every window has room for it; else names the windows that have none.
    mutating func admit(key: String, at now: WorldTime) -> [LimitWindow] {
        let full = full(key: key, at: now)
        arrived(key: key, isRefused: !full.isEmpty, at: now)
        return full
    }

    /// Windows that have no room for another request. Counts nothing.
    mutating func full(key: String, at now: WorldTime) -> [LimitWindow] {
        LimitWindow.allCases.filter { window in
            limits.limit(of: window).map { used(in: window, key: key, at: now) >= $0 } ?? false
        }
    }

    /// Notes that a request came, refused or not, also if for another throttle's limits.
    mutating func arrived(key: String, isRefused: Bool, at now: WorldTime) {
        // Not over the dictionary's own keys: holding them would copy every window at the first change.
        for window in [LimitWindow.second, .minute, .day] {
            arrivals[window]?.add(at: now)
            peaks[window] = max(peaks[window] ?? 0, arrivals[window]?.count(at: now) ?? 0)
        }
        for window in full(key: key, at: now) { overruns[window, default: 0] += 1 }
        if !isRefused || refusedRequestsCount {
            seconds[key, default: CountingWindow(seconds: 1, counting: counting)].add(at: now)
            for window in LimitWindow.allCases { windows[window]?.add(at: now) }
        }
    }

    /// Counts requests that some other integration made on the same account.
    mutating func addForeign(_ number: Int, tenantOnly: Bool, at now: WorldTime) {
        for window in LimitWindow.allCases where !tenantOnly || window == .tenantMinute || window == .tenantDay {
            windows[window]?.add(number, at: now)
        }
    }

    mutating func used(in window: LimitWindow, key: String, at now: WorldTime) -> Int {
        guard window != .second else {
            return seconds[key, default: CountingWindow(seconds: 1, counting: counting)].count(at: now)
        }
        return windows[window]?.count(at: now) ?? 0
    }
}
