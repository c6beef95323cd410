package import ChartMogul
package import Keap

/// One thing that brings ChartMogul closer to what it is to hold. Each but the first two is one call.
package enum FeedStep: Hashable, Sendable {
    /// The data source's uuid, which lanes share.
    case dataSource
    /// A plan's uuid, which lanes share.
    case plan(PlanBody)
    case findCustomer(ContactID)
    case createCustomer(ContactID, CustomerBody)
    case updateCustomer(ContactID, uuid: String, CustomerBody)
    case writeRawEmail(ContactID, uuid: String, String)
    case removeRawEmail(ContactID, uuid: String)
    case deleteCustomer(ContactID, uuid: String)
    case merge(ContactID, uuid: String, into: String)
    case findInvoice(OrderID)
    case createInvoices([InvoiceBody], orders: [OrderID], of: ContactID, uuid: String)
    case fix(OrderID, InvoiceFix)
    case findEvent(String)
    case createEvent(EventBody)
    case deleteEvent(String)

    /// To stand after "ChartMogul refused to".
    package var doing: String {
        switch self {
        case .dataSource: "find or make the data source"
        case .plan(let plan): "find or make the plan \(plan.externalID)"
        case .findCustomer(let contact): "find the customer of contact \(contact)"
        case .createCustomer(let contact, _): "make a customer of contact \(contact)"
        case .updateCustomer(let contact, _, _), .writeRawEmail(let contact, _, _), .removeRawEmail(let contact, _):
            "change the customer of contact \(contact)"
        case .deleteCustomer(let contact, _): "delete the customer of contact \(contact)"
        case .merge(let contact, _, _): "merge the customer of contact \(contact)"
        case .findInvoice(let order): "find the invoice of order \(order)"
        case .createInvoices(_, let orders, _, _):
            "make the invoice\(orders.count == 1 ? "" : "s") of order \(orders.map(\.text).joined(separator: ", "))"
        case .fix(let order, _): "change the invoice of order \(order)"
        case .findEvent(let id), .deleteEvent(let id): "find or delete the event \(id)"
        case .createEvent(let event): "make the event \(event.externalID)"
        }
    }
}

/// One change of an invoice that ChartMogul has. Uuids, but for the voided one's external id.
package enum InvoiceFix: Hashable, Sendable {
    case delete(String)
    case dates(String, date: Int64, due: Int64?)
    case createLine(invoice: String, LineBody)
    case updateLine(String, LineBody)
    case deleteLine(String)
    case createTransaction(invoice: String, TransactionBody)
    case updateTransaction(String, TransactionBody)
    case deleteTransaction(String)
    case void(String)
}

extension InvoiceFix {
    /// What makes of an invoice the one that is wanted. None: it is that.
    ///
    /// - Parameters:
    ///   - customer: the uuid of the customer whose it is to be.
    ///   - plans: uuids by external ids.
    static func fixes(
        of found: FoundInvoice, to wanted: InvoiceBody, customer: String, wasVoided: Bool, plans: [String: String]
    ) -> [InvoiceFix] {
        let isOthers = found.customer.map { $0 != customer } ?? false
        if isOthers || found.body.currency != wanted.currency || wasVoided && !wanted.isVoided {
            return [.delete(found.uuid)]
        }
        var fixes: [InvoiceFix] = []
        if found.body.date != wanted.date || found.body.due != wanted.due {
            fixes.append(.dates(found.uuid, date: wanted.date, due: wanted.due))
        }
        let lines = Dictionary(found.body.lines.map { ($0.externalID, $0) }) { first, _ in first }
        for line in wanted.lines {
            guard var known = lines[line.externalID], let uuid = found.lineIDs[line.externalID] else {
                fixes.append(.createLine(invoice: found.uuid, line))
                continue
            }
            var sent = line
            sent.plan = line.plan.flatMap { plans[$0] }
            known.description = line.description
            if known == sent { continue }
            if known.kind == line.kind, known.subscription == line.subscription {
                fixes.append(.updateLine(uuid, line))
            } else {
                fixes += [.deleteLine(uuid), .createLine(invoice: found.uuid, line)]
            }
        }
        let wantedLines = Set(wanted.lines.map(\.externalID))
        fixes += found.lineIDs.filter { !wantedLines.contains($0.key) }.sorted { $0.key < $1.key }.map {
            .deleteLine($0.value)
        }
        let transactions = Dictionary(found.body.transactions.map { ($0.externalID, $0) }) { first, _ in first }
        for transaction in wanted.transactions {
            guard let known = transactions[transaction.externalID],
                let uuid = found.transactionIDs[transaction.externalID]
            else {
                fixes.append(.createTransaction(invoice: found.uuid, transaction))
                continue
            }
            if known != transaction { fixes.append(.updateTransaction(uuid, transaction)) }
        }
        let wantedTransactions = Set(wanted.transactions.map(\.externalID))
        fixes += found.transactionIDs.filter { !wantedTransactions.contains($0.key) }.sorted { $0.key < $1.key }
            .map { .deleteTransaction($0.value) }
        if wanted.isVoided, !wasVoided { fixes.append(.void(wanted.externalID)) }
        return fixes
    }
}
