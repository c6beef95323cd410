/// When each message of an open-loop load is due: evenly spaced, however long the answers take.
package struct SendSchedule: Equatable, Sendable {
    package let perSecond: Int
    package let count: Int

    /// - Parameter perSecond: 1 to 1,000,000.
    package init(perSecond: Int, count: Int) {
        self.perSecond = min(max(1, perSecond), 1_000_000)
        self.count = max(0, count)
    }

    private static let second: UInt64 = 1_000_000_000

    /// Nanoseconds from the start until a message is due, rounded down.
    package func due(_ number: Int) -> UInt64 {
        let (number, rate) = (UInt64(max(0, number)), UInt64(perSecond))
        return number / rate * Self.second + number % rate * Self.second / rate
    }

    /// How many messages are due by then.
    package func released(by elapsed: UInt64) -> Int {
        let rate = UInt64(perSecond)
        let (seconds, rest) = (min(elapsed, .max - 1) + 1).quotientAndRemainder(dividingBy: Self.second)
        let whole = seconds.multipliedReportingOverflow(by: rate)
        if whole.overflow || whole.partialValue >= UInt64(count) { return count }
        return min(count, Int(whole.partialValue + (rest * rate + Self.second - 1) / Self.second))
    }
}
