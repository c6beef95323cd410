package import ChartMogul
package import Foundation
package import OutboundAPI

/// What a gym's configuration says of ChartMogul: each matter's default lifts a limit of the known integration, whose own
/// rule can be chosen where it is another.
package struct FeedSettings: Hashable, Sendable {
    /// Whose interval a plan has.
    package enum Interval: String, CaseIterable, Sendable {
        /// The subscription's own cycle and frequency.
        case subscription
        /// That of the product's plan.
        case product
    }

    /// When a subscription with an end date ends.
    package enum ChurnAt: String, CaseIterable, Sendable {
        /// That date, at midnight.
        case endDate
        case endOfPaidPeriod
    }

    /// When a subscription ends that is inactive and has no end date.
    package enum InactiveWithoutEnd: String, CaseIterable, Sendable {
        case nextBillDate, whenSeen, endOfPaidPeriod
    }

    package enum TrialStart: String, CaseIterable, Sendable {
        /// The order with a free-trial item, or with a bill of 0 before the first bill.
        case order
        case contactCreated, none
    }

    /// What a subscription's move to another contact makes of their customers.
    package enum MovedContact: String, CaseIterable, Sendable {
        /// One customer with both ids.
        case merge
        /// Two, of whom the first one's subscription ends.
        case handOver
    }

    /// What a payment after a cancellation for failed payment does.
    package enum PaidLater: String, CaseIterable, Sendable {
        /// It takes the cancellation back.
        case forgive
        /// The cancellation stays, and the next bill revives the subscription.
        case reactivate
    }

    package var apiKey: APIKey
    package var site: APISite
    /// The data source's name.
    package var dataSource = "Keap"
    package var interval = Interval.subscription
    package var churnAt = ChurnAt.endDate
    /// In which dates without a time begin.
    package var timeZone = TimeZone.gmt
    package var inactiveWithoutEnd = InactiveWithoutEnd.nextBillDate
    package var trialStart = TrialStart.order
    package var movedContact = MovedContact.merge
    package var paidLater = PaidLater.forgive
    /// Counted from the cancellation's date.
    package var forgiveDays: Int64 = 30
    /// Seconds between readings while Keap's hooks work, and while they do not.
    package var pollHealthy = 1_800
    package var pollFailing = 300
    /// The part of the web hook's path that proves who calls. Nil: there is no web hook.
    package var hookToken: APIKey?
    /// Calls that may begin in a second, and be under way at once.
    package var perSecond = 20
    package var concurrency = 8

    package init(apiKey: APIKey, site: APISite) {
        (self.apiKey, self.site) = (apiKey, site)
    }
}
