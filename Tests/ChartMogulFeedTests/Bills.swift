import ChartMogul
import ChartMogulFeed
import Foundation
import Keap
import OutboundAPI
import WireFormats

/// Milliseconds since 1970 of an ISO 8601 text.
func at(_ text: String) -> Int64 { ISO8601.milliseconds(text) ?? .min }

func settings(_ change: (inout FeedSettings) -> Void = { _ in }) throws -> FeedSettings {
    var settings = FeedSettings(apiKey: APIKey("k"), site: try ChartMogulSite.site())
    change(&settings)
    return settings
}

/// One gym's Keap, as far as bills go: what it holds is told as snapshots.
struct Bills {
    var contact = ContactID("77")
    var payer: KeapPayer
    var subscription: KeapSubscription
    var orders: [OrderBill] = []
    var product = KeapProduct(id: ProductID("9"), name: "Gold")

    init(start: String = "2026-01-31", cycle: BillingCycle = .month, frequency: Int64 = 1) {
        payer = KeapPayer(id: contact)
        (payer.givenName, payer.familyName, payer.email) = ("Ana", "Ruiz", "ana@example.org")
        (payer.country, payer.region) = ("USA", "US-CO")
        payer.created = at("2025-12-01T10:00:00Z")
        subscription = KeapSubscription(id: SubscriptionID("41"))
        (subscription.contact, subscription.isActive) = (contact, true)
        (subscription.product, subscription.plan) = (product.id, SubscriptionPlanID("7"))
        (subscription.cycle, subscription.frequency) = (cycle, frequency)
        subscription.start = CivilDay(start)
        subscription.modified = at("\(start)T00:00:00Z")
        product.plans = [plan(.month, 1)]
    }

    func plan(_ cycle: BillingCycle, _ frequency: Int64) -> KeapSubscriptionPlan {
        var plan = KeapSubscriptionPlan(id: SubscriptionPlanID("7"))
        (plan.cycle, plan.frequency) = (cycle, frequency)
        return plan
    }

    /// Bills the subscription: an order with one item, paid at once unless told otherwise.
    mutating func bill(
        _ id: String, _ time: String, units: Int64 = 9_900, currency: String = "USD", paid: Bool = true
    ) {
        var order = KeapOrder(id: OrderID(id))
        order.contact = subscription.contact
        (order.ordered, order.modified) = (at(time), at(time))
        order.total = KeapMoney(units: units, currency: currency)
        var item = KeapOrderItem(id: OrderItemID("9\(id)"), kind: .subscription)
        item.subscription = subscription.id
        item.plan = plan(.month, 1)
        item.pricePerUnit = KeapMoney(units: units, currency: currency)
        order.items = [item]
        orders.append(OrderBill(order, transactions: []))
        if paid { pay(id, "55\(id)", time) }
        let day = BillingCalendar(.gmt).day(of: at(time))
        (subscription.lastBill, subscription.modified) = (day, max(subscription.modified ?? 0, at(time)))
    }

    mutating func pay(
        _ order: String, _ payment: String?, _ time: String, amount: String? = nil,
        method: KeapTransaction.Method = .capture, isSuccessful: Bool = true
    ) {
        var transaction = KeapTransaction()
        transaction.payment = payment.map { PaymentID($0) }
        transaction.orders = [OrderID(order)]
        (transaction.method, transaction.isSuccessful) = (method, isSuccessful)
        (transaction.amount, transaction.time) = (amount, at(time))
        for index in orders.indices where orders[index].order.id.text == order {
            orders[index].transactions?.append(transaction)
            orders[index].order.modified = max(orders[index].order.modified ?? 0, at(time))
        }
    }

    mutating func change(_ time: String, _ change: (inout KeapSubscription) -> Void) {
        change(&subscription)
        subscription.modified = at(time)
    }

    mutating func edit(_ order: String, _ time: String, _ change: (inout OrderBill) -> Void) {
        for index in orders.indices where orders[index].order.id.text == order {
            change(&orders[index])
            orders[index].order.modified = at(time)
        }
    }

    func snapshot(_ time: String) -> BillingSnapshot {
        var snapshot = BillingSnapshot(readAt: at(time), contact: payer.id)
        (snapshot.payer, snapshot.subscriptions) = (payer, [subscription])
        (snapshot.orders, snapshot.products) = (orders, [product])
        return snapshot
    }

    func facts(_ time: String) -> BillingFacts {
        var facts = BillingFacts()
        facts.take(snapshot(time))
        return facts
    }

    func books(_ time: String, _ change: (inout FeedSettings) -> Void = { _ in }) throws -> DesiredBooks {
        BillingRules.desired(facts(time), try settings(change), now: at(time))
    }
}

extension DesiredBooks {
    /// Events in words.
    var ends: [String] {
        events.map { "\($0.kind == .scheduled ? "scheduled " : "")\($0.externalID) \(ISO8601.text($0.effective))" }
    }
}
