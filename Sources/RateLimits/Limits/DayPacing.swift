import Clocks

/// How a day's quota is spread, so that a busy morning cannot starve the evening.
///
/// With `q` calls a day, of which the share `e` has passed, this many may have been used by
/// - live calls: `q × (1 - h × (1 - e))`, where `h = 1 - burst` is withheld at first and then released evenly;
/// - bulk calls: as many, less `q × reserve × (1 - e)`: what live calls may yet need in the rest of the day.
///
/// Both reach `q` when the day ends, so nothing is thrown away: what live calls did not use by the evening is open to
/// bulk ones then. Both count all calls of the day, of either kind.
///
/// Live calls run as fast as the other limits let them until they are `burst` ahead of the even pace. From then on they
/// get `h × q` a day, evenly: a flood is slowed, but for calls that come in the evening something is released every few
/// seconds, and taking turns does the rest.
public struct DayPacing: Equatable, Sendable {
    /// In percent of the rest of the day's quota.
    public var reserve: Int
    /// In percent of the day's quota.
    public var burst: Int

    /// Both in percent, 0 to 100.
    public init(reserve: Int, burst: Int) {
        precondition((0...100).contains(reserve) && (0...100).contains(burst), "a share is 0 to 100 percent")
        self.reserve = reserve
        self.burst = burst
    }

    /// The day's quota may be used at any time.
    public static let off = DayPacing(reserve: 0, burst: 100)

    /// A quarter of the quota is released evenly, which is more than a gym's live changes take; bulk calls leave another
    /// fifth to live ones, so that these have room to run ahead also while an import works.
    public static let standard = DayPacing(reserve: 20, burst: 75)

    /// How many calls of `limit` may have been used on `day` by `wall`.
    func released(_ urgency: Urgency, of limit: Int, on day: Int64, at wall: WallTime) -> Int {
        let withheld = withheld(urgency)
        guard withheld > 0 else { return limit }
        // At most 10⁹ calls × 100 percent × 8.64 × 10⁷ ms: below 2⁶³.
        let rest = Self.rest(of: day, at: wall)
        return limit - Int(Int64(limit) * withheld * rest / (100 * WallTime.dayLength))
    }

    /// When `count` more calls than `used` are released; nil: they are, or it is not the pace that withholds them.
    func opening(
        _ urgency: Urgency, for count: Int = 1, used: Int, of limit: Int, on day: Int64, at wall: WallTime
    ) -> WallTime? {
        let withheld = withheld(urgency)
        let room = limit - used - count
        guard withheld > 0, room >= 0 else { return nil }
        // The largest rest of the day of which no more than `room` is withheld.
        let rest = (100 * WallTime.dayLength * Int64(room + 1) - 1) / (Int64(limit) * withheld)
        guard rest < Self.rest(of: day, at: wall) else { return nil }
        return .startOf(day: day + 1) - rest
    }

    private func withheld(_ urgency: Urgency) -> Int64 {
        Int64(min(100, 100 - burst + (urgency == .bulk ? reserve : 0)))
    }

    /// A clock that fell behind the day counts as at its beginning.
    private static func rest(of day: Int64, at wall: WallTime) -> Int64 {
        min(max(0, WallTime.startOf(day: day + 1).milliseconds - wall.milliseconds), WallTime.dayLength)
    }
}
