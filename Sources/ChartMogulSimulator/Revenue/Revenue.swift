/// The recurring revenue of one customer, computed from nothing but what was imported and still counts.
struct Revenue: Sendable {
    private(set) var courses: [Course] = []

    init(_ account: Account, customer: Customer) {
        var lines: [ExternalKey: [BilledLine]] = [:]
        var order: [ExternalKey] = []
        for uuid in account.invoicesOfCustomer[customer.uuid] ?? [] {
            guard let invoice = account.invoices[uuid], invoice.status == .live else { continue }
            for line in invoice.lines.compactMap({ account.lines[$0] }) where line.content.kind != .oneTime {
                guard let plan = account.plans[line.content.plan] else { continue }
                let key = ExternalKey(source: line.source, id: line.content.subscription)
                if lines[key] == nil { order.append(key) }
                lines[key, default: []].append(
                    BilledLine(
                        invoice: invoice.key.id, currency: invoice.currency, content: line.content,
                        monthly: MonthlyAmount.of(line.content, plan)))
            }
        }
        for key in order {
            let lines = lines[key] ?? []
            var course = Course(key: key)
            let events = (account.eventsOfSubscription[key] ?? []).compactMap { account.events[$0] }.filter {
                account.isEvent($0, of: customer) && !account.isRetracted($0)
            }
            func times(_ kind: SubscriptionEvent.Kind) -> [WorldTime] {
                events.filter { $0.content.type == kind }.map(\.content.effective)
            }
            course.scheduled = times(.cancellationScheduled).sorted()
            course.cancellations =
                (times(.cancelled) + lines.compactMap(\.content.cancelled)
                + (account.quirks.scheduledCancellationsTakeEffect ? course.scheduled : [])).sorted()
            course.build(from: lines)
            courses.append(course)
        }
    }

    /// In minor units, by currency.
    func monthly(at time: WorldTime) -> [String: Int] {
        courses.reduce(into: [:]) { sums, course in
            for (currency, amount) in course.monthly(at: time) { sums[currency, default: 0] &+= amount }
        }
    }

    /// When the first stretch began that earned something.
    var firstPaid: WorldTime? { courses.flatMap(\.stretches).filter { !$0.amounts.isEmpty }.map(\.from).min() }

    func status(at time: WorldTime) -> String {
        if courses.contains(where: { $0.isActive(at: time) }) { return "Active" }
        return courses.contains { $0.stretches.first.map { $0.from <= time } ?? false } ? "Cancelled" : "New Lead"
    }
}

extension Account {
    /// Whether another event takes this one back.
    func isRetracted(_ event: SubscriptionEvent) -> Bool {
        retractions.contains { uuid in
            events[uuid].flatMap { retracted(by: $0.content) }?.number == event.number
        }
    }
}
