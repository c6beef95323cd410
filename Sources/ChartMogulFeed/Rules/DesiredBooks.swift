package import ChartMogul
package import Connectors
package import Keap

/// What ChartMogul is to hold of a lane's bills.
package struct DesiredBooks: Hashable, Sendable {
    package var customers: [DesiredCustomer] = []
    /// Customers that are to become one.
    package var merges: [CustomerMerge] = []
    /// Those that the invoices' lines name, by external id.
    package var plans: [String: PlanBody] = [:]
    /// In the order of their dates.
    package var invoices: [DesiredInvoice] = []
    /// In the order of their times.
    package var events: [EventBody] = []
    /// Orders that Keap does not know any more.
    package var withoutInvoice: Set<OrderID> = []
    /// Contacts that are gone, and have no invoice left.
    package var goneCustomers: Set<ContactID> = []
    package var notes: [AttentionNote] = []

    package init() {}
}

package struct DesiredCustomer: Hashable, Sendable {
    package var contact: ContactID
    package var body: CustomerBody
}

package struct CustomerMerge: Hashable, Sendable {
    package var from: ContactID
    package var into: ContactID
}

package struct DesiredInvoice: Hashable, Sendable {
    package var order: OrderID
    /// Whose invoice it is.
    package var contact: ContactID
    package var body: InvoiceBody
}
