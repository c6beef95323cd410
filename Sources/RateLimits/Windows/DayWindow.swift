package import Clocks

/// At most `limit` calls in a UTC day, as the peer counts them.
///
/// A call may have arrived at any instant between its start and its end, and the peer's clock may differ from ours by
/// up to `margin`. So near midnight a call counts in both days: it is let through only if both have room.
///
/// A wall clock can be set. If it falls behind the newest day seen by up to two days, it is the clock that is taken to
/// be wrong, and that day's use stays. Further back, the earlier reading was wrong: its use is carried to the
/// day that the clock shows now, because keeping it could close the budget for years.
package struct DayWindow: Sendable {
    /// In milliseconds.
    package static let margin: Int64 = 2_000

    package var limit: Int
    package private(set) var use: DayUse
    private var running = 0

    package init(limit: Int, at wall: WallTime) {
        let unused = DayUse(day: (wall + Self.margin).day, used: 0, usedDayBefore: 0)
        self.init(limit: limit, resuming: unused, open: 0, at: wall)
    }

    /// - Parameter open: calls among those of `use` that may have arrived at any time until now, so today as well.
    package init(limit: Int, resuming use: DayUse, open: Int, at wall: WallTime) {
        precondition(limit > 0, "a day lets something through")
        self.limit = limit
        self.use = use
        running = open
        advance(to: wall)
        running = 0
    }

    /// Whether the next call may start; if not, when the clock will show a time at which it may.
    package mutating func opening(at wall: WallTime) -> WallTime? {
        advance(to: wall)
        if use.used >= limit { return .startOf(day: use.day + 1) + Self.margin }
        if touchesDayBefore(wall), use.usedDayBefore >= limit { return .startOf(day: use.day) + Self.margin }
        return nil
    }

    package mutating func start(at wall: WallTime) {
        precondition(opening(at: wall) == nil, "a call starts only on a day that has room for it")
        running += 1
        use.used += 1
        if touchesDayBefore(wall) { use.usedDayBefore += 1 }
    }

    /// A call goes on that was begun elsewhere, whether or not the day has room for it.
    mutating func takeOver(at wall: WallTime) {
        advance(to: wall)
        running += 1
        use.used += 1
        if touchesDayBefore(wall) { use.usedDayBefore += 1 }
    }

    package mutating func finish(at wall: WallTime) {
        precondition(running > 0, "only a call that was started can end")
        advance(to: wall)
        running -= 1
    }

    /// A call that was started never left, so the peer cannot count it on any day.
    package mutating func cancel(startedAt start: WallTime, at wall: WallTime) {
        precondition(running > 0, "only a call that was started can be taken back")
        advance(to: wall)
        running -= 1
        let day = (start + Self.margin).day
        // Across midnight it was carried over as one that may arrive on the new day.
        if use.day == day || use.day == day + 1 { use.used = max(0, use.used - 1) }
        if use.day == day + 1 || (use.day == day && (start - Self.margin).day < day) {
            use.usedDayBefore = max(0, use.usedDayBefore - 1)
        }
    }

    /// The peer says how many calls it counted on `day`. What we do not know of was used by others.
    package mutating func observe(used: Int, on day: Int64, at wall: WallTime) {
        advance(to: wall)
        switch day {
        case use.day: use.used = max(use.used, used)
        case use.day - 1: use.usedDayBefore = max(use.usedDayBefore, used)
        default: break  // A day long gone, or one that our clock has not reached: nothing we count.
        }
    }

    /// Adds what was counted elsewhere. Where the peer told both what it counts, the greater count holds the other's calls.
    ///
    /// - Parameter open: calls among them that may have arrived at any time until now.
    package mutating func absorb(_ other: DayUse, open: Int, isCountedByPeer: Bool, at wall: WallTime) {
        advance(to: wall)
        let other = DayWindow(limit: .max, resuming: other, open: open, at: wall).use
        guard other.day == use.day else { return }
        if isCountedByPeer {
            use.used = max(use.used, other.used)
            use.usedDayBefore = max(use.usedDayBefore, other.usedDayBefore)
        } else {
            use.used += other.used
            use.usedDayBefore += other.usedDayBefore
        }
    }

    /// The one day on which a call that ran from `start` to `end` must have arrived, if there is only one.
    package static func day(from start: WallTime, to end: WallTime) -> Int64? {
        let first = (start - margin).day
        return first == (end + margin).day ? first : nil
    }

    private func touchesDayBefore(_ wall: WallTime) -> Bool { (wall - Self.margin).day < use.day }

    private mutating func advance(to wall: WallTime) {
        let newest = (wall + Self.margin).day
        if newest > use.day {
            // What runs across midnight may arrive on the new day.
            use = DayUse(day: newest, used: running, usedDayBefore: newest == use.day + 1 ? use.used : running)
        } else if newest < use.day - 2 {
            use = DayUse(day: newest, used: max(use.used, use.usedDayBefore), usedDayBefore: 0)
        }
    }
}

/// How many calls were used on a UTC day and on the one before it.
package struct DayUse: Equatable, Sendable {
    /// Whole days since 1970.
    package var day: Int64
    package var used: Int
    package var usedDayBefore: Int

    package init(day: Int64, used: Int, usedDayBefore: Int) {
        self.day = day
        self.used = used
        self.usedDayBefore = usedDayBefore
    }
}
