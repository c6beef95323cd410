/// v2's sales transactions, which can be listed only.
extension Account {
    func listTransactions(_ act: Act) throws(Refusal) -> SimAnswer {
        let paging = try Paging(act.request, quirks: quirks)
        let ordering = try Ordering(
            act.request.parameter("order_by"), allowed: ["amount", "transaction_time", "contact_id"])
        let (book, currency) = (billing, billing.currency)
        var candidates: Set<Int>?
        var tests: [(SimTransaction) -> Bool] = []
        func narrow(to indices: [Int]) { candidates = candidates?.intersection(indices) ?? Set(indices) }
        for clause in try Filter(act.request.parameter("filter"), allowsUnequal: true).clauses {
            switch clause.field {
            case "order_id": narrow(to: book.transactionsByOrder[try clause.equalNumber()] ?? [])
            case "contact_id": narrow(to: book.transactionsByContact[try clause.equalNumber()] ?? [])
            case "amount":
                let amount = try clause.amount(in: currency)
                tests.append { clause.comparison.holds($0.amount, amount) }
            case "since_time":
                let time = try clause.instant()
                narrow(to: Array(book.transactionIndex(since: time)..<book.transactions.count))
                tests.append { $0.time >= time }
            case "until_time":
                let time = try clause.instant()
                tests.append { $0.time <= time }
            case "status":
                let word = try clause.word(of: SimTransaction.statuses)
                tests.append { $0.status == word }
            case "transaction_method":
                let word = try clause.word(of: SimTransaction.Method.allCases.map(\.rawValue))
                tests.append { $0.method.rawValue == word }
            case "is_successful":
                let isSuccessful = try clause.flag()
                tests.append { $0.isSuccessful == isSuccessful }
            case "merchant_account_id":
                let isOurs = try clause.equalNumber() == 1
                tests.append { _ in isOurs }
            case "merchant_account_type":
                let word = try clause.word(
                    of: ["PAYPAL", "UNSUPPORTED", "AUTHORIZE", "EWAY", "WEPAY", "STRIPE", "KEAP_PAY"])
                tests.append { _ in word == "STRIPE" }
            default: throw clause.unknown()
            }
        }
        let indices = candidates.map { $0.sorted() } ?? Array(book.transactions.indices)
        let found = indices.map { (index: $0, transaction: book.transactions[$0]) }
            .filter { one in tests.allSatisfy { $0(one.transaction) } }
        let sorted =
            switch ordering?.field {
            case "amount": found.ordered(by: \.transaction.amount, \.index, ordering)
            case "contact_id": found.ordered(by: \.transaction.contact, \.index, ordering)
            default: found.ordered(by: \.transaction.time, \.index, ordering)
            }
        return paging.answer(sorted, as: "transactions", request: act.request, quirks: quirks) { one in
            one.transaction.json(currency, payer: payerJSON(one.transaction.contact))
        }
    }
}

extension BillingBook {
    /// Of the first transaction then or later.
    func transactionIndex(since time: WorldTime) -> Int {
        var (low, high) = (0, transactions.count)
        while low < high {
            let middle = (low + high) / 2
            if transactions[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
