import ChartMogul
import Foundation
import Keap
import WireFormats

extension LaneBooks {
    /// - Parameter found: by external id.
    func invoiceDifferences(_ found: [String: FoundInvoice], _ index: BooksIndex) -> [BooksDifference] {
        var differences = desired.invoices.compactMap { difference(of: $0, found[$0.body.externalID], index) }
        for id in state.folded.keys.sorted() where found[ExternalID.invoice(OrderID(id))] == nil {
            differences.append(
                BooksDifference(
                    kind: .invoiceMissing, thing: ExternalID.invoice(OrderID(id)),
                    keap: "an old order, of which Lockstep keeps only that it was sent", chartMogul: "no such invoice",
                    why: "Lockstep had made it, so it was deleted in ChartMogul",
                    mend: "reads the order in Keap and makes the invoice again", suspect: FeedStep.key(OrderID(id)),
                    order: OrderID(id)))
        }
        let wanted = Set(desired.invoices.map(\.order.text))
        for (id, invoice) in found.sorted(by: { $0.key < $1.key }) {
            guard let order = ExternalID.order(ofInvoice: id) else {
                differences.append(Self.foreign(invoice))
                continue
            }
            guard !wanted.contains(order.text), state.folded[order.text] == nil else { continue }
            differences.append(surplus(invoice, order))
        }
        return differences
    }

    private func difference(
        of wanted: DesiredInvoice, _ found: FoundInvoice?, _ index: BooksIndex
    ) -> BooksDifference? {
        let sent = state.invoices[wanted.order.text]
        let wasSent = sent?.digest == Digest.of(wanted.body)
        let thing = wanted.body.externalID
        guard let found else {
            return BooksDifference(
                kind: .invoiceMissing, thing: thing, keap: Self.words(wanted.body), chartMogul: "no such invoice",
                why: wasSent ? "Lockstep had made it, so it was deleted in ChartMogul" : Self.unsentWords,
                mend: "makes the invoice", suspect: FeedStep.key(wanted.order))
        }
        let fixes = InvoiceFix.fixes(
            of: found, to: wanted.body, customer: index.customer(wanted.contact)?.uuid ?? "",
            wasVoided: sent?.isVoided ?? false, plans: index.planIDs)
        guard !fixes.isEmpty else { return nil }
        let what = Set(fixes.map(\.what)).sorted().joined(separator: ", ")
        return BooksDifference(
            kind: .invoiceDiffers, thing: thing, keap: Self.words(wanted.body), chartMogul: Self.words(found.body),
            why: "\(what); "
                + (wasSent ? "it was changed in ChartMogul after Lockstep wrote it" : Self.unsentWords),
            mend: "changes what differs", suspect: FeedStep.key(wanted.order))
    }

    /// An invoice of ours that Keap's bills do not ask for.
    private func surplus(_ invoice: FoundInvoice, _ order: OrderID) -> BooksDifference {
        var difference = BooksDifference(
            kind: .invoiceTooMany, thing: invoice.body.externalID, keap: "no such order any more",
            chartMogul: Self.words(invoice.body), why: "the order was deleted in Keap", mend: "deletes the invoice",
            suspect: FeedStep.key(order))
        if desired.withoutInvoice.contains(order) { return difference }
        if state.facts.orders[order.text] != nil {
            difference.keap = "an order that cannot be sent as it is now"
            difference.why = "its currency, amounts or billing interval cannot be used; mend them in Keap"
            (difference.mend, difference.suspect) = (nil, nil)
            return difference
        }
        difference.keap = "nothing that Lockstep has read"
        difference.why = "Lockstep does not know the order as this contact's"
        difference.mend = "reads the order in Keap, and changes or deletes the invoice by what Keap says"
        difference.order = order
        return difference
    }

    private static func foreign(_ invoice: FoundInvoice) -> BooksDifference {
        BooksDifference(
            kind: .invoiceTooMany, thing: invoice.body.externalID, keap: "no such order",
            chartMogul: words(invoice.body),
            why: "it was not made by Lockstep, and counts beside Keap's; delete it in ChartMogul if it should not")
    }

    /// `2026-03-31, 99.00 USD, 1 line, 1 payment`
    static func words(_ body: InvoiceBody) -> String {
        func count(_ number: Int, _ one: String) -> String { "\(number) \(one)\(number == 1 ? "" : "s")" }
        let paid = body.transactions.count { $0.kind == .payment && $0.isSuccessful }
        let refunds = body.transactions.count { $0.kind == .refund && $0.isSuccessful }
        return
            ([
                BillingCalendar(.gmt).day(of: body.date).text, MinorUnits.text(body.total, of: body.currency),
                count(body.lines.count, "line"), count(paid, "payment"),
            ] + (refunds > 0 ? [count(refunds, "refund")] : []) + (body.isVoided ? ["voided"] : []))
            .joined(separator: ", ")
    }
}

extension InvoiceFix {
    /// What of the invoice differs.
    fileprivate var what: String {
        switch self {
        case .delete: "it is another customer's, in another currency, or voided in ChartMogul alone"
        case .dates: "its dates differ"
        case .createLine, .updateLine, .deleteLine: "its lines differ"
        case .createTransaction, .updateTransaction, .deleteTransaction: "its payments differ"
        case .void: "it is voided in Keap alone"
        }
    }
}

extension ExternalID {
    /// Nil for an invoice that is none of ours.
    static func order(ofInvoice id: String) -> OrderID? {
        let number = id.dropFirst(invoicePrefix.count)
        // Keap's ids are numbers.
        guard id.hasPrefix(invoicePrefix), (1...20).contains(number.utf8.count),
            number.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return OrderID(String(number))
    }

    private static let invoicePrefix = "keap-order-"
}
