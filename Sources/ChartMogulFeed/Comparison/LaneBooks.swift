package import ChartMogul
import Connectors
package import Keap

/// One lane's side of a comparison: what ChartMogul is to hold of it, and what it was sent.
package struct LaneBooks: Sendable {
    let state: FeedState
    let desired: DesiredBooks

    /// - Parameters:
    ///   - now: decides which ends are past. Milliseconds since 1970.
    ///   - takesTrialLines: whether the account takes lines of the type `trial`.
    package init(_ state: FeedState, _ settings: FeedSettings, now: Int64, takesTrialLines: Bool) {
        self.state = state
        desired = BillingRules.desired(
            state.facts, settings, now: now, known: state.foldedSubscriptions, takesTrialLines: takesTrialLines)
    }

    /// All whose customers it may have in ChartMogul.
    package var contacts: [ContactID] {
        let named =
            desired.customers.map(\.contact) + desired.merges.flatMap { [$0.from, $0.into] } + desired.goneCustomers
            + state.customers.keys.map { ContactID($0) }
        return Set(named).sorted()
    }

    /// Whose lane it is, as far as is known.
    var contact: ContactID? {
        desired.customers.first?.contact ?? contacts.first
            ?? state.facts.subscriptions.values.lazy.compactMap { $0.newest?.contact }.first
            ?? state.facts.orders.values.lazy.compactMap(\.contact).first
    }

    /// Compares it with what ChartMogul has of its customers.
    ///
    /// - Parameters:
    ///   - invoices: all of the customers of `contacts`.
    ///   - table: sums up all lanes.
    package func compared(
        with index: inout BooksIndex, _ invoices: [FoundInvoice], _ table: inout RevenueTable
    ) -> ComparedBooks {
        var books = ComparedBooks()
        books.contact = contact
        books.name = desired.customers.first?.body.name
        books.invoices = desired.invoices.count + state.folded.count
        for contact in contacts { index.see(contact) }
        let found = Dictionary(invoices.map { ($0.body.externalID, $0) }) { first, _ in first }
        books.differences =
            customerDifferences(index) + invoiceDifferences(found, index) + endDifferences(index) + unsent()
        books.months = table.add(keap: wantedRevenue(found, index), chartMogul: foundRevenue(found, index))
        for subscription in subscriptions { index.see(subscription) }
        return books
    }

    /// By external id.
    var subscriptions: Set<String> {
        state.subscriptions.union(desired.invoices.flatMap(\.body.lines).compactMap(\.subscription))
            .union(desired.events.map(\.subscription))
    }

    private func wantedRevenue(_ found: [String: FoundInvoice], _ index: BooksIndex) -> RecurringRevenue {
        var revenue = RecurringRevenue()
        for invoice in desired.invoices where !invoice.body.isVoided {
            revenue.add(invoice.body) { line in line.plan.flatMap { desired.plans[$0] } }
        }
        // Of old ones only that they were right is remembered.
        for id in state.folded.keys {
            guard let old = found[ExternalID.invoice(OrderID(id))] else { continue }
            revenue.add(old.body) { line in line.plan.flatMap(index.plan) }
        }
        for event in desired.events where event.kind == .cancelled {
            revenue.end(event.subscription, at: event.effective)
        }
        return revenue
    }

    private func foundRevenue(_ found: [String: FoundInvoice], _ index: BooksIndex) -> RecurringRevenue {
        var revenue = RecurringRevenue()
        let voided = state.invoices.filter(\.value.isVoided).keys.map { ExternalID.invoice(OrderID($0)) }
        for (id, invoice) in found where !voided.contains(id) {
            revenue.add(invoice.body) { line in line.plan.flatMap(index.plan) }
        }
        for event in subscriptions.flatMap(index.events) where event.kind == .cancelled {
            revenue.end(event.subscription, at: event.effective)
        }
        return revenue
    }

    /// Bills that the rules leave out.
    private func unsent() -> [BooksDifference] {
        desired.notes.filter { ["billing_frequency", "total"].contains($0.field) }.map { note in
            BooksDifference(
                kind: .notSent, thing: contact.map(ExternalID.customer) ?? "bills",
                keap: "\(note.field ?? "") is \(note.value ?? "missing")", chartMogul: "nothing", why: note.text)
        }
    }
}
