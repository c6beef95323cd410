import OutboundAPI

extension KeapClient: BillingAPI {
    func subscriptions(
        _ which: SubscriptionSelection, page: String?
    ) async throws(KeapFailure) -> Page<KeapSubscription> {
        let request = try APIRequest.listSubscriptions(which, page: page)
        let claim: ContactClaim = if case .contact(let id) = which { .one(id) } else { .none }
        return try await list(request, "subscriptions", naming: claim, page: page) { KeapSubscription($0) }
    }

    func subscription(_ id: SubscriptionID) async throws(KeapFailure) -> KeapSubscription {
        try await one(try .readSubscription(id), "subscription") { KeapSubscription($0) }
    }

    func orders(_ which: OrderSelection, page: String?) async throws(KeapFailure) -> Page<KeapOrder> {
        let claim: ContactClaim = if case .contact(let id) = which { .one(id) } else { .none }
        return try await list(try .listOrders(which, page: page), "orders", naming: claim, page: page) { KeapOrder($0) }
    }

    func order(_ id: OrderID) async throws(KeapFailure) -> KeapOrder {
        try await one(try .readOrder(id), "order") { KeapOrder($0) }
    }

    func transactions(
        _ which: TransactionSelection, page: String?
    ) async throws(KeapFailure) -> Page<KeapTransaction> {
        let request = try APIRequest.listTransactions(which, page: page)
        let claim: ContactClaim = if case .contact(let id) = which { .one(id) } else { .none }
        return try await list(request, "transactions", naming: claim, page: page) { KeapTransaction($0) }
    }

    func products(_ which: ProductSelection, page: String?) async throws(KeapFailure) -> Page<KeapProduct> {
        try await list(try .listProducts(which, page: page), "products", page: page) { KeapProduct($0) }
    }

    func product(_ id: ProductID) async throws(KeapFailure) -> KeapProduct {
        try await one(try .readProduct(id), "product") { KeapProduct($0) }
    }

    func payers(_ which: PayerSelection, page: String?) async throws(KeapFailure) -> Page<KeapPayer> {
        try await list(try .listPayers(which, page: page), "contacts", page: page) { KeapPayer($0) }
    }

    func payer(_ id: ContactID) async throws(KeapFailure) -> KeapPayer {
        try await one(try .readPayer(id), "contact", naming: .one(id)) { KeapPayer($0) }
    }

    private func list<Item: Sendable>(
        _ request: APIRequest, _ list: String, naming claim: ContactClaim = .none, page: String?,
        read: @Sendable (JSONValue) -> Item?
    ) async throws(KeapFailure) -> Page<Item> {
        var found = try await perform(request, naming: claim) { (response) throws(KeapFailure) in
            try response.wholePage(list, read)
        }
        // A page that leads to itself would be read for ever.
        if found.next == page { found.next = nil }
        return found
    }

    private func one<Item: Sendable>(
        _ request: APIRequest, _ what: String, naming claim: ContactClaim = .none,
        read: @Sendable (JSONValue) -> Item?
    ) async throws(KeapFailure) -> Item {
        try await perform(request, naming: claim) { (response) throws(KeapFailure) in
            try response.one(what, read)
        }
    }
}
