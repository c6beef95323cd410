/// v2's orders, with the payments that are made against them.
extension Account {
    func listOrders(_ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(
            act.request.parameter("order_by"), allowed: ["id", "order_time", "modification_time"])
        let book = billing
        var search = BillingSearch<SimOrder>()
        for clause in try Filter(act.request.parameter("filter"), allowsUnequal: true).clauses {
            switch clause.field {
            case "contact_id": search.narrow(to: book.ordersByContact[try clause.equalNumber()] ?? [])
            case "id":
                let id = try clause.number()
                if clause.comparison == .equal { search.narrow(to: [id]) }
                search.test { clause.comparison.holds($0.id, id) }
            case "ids": search.narrow(to: try clause.numbers())
            case "invoice_id":
                let id = try clause.equalNumber()
                search.test { $0.invoice == id }
            case "product_id":
                let id = try clause.equalNumber()
                search.test { $0.items.contains { $0.product == id } }
            case "paid":
                let isPaid = try clause.flag()
                search.test { $0.isPaid == isPaid }
            case "created_since_time", "created_until_time":
                let (time, isSince) = (try clause.instant(), clause.field == "created_since_time")
                search.test { isSince ? $0.created >= time : $0.created <= time }
            case "modified_since_time":
                let time = try clause.instant()
                search.narrow(to: book.orders(changedSince: time))
                search.test { $0.modified >= time }
            case "modified_until_time":
                let time = try clause.instant()
                search.test { $0.modified <= time }
            case "title":
                try clause.onlyEquality()
                search.test { clause.holds(for: $0.title, wildcard: true) }
            case "order_type":
                let isOnline = try clause.word(of: ["ONLINE", "OFFLINE"]) == "ONLINE"
                search.test { _ in isOnline }
            case "invoice_xid", "shipping_locality", "shipping_region_code", "shipping_postal_code",
                "shipping_country_code":
                try clause.onlyEquality()
                search.test { _ in false }
            default: throw clause.unknown()
            }
        }
        let found = search.matches(in: book.orders)
        let sorted =
            switch ordering?.field {
            case "order_time": found.ordered(by: \.ordered, \.id, ordering)
            case "modification_time": found.ordered(by: \.modified, \.id, ordering)
            default: found.ordered(by: \.id, \.id, ordering)
            }
        return paging.answer(sorted, as: "orders", request: act.request, quirks: quirks) { orderJSON($0) }
    }

    func getOrder(_ act: Act) throws(Refusal) -> SimAnswer {
        SimAnswer(status: 200, orderJSON(try billing.order(act.ids.order ?? 0)))
    }

    mutating func createOrder(_ act: Act) throws(Refusal) -> SimAnswer {
        let json = try act.json(
            allowing: [
                "notes", "terms", "title", "contact_id", "order_items", "order_title", "order_time", "order_type",
                "promo_codes", "lead_affiliate_id", "sales_affiliate_id", "shipping_address", "custom_fields",
                "sent_time", "due_time", "invoice_number", "external_create_user", "external_create_time",
                "external_update_time",
            ], quirks: quirks)
        guard let contact = json["contact_id"]?.id, let title = json["order_title"]?.text,
            json["order_time"]?.text != nil, ["ONLINE", "OFFLINE"].contains(json["order_type"]?.text)
        else { throw .bad("contact_id, order_title, order_time and order_type are required") }
        var items: [BillingDeed.ItemDraft] = []
        for item in json["order_items"]?.items ?? [] {
            let product = item["product_id"]?.id
            let price = try amount(item["price_per_unit"], "price_per_unit")
            var draft = BillingDeed.ItemDraft(
                item["item_type"]?.text ?? "PRODUCT",
                item["name"]?.text ?? product.flatMap { billing.products[$0]?.name } ?? "",
                price: price ?? product.flatMap { billing.products[$0]?.price } ?? 0, product: product)
            draft.quantity = item["quantity"]?.integer ?? 0
            items.append(draft)
        }
        let made = try bill(.order(contact: contact, title: title, items: items, .open), at: act.now)
        return SimAnswer(status: 201, orderJSON(try billing.order(made.order ?? 0)))
    }

    mutating func updateOrder(_ act: Act) throws(Refusal) -> SimAnswer {
        let id = act.ids.order ?? 0
        _ = try billing.order(id)
        let json = try act.json(allowing: ["contact_id"], quirks: quirks)
        guard let contact = json["contact_id"]?.id else { throw .bad("contact_id is invalid", about: "contact_id") }
        _ = try bill(.moveOrder(id, contact: contact), at: act.now)
        return SimAnswer(status: 200, orderJSON(try billing.order(id)))
    }

    mutating func deleteOrder(_ act: Act) throws(Refusal) -> SimAnswer {
        _ = try bill(.deleteOrder(act.ids.order ?? 0), at: act.now)
        return SimAnswer(status: 204)
    }

    mutating func updateOrderItem(_ act: Act) throws(Refusal) -> SimAnswer {
        let (order, item) = (act.ids.order ?? 0, act.ids.item ?? 0)
        let json = try act.json(allowing: ["price_per_unit", "quantity"], quirks: quirks)
        let deed = BillingDeed.editItem(
            order: order, item: item, price: try amount(json["price_per_unit"], "price_per_unit"),
            quantity: json["quantity"]?.integer)
        _ = try bill(deed, at: act.now)
        let items = try billing.order(order).items
        guard let changed = items.first(where: { $0.id == item }) else { throw .unknown("Order item", item) }
        return SimAnswer(status: 200, itemJSON(changed))
    }

    /// A record of a payment that was made elsewhere, or a charge of a card.
    mutating func payOrder(_ act: Act) throws(Refusal) -> SimAnswer {
        let json = try act.json(
            allowing: [
                "notes", "payment_method_id", "payment_method_type", "payment_time", "payment_amount",
                "apply_to_commissions", "external_source", "external_source_value", "external_status_value",
                "external_create_time", "external_update_time", "external_create_user",
            ], quirks: quirks)
        guard let amount = try amount(json["payment_amount"], "payment_amount"),
            json["apply_to_commissions"]?.bool != nil,
            json["payment_method_id"]?.text != nil || json["payment_method_type"]?.text != nil
        else { throw .bad("payment_amount, apply_to_commissions and a payment method are required") }
        let id = act.ids.order ?? 0
        let isCharge = json["payment_method_id"]?.text != nil
        let made = try bill(.pay(orders: [id], amount: amount, isCharge ? .capture : .manual), at: act.now)
        return SimAnswer(
            status: 201,
            [
                "id": .string(String(made.payment ?? 0)), "amount": billing.currency.double(amount),
                "order_ids": [.string(String(id))],
                "contact_id": .string(String(try billing.order(id).contact)), "status": "APPROVED",
                "payment_time": .string(act.now.iso8601),
            ])
    }

    func orderJSON(_ order: SimOrder) -> JSON {
        let products = billing.products
        return order.json(billing.currency, payer: payerJSON(order.contact)) { products[$0]?.name }
    }

    private func itemJSON(_ item: SimOrderItem) -> JSON {
        item.json(billing.currency, productName: item.product.flatMap { billing.products[$0]?.name })
    }
}
