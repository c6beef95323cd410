import Keap

/// An order's total, spread over what it charges: to the last unit.
struct OrderAmounts: Sendable {
    struct Charge: Sendable {
        var item: ItemFacts
        /// Before discount.
        var gross: Int64
        var discount: Int64 = 0
        var tax: Int64 = 0

        /// After discount, without tax.
        var net: Int64 { gross - discount }
    }

    let currency: String
    private(set) var charges: [Charge] = []
    /// What no item explains, such as a fee that Keap does not list.
    private(set) var rest: Int64 = 0
    private(set) var restTax: Int64 = 0
    private let trials: [ItemFacts]

    /// Nil for an order whose currency is not known, or whose amounts are no amounts.
    init?(_ order: OrderFacts) {
        guard let currency = order.currency, currency.utf8.count == 3 else { return nil }
        self.currency = currency
        trials = order.items.filter { $0.kind == .freeTrial }
        var (taxes, discounts): (Int64, Int64) = (0, 0)
        for item in order.items {
            let (product, overflows) = (item.price ?? 0).multipliedReportingOverflow(by: max(item.quantity, 1))
            guard !overflows, abs(clamping: product) <= MinorUnits.largest,
                abs(clamping: item.discount ?? 0) <= MinorUnits.largest
            else { return nil }
            switch item.kind {
            case .tax: taxes += max(product, 0)
            case .discount, .freeTrial: discounts += max(abs(clamping: item.discount ?? 0), abs(clamping: product))
            case .subscription, .product, .shipping, .other:
                if product >= 0 { charges.append(Charge(item: item, gross: product)) } else { discounts -= product }
            }
        }
        let gross = charges.reduce(0) { $0 + $1.gross }
        let total = order.total ?? max(gross - min(discounts, gross) + taxes, 0)
        guard (0...MinorUnits.largest).contains(total), gross <= MinorUnits.largest else { return nil }
        let tax = min(taxes, total)
        let target = total - tax
        rest = max(target - gross, 0)
        discount(max(gross - target, 0))
        spreadTax(tax)
    }

    /// Whether an item of the order makes this one free for a trial.
    func isFreeTrial(_ item: ItemFacts) -> Bool {
        trials.contains { $0.subscription == nil || $0.subscription == item.subscription }
    }

    /// What a trial takes off comes off its subscription first, the rest off everything.
    private mutating func discount(_ amount: Int64) {
        var left = amount
        for index in charges.indices where charges[index].item.kind == .subscription && isFreeTrial(charges[index].item)
        {
            charges[index].discount = min(left, charges[index].gross)
            left -= charges[index].discount
        }
        for (index, part) in MinorUnits.spread(left, over: charges.map(\.net)).enumerated() {
            charges[index].discount += part
        }
    }

    private mutating func spreadTax(_ tax: Int64) {
        let parts = MinorUnits.spread(tax, over: charges.map(\.net) + [rest])
        for index in charges.indices { charges[index].tax = parts[index] }
        restTax = parts.last ?? 0
        // Where nothing but tax is asked for, and no item is there to have it, it is the rest's.
    }
}

/// Without a trap for the least number there is.
private func abs(clamping number: Int64) -> Int64 { number == .min ? .max : abs(number) }
