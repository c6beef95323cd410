package import ChartMogul
package import Keap

/// What ChartMogul has of a data source, but for the invoices: those are read customer by customer.
///
/// Holds names and times only, so that a gym with 50,000 customers fits.
package struct BooksIndex: Sendable {
    struct Customer: Sendable {
        var uuid: String
        var name: String?
        var email: String?
        var isSeen = false
    }

    package let source: String
    private var customers: [String: Customer] = [:]
    private var plans: [String: PlanBody] = [:]
    /// By external id.
    private(set) var planIDs: [String: String] = [:]
    /// By the subscription's external id.
    private var events: [String: [EventBody]] = [:]
    private var seenSubscriptions: Set<String> = []
    package private(set) var customerCount = 0

    package init(source: String) { self.source = source }

    package mutating func take(_ found: [FoundPlan]) {
        for plan in found {
            plans[plan.uuid] = plan.body
            planIDs[plan.body.externalID] = plan.uuid
        }
    }

    package mutating func take(_ found: [FoundCustomer]) {
        for customer in found {
            customerCount += 1
            for id in customer.externalIDs {
                customers[id] = Customer(uuid: customer.uuid, name: customer.name, email: customer.email)
            }
        }
    }

    package mutating func take(_ found: [ListedEvent]) {
        for event in found { events[event.body.subscription, default: []].append(event.body) }
    }

    func customer(_ contact: ContactID) -> Customer? { customers[ExternalID.customer(contact)] }
    func plan(uuid: String) -> PlanBody? { plans[uuid] }
    func events(of subscription: String) -> [EventBody] { events[subscription] ?? [] }

    /// Those of contacts, each once, in their order.
    package func uuids(of contacts: [ContactID]) -> [String] {
        var seen: Set<String> = []
        return contacts.compactMap { customer($0)?.uuid }.filter { seen.insert($0).inserted }
    }

    mutating func see(_ contact: ContactID) { customers[ExternalID.customer(contact)]?.isSeen = true }
    mutating func see(_ subscription: String) {
        if events[subscription] != nil { seenSubscriptions.insert(subscription) }
    }

    /// What ChartMogul has of which no lane spoke.
    package var unknown: [BooksDifference] {
        // One that was merged is known by any of its ids.
        let seen = Set(customers.values.filter(\.isSeen).map(\.uuid))
        let unseen = customers.filter { !$0.value.isSeen && !seen.contains($0.value.uuid) }.sorted { $0.key < $1.key }
        let ends = events.keys.filter { !seenSubscriptions.contains($0) }.sorted()
        return unseen.map { id, customer in
            let isOurs = id.hasPrefix("keap-contact-")
            return BooksDifference(
                kind: .customerTooMany, thing: id, keap: isOurs ? "nothing that Lockstep has read" : "no such contact",
                chartMogul: [customer.name, customer.email].compactMap(\.self).joined(separator: ", "),
                why: isOurs
                    ? "Lockstep has read no bill of such a contact: `lockstep chartmogul backfill` reads all; if Keap has "
                        + "none, delete the customer in ChartMogul"
                    : "it was not made by Lockstep; delete it in ChartMogul, or move it to another data source, if it "
                        + "counts twice")
        }
            + ends.map { subscription in
                BooksDifference(
                    kind: .endTooMany, thing: subscription.isEmpty ? "an event without a subscription" : subscription,
                    keap: "no bill of such a subscription", chartMogul: "an end",
                    why: "it changes no figure, and can be deleted in ChartMogul")
            }
    }
}
