package import Foundation
import Keap
import WireFormats

/// Days on which a subscription changes without a change in Keap: it ends, or its paid time does.
package struct DueDates: Codable, Equatable, Sendable {
    /// A lane's state has a bound.
    package static let most = 1_000
    /// Keap's ids are numbers.
    static let longestID = 20

    /// The next day of each, as days since 1970.
    private var days: [String: Int64] = [:]
    /// Whether all of the account's subscriptions were looked at, and none was left out.
    package private(set) var isWhole = false

    package init() {}

    package var count: Int { days.count }

    /// Whether all subscriptions are to be read, to learn of those that are not in the list.
    var needsReading: Bool { !isWhole && days.count < Self.most / 2 }

    /// Those whose day has come.
    func due(on today: Int64) -> [SubscriptionID] {
        days.filter { $0.value <= today }.keys.sorted().map { SubscriptionID($0) }
    }

    /// The first day that is to come.
    package var first: Int64? { days.values.min() }

    mutating func begin() { (days, isWhole) = ([:], true) }

    mutating func note(_ subscription: KeapSubscription, today: Int64) {
        days[subscription.id.text] = nil
        guard let day = Self.next(of: subscription, after: today), subscription.id.text.utf8.count <= Self.longestID
        else { return }
        days[subscription.id.text] = day
        guard days.count > Self.most, let last = days.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else {
            return
        }
        days[last.key] = nil
        isWhole = false
    }

    mutating func remove(_ id: SubscriptionID) { days[id.text] = nil }

    /// The end, and of one that has ended or will the next bill's day, to which it may be paid; and the days after, since a
    /// paid time ends at some hour.
    private static func next(of subscription: KeapSubscription, after today: Int64) -> Int64? {
        let ends = subscription.end != nil || !subscription.isActive
        let days = [subscription.end, ends ? subscription.nextBill : nil].compactMap { $0?.daysSince1970 }
        return days.flatMap { [$0, $0 + 1] }.filter { $0 > today }.min()
    }

    /// The day since 1970 that it is in a zone.
    package static func day(at now: Int64, in zone: TimeZone) -> Int64 {
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(now) / 1_000))
        let (days, rest) = (now + Int64(offset) * 1_000).quotientAndRemainder(dividingBy: 86_400_000)
        return rest < 0 ? days - 1 : days
    }

    /// When a day begins in a zone. Milliseconds since 1970.
    package static func begin(of day: Int64, in zone: TimeZone) -> Int64 {
        let midnight = Double(day) * 86_400
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: midnight))
        let again = zone.secondsFromGMT(for: Date(timeIntervalSince1970: midnight - Double(offset)))
        return day * 86_400_000 - Int64(again) * 1_000
    }
}
