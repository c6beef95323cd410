/// What Keap knows of subscriptions, bills and payments, page by page (at most 1,000 items); `next` is nil on the last.
///
/// Each call spends Keap's budget and waits for the account's circuit breaker, as those of `KeapAPI` do. A record without
/// an id fails its whole page: to pass over it would lose a bill without a word.
package protocol BillingAPI: Sendable {
    func subscriptions(_ which: SubscriptionSelection, page: String?) async throws(KeapFailure) -> Page<
        KeapSubscription
    >
    /// Throws `.gone` if Keap does not know the id (any more), as the other calls for one record do.
    func subscription(_ id: SubscriptionID) async throws(KeapFailure) -> KeapSubscription

    func orders(_ which: OrderSelection, page: String?) async throws(KeapFailure) -> Page<KeapOrder>
    func order(_ id: OrderID) async throws(KeapFailure) -> KeapOrder

    func transactions(_ which: TransactionSelection, page: String?) async throws(KeapFailure) -> Page<KeapTransaction>

    func products(_ which: ProductSelection, page: String?) async throws(KeapFailure) -> Page<KeapProduct>
    func product(_ id: ProductID) async throws(KeapFailure) -> KeapProduct

    func payers(_ which: PayerSelection, page: String?) async throws(KeapFailure) -> Page<KeapPayer>
    func payer(_ id: ContactID) async throws(KeapFailure) -> KeapPayer
}

/// The limits of a call that names several records.
package enum BillingLimits {
    /// The most ids in one filter: so many make an address that servers take (some 4 KiB). An id that Keap does not know
    /// is left out of the answer.
    package static let mostIDs = 400
}

package enum SubscriptionSelection: Hashable, Sendable {
    case contact(ContactID)
    /// At most `BillingLimits.mostIDs`.
    case ids([SubscriptionID])
    /// Last changed first: Keap cannot be asked for those changed since a time. A change between two pages repeats a
    /// record, and hides none but the changed one, which comes first next time.
    case newestFirst
    /// In the order of their ids. A reading goes on after the last id that it has seen, whatever was deleted meanwhile.
    case after(SubscriptionID?)
}

package enum OrderSelection: Hashable, Sendable {
    case contact(ContactID)
    /// At most `BillingLimits.mostIDs`.
    case ids([OrderID])
    /// The order of an invoice, whose id is another: hooks for invoices tell that one.
    case invoice(InvoiceID)
    /// Last changed first. Milliseconds since 1970.
    case modifiedSince(Int64)
    /// In the order of their ids.
    case after(OrderID?)
}

/// Transactions come in the order of their time.
package enum TransactionSelection: Hashable, Sendable {
    case order(OrderID)
    case contact(ContactID)
    /// By when they were made, not by when they were changed. Milliseconds since 1970.
    case between(since: Int64, until: Int64)
}

package enum ProductSelection: Hashable, Sendable {
    case all
    /// At most `BillingLimits.mostIDs`.
    case ids([ProductID])
}

package enum PayerSelection: Hashable, Sendable {
    /// At most `BillingLimits.mostIDs`.
    case ids([ContactID])
    /// In the order of their ids. Milliseconds since 1970.
    case updatedSince(Int64)
}
