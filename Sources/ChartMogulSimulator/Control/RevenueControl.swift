import WireFormats

/// `/control/customers`, `invoices`, `subscriptions` and `mrr`: what an account holds and what it comes to.
extension MogulWorld {
    func customersJSON(_ account: Account, at now: Time) -> JSONNode {
        object(["customers": .array(account.customers.rows.map { account.json($0, at: now) })])
    }

    /// With the status that the API does not tell.
    func invoicesJSON(_ account: Account) -> JSONNode {
        let list = account.invoices.rows.map { account.json($0).adding(["status": .string($0.status.rawValue)]) }
        return object(["invoices": .array(list)])
    }

    func subscriptionsJSON(_ account: String) -> JSONNode {
        object(["subscriptions": .array(subscriptions(account: account).map(\.json))])
    }

    /// `mrr?from=2026-01&to=2027-12`: of each customer at the end of each month, in minor units by currency.
    func revenueJSON(_ request: Request) throws(Refusal) -> JSONNode {
        func month(_ name: String) throws(Refusal) -> Month {
            guard let month = request.parameter(name).flatMap({ Month($0) }) else {
                throw .schema("must be a month such as 2026-01", param: name)
            }
            return month
        }
        let (first, last) = (try month("from"), try month("to"))
        let customers = monthlyRevenue(account: try name(request), from: first, to: last)
        var totals: [String: Int] = [:]
        let list = customers.map { customer in
            object([
                "external_ids": .texts(customer.customers),
                "months": .object(
                    customer.months.sorted { $0.key < $1.key }.map { month, amounts in
                        for (currency, amount) in amounts { totals["\(month) \(currency)", default: 0] &+= amount }
                        return JSONNode.Member(name: month.description, value: .counts(amounts))
                    }),
            ])
        }
        return object(["customers": .array(list), "totals": .counts(totals)])
    }
}

extension MogulWorld.ResultingSubscription {
    fileprivate var json: JSONNode {
        object([
            "external_id": .string(externalID), "customers": .texts(customers), "data_source_uuid": .string(dataSource),
            "periods": .array(
                periods.map {
                    object([
                        "from": .string($0.from.text), "to": .optional($0.to?.text), "plan": .string($0.plan),
                        "interval": .string($0.interval), "quantity": .whole($0.quantity),
                        "mrr": .counts($0.revenue),
                    ])
                }), "churns": .texts(churns.map(\.text)),
            "trials": .array(
                trials.map {
                    object(["from": .string($0.lowerBound.text), "to": .string($0.upperBound.text)])
                }), "scheduled_cancellations": .texts(scheduledCancellations.map(\.text)),
        ])
    }
}
