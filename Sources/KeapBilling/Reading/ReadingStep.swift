package import Keap

/// One call on Keap, or one question to what is known here.
package enum ReadingStep: Hashable, Sendable {
    case subscriptions(SubscriptionSelection, page: String?)
    case orders(OrderSelection, page: String?)
    case transactions(TransactionSelection, page: String?)
    case products(ProductSelection, page: String?)
    case payers(PayerSelection, page: String?)
    /// Which of these contacts the feed knows. Costs no call.
    case known([ContactID])
}

/// The answer to a step, of the step's own kind.
package enum ReadingAnswer: Sendable {
    case subscriptions(Page<KeapSubscription>)
    case orders(Page<KeapOrder>)
    case transactions(Page<KeapTransaction>)
    case products(Page<KeapProduct>)
    case payers(Page<KeapPayer>)
    case known(Set<ContactID>)
}

extension ReadingStep {
    /// The same for the next page; nil for a step without pages.
    func following(_ page: String) -> ReadingStep? {
        switch self {
        case .subscriptions(let which, _): .subscriptions(which, page: page)
        case .orders(let which, _): .orders(which, page: page)
        case .transactions(let which, _): .transactions(which, page: page)
        case .products(let which, _): .products(which, page: page)
        case .payers(let which, _): .payers(which, page: page)
        case .known: nil
        }
    }

    /// To stand after "Keap could not be asked for".
    var what: String {
        switch self {
        case .subscriptions: "subscriptions"
        case .orders: "orders"
        case .transactions: "payments"
        case .products: "products"
        case .payers, .known: "contacts"
        }
    }
}

extension ReadingStep {
    /// Makes the call.
    func perform(with keap: any BillingAPI) async throws(KeapFailure) -> ReadingAnswer {
        switch self {
        case .subscriptions(let which, let page): .subscriptions(try await keap.subscriptions(which, page: page))
        case .orders(let which, let page): .orders(try await keap.orders(which, page: page))
        case .transactions(let which, let page): .transactions(try await keap.transactions(which, page: page))
        case .products(let which, let page): .products(try await keap.products(which, page: page))
        case .payers(let which, let page): .payers(try await keap.payers(which, page: page))
        case .known: .known([])
        }
    }
}
