import WireFormats

/// One ChartMogul account and all that was imported into it. Endpoints are in extensions.
struct Account: Sendable {
    let setup: MogulWorld.AccountSetup
    let quirks: MogulWorld.Quirks

    var sources = Table<DataSource>()
    var customers = Table<Customer>()
    var plans = Table<Plan>()
    var invoices = Table<Invoice>()
    var lines = Table<LineItem>()
    var transactions = Table<Transaction>()
    var subscriptions = Table<Subscription>()
    private(set) var events = Table<SubscriptionEvent>()

    /// Uuids of the events that name a subscription, in the order they came.
    private(set) var eventsOfSubscription: [ExternalKey: [String]] = [:]
    /// Uuids of the events that take another back.
    private(set) var retractions: Set<String> = []
    /// Uuids of each customer's invoices, in the order they came.
    private(set) var invoicesOfCustomer: [String: [String]] = [:]
    private var pendingMerges: [PendingMerge] = []
    var refusedRepeats: [String: Int] = [:]  // by kind
    var throttle: Throttle
    private var lastNumber = 1_000

    private struct PendingMerge {
        var from: String
        var into: String
        var due: WorldTime
    }

    init(_ setup: MogulWorld.AccountSetup, options: MogulWorld.Options) {
        self.setup = setup
        quirks = options.quirks
        throttle = Throttle(perSecond: options.perSecond, atOnce: options.atOnce)
    }

    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Looks like ChartMogul's, and says in which order things were made.
    static func uuid(_ prefix: String, _ number: Int) -> String {
        let digits = String(number)
        return prefix + "_00000000-0000-0000-0000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    /// A row that may be read: one that was made a moment ago can still be missing.
    func isVisible(_ created: WorldTime, at now: WorldTime) -> Bool {
        now >= created.advanced(byMilliseconds: quirks.creationLagInMilliseconds)
    }

    func customer(_ uuid: String, at now: WorldTime) throws(Refusal) -> Customer {
        guard let customer = customers[uuid], isVisible(customer.created, at: now) else {
            throw .missing("Customer", uuid)
        }
        return customer
    }

    /// Finds or makes the subscription that an external id means.
    mutating func subscription(_ key: ExternalKey) -> Subscription {
        if let known = subscriptions[key] { return known }
        let number = nextNumber()
        let made = Subscription(number: number, uuid: Account.uuid("sub", number), key: key)
        subscriptions.insert(made)
        return made
    }

    mutating func insert(_ invoice: Invoice) {
        invoices.insert(invoice)
        invoicesOfCustomer[invoice.customer, default: []].append(invoice.uuid)
    }

    mutating func removeInvoice(_ uuid: String) {
        guard let invoice = invoices.remove(uuid) else { return }
        for line in invoice.lines { lines.remove(line) }
        for transaction in invoice.transactions { transactions.remove(transaction) }
        invoicesOfCustomer[invoice.customer]?.removeAll { $0 == uuid }
    }

    mutating func removeCustomer(_ uuid: String) {
        guard let customer = customers.remove(uuid) else { return }
        for invoice in invoicesOfCustomer.removeValue(forKey: uuid) ?? [] { removeInvoice(invoice) }
        for event in Array(events.rows) where isEvent(event, of: customer) { remove(event) }
    }

    mutating func removeSource(_ uuid: String) {
        guard sources.remove(uuid) != nil else { return }
        for invoice in Array(invoices.rows) where invoice.key.source == uuid { removeInvoice(invoice.uuid) }
        for event in Array(events.rows) where event.content.source == uuid { remove(event) }
        for plan in Array(plans.rows) where plan.key.source == uuid { plans.remove(plan.uuid) }
        for customer in Array(customers.rows) where customer.sources.contains(uuid) {
            let rest = customer.keys.filter { $0.source != uuid }
            if rest.isEmpty {
                removeCustomer(customer.uuid)
            } else {
                _ = customers.change(customer.uuid) { $0.keys = rest }
            }
        }
    }

    mutating func insert(_ event: SubscriptionEvent) {
        events.insert(event)
        eventsOfSubscription[event.content.subscriptionKey, default: []].append(event.uuid)
        if event.content.type == .retracted { retractions.insert(event.uuid) }
    }

    mutating func remove(_ event: SubscriptionEvent) {
        events.remove(event.uuid)
        eventsOfSubscription[event.content.subscriptionKey]?.removeAll { $0 == event.uuid }
        retractions.remove(event.uuid)
    }

    mutating func replace(_ event: SubscriptionEvent) {
        guard let before = events[event.uuid] else { return }
        eventsOfSubscription[before.content.subscriptionKey]?.removeAll { $0 == event.uuid }
        eventsOfSubscription[event.content.subscriptionKey, default: []].append(event.uuid)
        _ = events.change(event.uuid) { $0 = event }
        if event.content.type == .retracted { retractions.insert(event.uuid) } else { retractions.remove(event.uuid) }
    }

    func isEvent(_ event: SubscriptionEvent, of customer: Customer) -> Bool {
        customer.keys.contains(ExternalKey(source: event.content.source, id: event.content.customer))
    }

    mutating func move(_ invoices: [String], to customer: String) {
        for uuid in invoices {
            guard let old = self.invoices[uuid]?.customer, old != customer else { continue }
            invoicesOfCustomer[old]?.removeAll { $0 == uuid }
            invoicesOfCustomer[customer, default: []].append(uuid)
            _ = self.invoices.change(uuid) { $0.customer = customer }
        }
    }
}

// Merging is accepted at once and done later.
extension Account {
    mutating func merge(_ from: String, into: String, at now: WorldTime) {
        pendingMerges.append(
            PendingMerge(from: from, into: into, due: now.advanced(byMilliseconds: quirks.mergeLagInMilliseconds)))
    }

    mutating func finishMerges(at now: WorldTime) {
        guard !pendingMerges.isEmpty else { return }
        let due = pendingMerges.filter { $0.due <= now }
        pendingMerges.removeAll { $0.due <= now }
        for merge in due {
            // One that was merged into a third meanwhile, or deleted, stays where it is.
            guard merge.from != merge.into, let from = customers[merge.from], customers[merge.into] != nil else {
                continue
            }
            move(invoicesOfCustomer[merge.from] ?? [], to: merge.into)
            customers.remove(merge.from)
            invoicesOfCustomer[merge.from] = nil
            _ = customers.change(merge.into) { into in
                into.keys += from.keys
                into.tags += from.tags.filter { !into.tags.contains($0) }
                into.connected += from.connected
                for member in from.custom where !into.custom.contains(where: { $0.name == member.name }) {
                    into.custom.append(member)
                }
            }
        }
    }

    var mergesAhead: Int { pendingMerges.count }
}
