import ChartMogul
import Foundation
package import Keap
import WireFormats

/// The names under which ChartMogul finds again what came from Keap.
package enum ExternalID {
    package static func customer(_ contact: ContactID) -> String { "keap-contact-\(contact)" }

    /// - Parameter plan: Keap's id of it, or the product's with a mark where a subscription has no plan.
    package static func plan(_ plan: String, _ interval: BillingInterval) -> String {
        plans(of: plan) + "\(interval.unit.rawValue)-\(interval.count)"
    }

    /// What the ids of a plan begin with, in whatever interval it is sold.
    package static func plans(of plan: String) -> String { "keap-plan-\(plan)-" }

    package static func invoice(_ order: OrderID) -> String { "keap-order-\(order)" }
    package static func line(_ item: OrderItemID) -> String { "keap-item-\(item)" }

    /// What of an order's total no item explains.
    package static func rest(of order: OrderID) -> String { "keap-order-\(order)-rest" }

    /// A try that made no payment is known by its time.
    package static func transaction(_ payment: String?, time: Int64, of order: OrderID) -> String {
        "keap-pay-\(payment ?? String(time))-\(order)"
    }

    /// - Parameter holder: the contact that it was handed over to; nil while the first one has it.
    package static func subscription(_ subscription: SubscriptionID, holder: ContactID?) -> String {
        "keap-sub-\(subscription)" + (holder.map { "~\($0)" } ?? "")
    }

    /// - Parameter time: milliseconds since 1970; the day is that of UTC.
    package static func cancellation(of subscription: String, at time: Int64) -> String {
        "\(subscription)-cancel-\(BillingCalendar(.gmt).day(of: time).text.filter { $0 != "-" })"
    }
}
