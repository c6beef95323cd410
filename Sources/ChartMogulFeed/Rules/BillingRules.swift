package import Foundation
import ChartMogul
import Connectors
import Keap

/// Works out what ChartMogul is to hold from what is known of Keap's bills. Keeps nothing: the same facts at the same time
/// give the same books.
package struct BillingRules: Sendable {
    let facts: BillingFacts
    let settings: FeedSettings
    /// Milliseconds since 1970.
    let now: Int64
    let takesTrialLines: Bool
    let calendar: BillingCalendar
    var lives: [String: SubscriptionLife] = [:]
    var groups = CustomerGroups()

    private init(_ facts: BillingFacts, _ settings: FeedSettings, _ now: Int64, _ takesTrialLines: Bool) {
        (self.facts, self.settings, self.now) = (facts, settings, now)
        self.takesTrialLines = takesTrialLines
        calendar = BillingCalendar(settings.timeZone)
    }

    /// - Parameters:
    ///   - now: decides which ends are past. Milliseconds since 1970.
    ///   - known: external ids of subscriptions that ChartMogul has from invoices whose orders were folded.
    ///   - takesTrialLines: whether the account takes lines of the type `trial`.
    package static func desired(
        _ facts: BillingFacts, _ settings: FeedSettings, now: Int64, known: Set<String> = [],
        takesTrialLines: Bool = true
    ) -> DesiredBooks {
        var rules = BillingRules(facts, settings, now, takesTrialLines)
        var books = DesiredBooks()
        let orders = facts.orders.values.sorted { ($0.ordered ?? 0, $0.id) < ($1.ordered ?? 0, $1.id) }
        rules.lives = rules.lives(orders, &books.notes)
        rules.groups = rules.customerGroups(orders)
        for order in orders {
            if let invoice = rules.invoice(order, &books) {
                books.invoices.append(invoice)
            } else {
                if order.isGone { books.withoutInvoice.insert(order.id) }
            }
        }
        rules.addCustomers(to: &books)
        let subscriptions = books.invoices.flatMap(\.body.lines).compactMap(\.subscription)
        books.events = rules.events(of: known.union(subscriptions), &books.notes)
        return books
    }

    /// Times at which the books change though no fact does, after `now`: ends that come.
    package static func nextChange(_ facts: BillingFacts, _ settings: FeedSettings, now: Int64) -> Int64? {
        let books = desired(facts, settings, now: now, known: [])
        return books.events.map(\.effective).filter { $0 > now }.min()
    }
}
