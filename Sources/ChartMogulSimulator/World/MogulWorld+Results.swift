/// What tests compare with a model of their own.
extension MogulWorld {
    /// A subscription as it came about, of one customer.
    package struct ResultingSubscription: Hashable, Sendable {
        /// Of the customer, the one it was made with first.
        package var customers: [String]
        package var externalID: String
        package var dataSource: String
        package var periods: [Period]
        /// Ends without a beginning at the same instant.
        package var churns: [Time]
        package var trials: [Range<Time>]
        package var scheduledCancellations: [Time]

        package struct Period: Hashable, Sendable {
            package var from: Time
            /// Nil while it goes on.
            package var to: Time?
            /// External id, and such as `1 month`.
            package var plan: String
            package var interval: String
            package var quantity: Int
            /// Monthly and without tax, in minor units, by currency; none for a free one.
            package var revenue: [String: Int]
        }
    }

    package struct CustomerRevenue: Hashable, Sendable {
        /// External ids; several after a merge, its own first.
        package var customers: [String]
        /// At the end of each month, in minor units by currency. Months without any are not there.
        package var months: [Month: [String: Int]]
    }

    /// - Parameter account: a key or a name. Nothing is known of another.
    package func subscriptions(account: String) -> [ResultingSubscription] {
        guard let account = accountName(account).flatMap({ accounts[$0] }) else { return [] }
        return account.customers.rows.flatMap { customer in
            Revenue(account, customer: customer).courses.map { course in
                ResultingSubscription(
                    customers: customer.keys.map(\.id), externalID: course.key.id, dataSource: course.key.source,
                    periods: course.stretches.map { stretch in
                        let plan = account.plans[stretch.plan]
                        return ResultingSubscription.Period(
                            from: stretch.from, to: stretch.to, plan: plan?.key.id ?? "",
                            interval: plan.map { "\($0.intervalCount) \($0.intervalUnit.rawValue)" } ?? "",
                            quantity: stretch.quantity, revenue: stretch.amounts)
                    }, churns: course.churns, trials: course.trials.map { $0.from..<max($0.from, $0.to) },
                    scheduledCancellations: course.scheduled)
            }
        }
    }

    package func monthlyRevenue(account: String, from: Month, to: Month) -> [CustomerRevenue] {
        guard let account = accountName(account).flatMap({ accounts[$0] }) else { return [] }
        let months = Month.list(from: from, to: to)
        return account.customers.rows.map { customer in
            let revenue = Revenue(account, customer: customer)
            var found: [Month: [String: Int]] = [:]
            for month in months {
                let amounts = revenue.monthly(at: month.next.start.advanced(byMilliseconds: -1))
                if !amounts.isEmpty { found[month] = amounts }
            }
            return CustomerRevenue(customers: customer.keys.map(\.id), months: found)
        }
    }
}
