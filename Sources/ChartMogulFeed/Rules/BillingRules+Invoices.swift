import ChartMogul
import Connectors
import Keap

extension BillingRules {
    /// Nil for an order that ChartMogul is to know nothing of: a note says why where it is not plain.
    func invoice(_ order: OrderFacts, _ books: inout DesiredBooks) -> DesiredInvoice? {
        guard !order.isGone, let time = order.ordered, let contact = customer(of: order) else { return nil }
        guard let amounts = OrderAmounts(order) else {
            books.notes.append(
                AttentionNote(
                    "Order \(order.id) has a currency or amounts that cannot be used, so it is not sent to ChartMogul.",
                    field: "total", value: order.total.map { "\($0) \(order.currency ?? "without a currency")" }))
            return nil
        }
        var body = InvoiceBody(externalID: ExternalID.invoice(order.id), date: time, currency: amounts.currency)
        body.due = order.due ?? time
        for charge in amounts.charges {
            guard let line = line(charge, of: order, &books.plans) else { return nil }
            body.lines.append(line)
        }
        if amounts.rest > 0 || amounts.restTax > 0 || body.lines.isEmpty {
            var line = LineBody(externalID: ExternalID.rest(of: order.id), kind: .oneTime)
            (line.amount, line.tax) = (amounts.rest + amounts.restTax, amounts.restTax)
            body.lines.append(line)
        }
        body.transactions = transactions(of: order, currency: amounts.currency)
        body.isVoided = order.isVoided
        return DesiredInvoice(order: order.id, contact: contact, body: body)
    }

    /// Nil if it bills a subscription whose interval is not known.
    private func line(
        _ charge: OrderAmounts.Charge, of order: OrderFacts, _ plans: inout [String: PlanBody]
    ) -> LineBody? {
        let item = charge.item
        var line = LineBody(externalID: ExternalID.line(item.id), kind: .oneTime)
        (line.amount, line.tax, line.discount) = (charge.net + charge.tax, charge.tax, charge.discount)
        line.quantity = max(item.quantity, 1)
        guard item.kind == .subscription, let id = item.subscription, let life = lives[id.text] else {
            line.description = item.name
            return line
        }
        guard let bill = life.bills.first(where: { $0.item.id == item.id && $0.order == order.id }) else { return nil }
        if bill.isTrial {
            // Of no bill a subscription is made where trials are told in another way, or not at all.
            guard settings.trialStart == .order, takesTrialLines else {
                line.description = item.name
                return line
            }
            line.kind = .trial
        } else {
            line.kind = .subscription
        }
        line.subscription = externalID(of: life, at: customer(of: order) ?? order.contact)
        line.plan = bill.plan.externalID
        (line.start, line.end) = (bill.time, bill.end)
        plans[bill.plan.externalID] = plans[bill.plan.externalID] ?? bill.plan
        return line
    }

    /// Tries that moved money or failed, each once: what was voided moved none.
    private func transactions(of order: OrderFacts, currency: String) -> [TransactionBody] {
        var used: Set<String> = []
        let standing = order.standingCaptures
        let sorted = (order.transactions ?? []).filter { transaction in
            if transaction.isPending || transaction.method == .void { return false }
            let isCapture = transaction.isSuccessful && transaction.method != .refund
            return !isCapture || standing.contains(transaction)
        }.sorted { ($0.time ?? 0, $0.payment?.text ?? "") < ($1.time ?? 0, $1.payment?.text ?? "") }
        return sorted.compactMap { transaction in
            let time = transaction.time ?? order.ordered ?? 0
            var amount = transaction.amount.flatMap { MinorUnits.units($0, of: currency) }.map { $0 < 0 ? -$0 : $0 }
            // Of a payment for several orders only its part of this one.
            if transaction.isShared, let total = order.total { amount = amount.map { min($0, total) } }
            if amount == 0, order.total == 0 { return nil }
            let kind: TransactionBody.Kind = transaction.method == .refund ? .refund : .payment
            let id = ExternalID.transaction(transaction.payment?.text, time: time, of: order.id)
            var unused = id
            // A refund may bear its payment's id.
            if used.contains(unused), kind == .refund { unused = id + "-refund" }
            var number = 2
            while !used.insert(unused).inserted {
                unused = "\(id)-\(number)"
                number += 1
            }
            return TransactionBody(
                externalID: unused, kind: kind, isSuccessful: transaction.isSuccessful, date: time, amount: amount)
        }
    }
}
