/// What ChartMogul has: of each thing its own name of it, and what can be compared.
package struct DataSource: Hashable, Sendable {
    package var uuid: String
    package var name: String
    /// Days after which ChartMogul ends a subscription with an unpaid invoice by itself; nil: it does not.
    package var autoChurnDays: Int64?
}

package struct FoundPlan: Hashable, Sendable {
    package var uuid: String
    package var body: PlanBody
}

package struct FoundCustomer: Hashable, Sendable {
    package var uuid: String
    /// All its external ids, of any data source.
    package var externalIDs: [String]
    package var sources: [String]
    package var name: String?
    package var email: String?
    /// Monthly recurring revenue, in minor units of the account's currency.
    package var monthly: Int64?
}

/// An invoice, whose lines name their plans by uuid.
package struct FoundInvoice: Hashable, Sendable {
    package var uuid: String
    package var customer: String?
    package var body: InvoiceBody
    /// By external ids.
    package var lineIDs: [String: String] = [:]
    package var transactionIDs: [String: String] = [:]
}

/// An invoice of a request that made several.
package struct ImportedInvoice: Hashable, Sendable {
    package init(externalID: String, errors: [String]) {
        (self.externalID, self.errors) = (externalID, errors)
    }

    package var externalID: String
    /// What ChartMogul has against it, its lines and its transactions. Empty: it was made.
    package var errors: [String]
}

package struct FoundEvent: Hashable, Sendable {
    package var id: String
    package var body: EventBody
}

package struct FoundSubscription: Hashable, Sendable {
    package var uuid: String
    package var externalID: String
    package var plan: String?
    package var status: String?
    package var monthly: Int64?
}

/// A page of a list. `next` is nil on the last.
package struct MogulPage<Item: Hashable & Sendable>: Hashable, Sendable {
    package var items: [Item]
    package var next: String?

    package init(items: [Item], next: String?) { (self.items, self.next) = (items, next) }
}
