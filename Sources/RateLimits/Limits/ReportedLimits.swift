/// What a peer said of its limits in one answer. All of it is optional; what is missing changes nothing.
public struct ReportedLimits: Equatable, Sendable {
    /// One window, as the peer counts it.
    public struct Window: Equatable, Sendable {
        public var limit: Int?
        public var used: Int?
        public var available: Int?

        public init(limit: Int? = nil, used: Int? = nil, available: Int? = nil) {
            self.limit = limit
            self.used = used
            self.available = available
        }

        /// The most calls that the peer may have counted. Bounded, because it is a stranger's number that we add with.
        var count: Int? {
            let bounds = 0...1_000_000_000
            var counts: [Int] = []
            if let used { counts.append(used.clamped(to: bounds)) }
            if let limit, let available { counts.append(limit.clamped(to: bounds) - available.clamped(to: bounds)) }
            return counts.max()
        }
    }

    public var perSecond: Int?
    public var minute: Window
    public var day: Window
    public var tenantMinute: Window
    public var tenantDay: Window
    /// When the day that `day` speaks of ends, in milliseconds since 1970. Without it, `used` of an answer that came
    /// around midnight is not believed, since it may speak of either day.
    public var dayEnds: Int64?

    public init(
        perSecond: Int? = nil, minute: Window = .init(), day: Window = .init(), tenantMinute: Window = .init(),
        tenantDay: Window = .init(), dayEnds: Int64? = nil
    ) {
        self.perSecond = perSecond
        self.minute = minute
        self.day = day
        self.tenantMinute = tenantMinute
        self.tenantDay = tenantDay
        self.dayEnds = dayEnds
    }

    var limits: CallLimits {
        CallLimits(
            perSecond: perSecond, perMinute: minute.limit, perDay: day.limit,
            tenantPerMinute: tenantMinute.limit, tenantPerDay: tenantDay.limit)
    }
}

extension Int {
    fileprivate func clamped(to bounds: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, bounds.lowerBound), bounds.upperBound)
    }
}
