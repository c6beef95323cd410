import ChartMogul
package import Keap
import WireFormats

/// What a gym's settings make of one subscription, in sentences.
package struct SubscriptionInWords: Hashable, Sendable {
    package let lines: [String]

    /// - Parameters:
    ///   - snapshot: the subscription first, with its contact's orders, product and payer as far as they were read.
    ///   - now: milliseconds since 1970.
    package init?(_ snapshot: BillingSnapshot, _ settings: FeedSettings, now: Int64) {
        guard let subscription = snapshot.subscriptions.first else { return nil }
        var facts = BillingFacts()
        facts.take(snapshot)
        let external = ExternalID.subscription(subscription.id, holder: nil)
        let books = BillingRules.desired(facts, settings, now: now, known: [external])
        let name = Self.name(subscription, snapshot)
        var lines: [String] = []
        var revenue = RecurringRevenue()
        for invoice in books.invoices where !invoice.body.isVoided {
            revenue.add(invoice.body) { line in
                line.subscription == external ? line.plan.flatMap { books.plans[$0] } : nil
            }
        }
        let interval = BillingInterval(subscription.cycle, subscription.frequency)?.words
        let monthly = revenue.monthly(at: now).sorted { $0.key < $1.key }
            .map { MinorUnits.text($0.value, of: $0.key) }.joined(separator: " and ")
        lines.append(
            "for example \(name), \(interval.map { "billed \($0)" } ?? "without a usable billing interval"): "
                + (monthly.isEmpty ? "its bills come to no revenue yet" : "ChartMogul shows \(monthly) a month"))
        lines.append(Self.end(of: subscription, external, snapshot, books, settings, now: now))
        self.lines = lines
    }

    private static func end(
        of subscription: KeapSubscription, _ external: String, _ snapshot: BillingSnapshot, _ books: DesiredBooks,
        _ settings: FeedSettings, now: Int64
    ) -> String {
        func churn(_ books: DesiredBooks) -> String? {
            books.events.last { $0.subscription == external }
                .map { ISO8601.text($0.effective).prefix(16).replacing("T", with: " ") + " UTC" }
        }
        func shows(_ time: String?) -> String {
            time.map { "ChartMogul shows churn on \($0)" } ?? "ChartMogul shows it as going on"
        }
        if let end = subscription.end {
            return "it ends on \(end.text) in Keap: with churnAt \(settings.churnAt.rawValue) \(shows(churn(books)))"
        }
        if !subscription.isActive {
            return "it is inactive in Keap, without an end date: with inactiveWithoutEnd "
                + "\(settings.inactiveWithoutEnd.rawValue) \(shows(churn(books)))"
        }
        // A date within a paid period, where the choices differ.
        let today = BillingCalendar(settings.timeZone).day(of: now)
        let next = max(subscription.nextBill ?? today, today)
        let end = CivilDay(daysSince1970: next.daysSince1970 + 5)
        var ended = snapshot
        ended.subscriptions[0].end = end
        var facts = BillingFacts()
        facts.take(ended)
        let time = churn(BillingRules.desired(facts, settings, now: now, known: [external]))
        return
            "it goes on in Keap; were \(end.text) its end date, with churnAt \(settings.churnAt.rawValue) \(shows(time))"
    }

    /// `Ann Lee's Gold Monthly (subscription 3)`
    private static func name(_ subscription: KeapSubscription, _ snapshot: BillingSnapshot) -> String {
        let names = [snapshot.payer?.givenName, snapshot.payer?.familyName].compactMap(\.self).filter { !$0.isEmpty }
        let whose = names.isEmpty ? "contact \(subscription.contact?.text ?? "?")" : names.joined(separator: " ")
        let product = snapshot.products.first { $0.id == subscription.product }?.name
        return "\(whose)'s \(product ?? "subscription") (subscription \(subscription.id))"
    }
}
