import WireFormats

/// What was imported without an error and is wrong all the same.
struct Flaws {
    /// Two invoices that say what one subscription earned at one time.
    private(set) var overlappingPeriods: [JSONNode] = []
    /// External ids of subscriptions that were alive with two customers at once.
    private(set) var subscriptionsOfTwoCustomers: [String] = []
    /// Events that change no metric, or speak of a subscription that their customer does not have.
    private(set) var eventsWithoutEffect: [JSONNode] = []
    /// External ids of cancellations that lay ahead when they were sent: those are to be scheduled.
    private(set) var cancellationsAhead: [String] = []

    init(_ account: Account) {
        var owners: [ExternalKey: [Course]] = [:]
        var keysOfOwners: [ExternalKey: Set<ExternalKey>] = [:]
        for customer in account.customers.rows {
            for course in Revenue(account, customer: customer).courses {
                owners[course.key, default: []].append(course)
                keysOfOwners[course.key, default: []].formUnion(customer.keys)
                for overlap in course.overlaps {
                    overlappingPeriods.append(
                        object([
                            "subscription": .string(course.key.id), "earlier": .string(overlap.earlier),
                            "later": .string(overlap.later), "milliseconds": .whole(overlap.milliseconds),
                        ]))
                }
            }
        }
        subscriptionsOfTwoCustomers = owners.filter { Flaws.areAliveAtOnce($0.value) }.map(\.key.id).sorted()
        for event in account.events.rows {
            if event.content.type == .cancelled, event.content.effective > event.updated {
                cancellationsAhead.append(event.content.externalID)
            }
            let customer = ExternalKey(source: event.content.source, id: event.content.customer)
            let reason: String? =
                switch event.content.type {
                case .start, .updated: "of a kind that changes nothing"
                case .cancelled, .cancellationScheduled:
                    keysOfOwners[event.content.subscriptionKey]?.contains(customer) == true
                        ? nil : "no line item of its customer has its subscription"
                case .startScheduled, .updateScheduled, .updatedScheduled, .retracted: nil
                }
            guard let reason else { continue }
            eventsWithoutEffect.append(
                object(["event": .string(event.content.externalID), "reason": .string(reason)]))
        }
    }

    private static func areAliveAtOnce(_ courses: [Course]) -> Bool {
        for (index, one) in courses.enumerated() {
            for other in courses[(index + 1)...] {
                for (a, b) in one.stretches.flatMap({ a in other.stretches.map { (a, $0) } }) {
                    let beginsBeforeEnd = b.to.map { a.from < $0 } ?? true
                    let endsAfterBeginning = a.to.map { b.from < $0 } ?? true
                    if beginsBeforeEnd && endsAfterBeginning { return true }
                }
            }
        }
        return false
    }
}
