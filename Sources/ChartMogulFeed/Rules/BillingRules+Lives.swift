import ChartMogul
import Connectors
import Keap
import WireFormats

extension BillingRules {
    /// All subscriptions that are known or billed, by their ids.
    func lives(_ orders: [OrderFacts], _ notes: inout [AttentionNote]) -> [String: SubscriptionLife] {
        var lives = facts.subscriptions.mapValues { SubscriptionLife(facts: $0) }
        for order in orders where !order.isGone {
            guard let time = order.ordered, let amounts = OrderAmounts(order) else { continue }
            let standing = PaymentStanding(order, currency: amounts.currency)
            for charge in amounts.charges {
                guard let id = charge.item.subscription, charge.item.kind == .subscription else { continue }
                var life = lives[id.text] ?? SubscriptionLife(facts: SubscriptionFacts(id: id))
                if let bill = bill(charge, order, time, standing, amounts, life.facts, &notes) {
                    life.bills.append(bill)
                }
                lives[id.text] = life
            }
        }
        return lives.mapValues { life in
            var life = life
            life.holders = holders(life)
            return life
        }
    }

    private func bill(
        _ charge: OrderAmounts.Charge, _ order: OrderFacts, _ time: Int64, _ standing: PaymentStanding,
        _ amounts: OrderAmounts, _ facts: SubscriptionFacts, _ notes: inout [AttentionNote]
    ) -> SubscriptionLife.Bill? {
        let day = calendar.day(of: time)
        let version = version(of: facts, billing: day, at: time)
        guard let (interval, plan) = plan(charge.item, version, facts.id, &notes) else { return nil }
        let isBeforeStart = version?.start.map { day < $0 } ?? false
        let isTrial = charge.net == 0 && (amounts.isFreeTrial(charge.item) || isBeforeStart)
        var end = calendar.end(ofPeriodFrom: time, interval, anchor: version?.start)
        if isTrial, isBeforeStart, let start = version?.start { end = calendar.midnight(of: start) }
        return SubscriptionLife.Bill(
            order: order.id, contact: order.contact, item: charge.item, time: time, end: max(end, time + 1),
            interval: interval, plan: plan, isTrial: isTrial, payment: standing)
    }

    /// The subscription as it was when it billed: as it was read first after the bill, or else as it is.
    private func version(of facts: SubscriptionFacts, billing day: CivilDay, at time: Int64) -> SubscriptionVersion? {
        // Keap's dates have no zone: the bill of a day may lie on the next one here.
        let dayBefore = CivilDay(daysSince1970: day.daysSince1970 - 1)
        return facts.versions.first { version in
            if let last = version.lastBill { return last >= dayBefore }
            return version.time >= time
        } ?? facts.newest
    }

    private func plan(
        _ item: ItemFacts, _ version: SubscriptionVersion?, _ id: SubscriptionID, _ notes: inout [AttentionNote]
    ) -> (BillingInterval, PlanBody)? {
        let planID = version?.plan ?? item.plan
        let product = version?.product ?? item.product
        let known = product.flatMap { facts.products[$0.text]?.product }
        let ofProduct =
            BillingInterval(item.cycle, item.frequency)
            ?? known?.plans.first { $0.id == planID }.flatMap { BillingInterval($0.cycle, $0.frequency) }
        let own: BillingInterval?
        if let version, version.cycle != nil || version.frequency != nil {
            own = version.interval
        } else {
            own = ofProduct
        }
        let interval =
            switch settings.interval {
            case .subscription: own
            case .product: ofProduct ?? own
            }
        guard let interval else {
            let frequency = version?.frequency ?? item.frequency
            let cycle = version?.cycle ?? item.cycle
            notes.append(
                AttentionNote(
                    "Subscription \(id) has no billing interval that can be one, so its bills are not sent to ChartMogul. "
                        + "Mend its billing cycle or frequency in Keap.",
                    field: "billing_frequency",
                    value: "\(frequency.map(String.init) ?? "none") \(cycle?.rawValue ?? "without a cycle")"))
            return nil
        }
        let name =
            [known?.name, item.name].lazy.compactMap { $0 }.first { !$0.isEmpty } ?? planID.map { "Plan \($0)" }
            ?? "Subscription"
        let number = planID?.text ?? product.map { "product-\($0)" } ?? "subscription-\(id)"
        let body = PlanBody(
            externalID: ExternalID.plan(number, interval), name: Self.name(of: name, interval.count, interval.unit),
            count: interval.count, unit: interval.unit)
        return (interval, body)
    }

    /// A plan's name.
    static func name(of product: String, _ count: Int64, _ unit: PlanBody.Unit) -> String {
        "\(product) (\(BillingInterval.words(count, unit)))"
    }

    /// Orders tell whose it was before it was first read, then its versions.
    private func holders(_ life: SubscriptionLife) -> [(time: Int64, contact: ContactID)] {
        let firstRead = life.facts.versions.first?.time ?? .max
        var holders: [(time: Int64, contact: ContactID)] = []
        let told =
            life.bills.filter { $0.time < firstRead }.map { ($0.time, facts.orders[$0.order.text]?.firstContact) }
            + life.facts.versions.map { ($0.time, $0.contact) }
        for (time, contact) in told {
            guard let contact, contact != holders.last?.contact else { continue }
            holders.append((time, contact))
        }
        return holders
    }
}
