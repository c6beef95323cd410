import Clocks

/// How many calls went lately: a count for each of the last sixty minutes.
struct RecentPace: Sendable {
    private static var minutes: Int { 60 }

    private let start: Instant
    private var counts = [Int](repeating: 0, count: Self.minutes)
    private var newest = 0  // minutes since the start

    init(at now: Instant) { start = now }

    mutating func count(at now: Instant) {
        advance(to: now)
        counts[newest % Self.minutes] += 1
    }

    /// Over the last hour, or since the start if that is less than an hour ago; nil in the first minute.
    mutating func perHour(at now: Instant) -> Int? {
        advance(to: now)
        // The present minute is not over, so it counts for as much as has passed of it.
        let age = start.duration(to: now)
        let seen = min(age, .seconds(60 * (Self.minutes - 1)) + (age - .seconds(60 * newest)))
        guard age >= .seconds(60) else { return nil }
        return Int((counts.reduce(0, +) * 3_600_000) / Int(seen.wholeMilliseconds))
    }

    func hasWholeHour(at now: Instant) -> Bool { start.duration(to: now) >= .seconds(60 * Self.minutes) }

    private mutating func advance(to now: Instant) {
        let minute = Int(start.duration(to: now).components.seconds / 60)
        guard minute > newest else { return }
        for passed in (max(newest, minute - Self.minutes) + 1)...minute { counts[passed % Self.minutes] = 0 }
        newest = minute
    }
}
