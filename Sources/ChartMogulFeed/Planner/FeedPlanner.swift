package import ChartMogul
package import Connectors
package import Keap

/// Decides, step by step, how ChartMogul comes to hold what it is to: the difference between that and what the state says
/// was sent. Cut off anywhere, it goes on from the state alone.
///
/// Before something is created, the intent is kept (`begin`). An intent of an earlier run means that it may be there: it is
/// looked for by its external id and data source, and compared.
package struct FeedPlanner: Sendable {
    package internal(set) var state: FeedState
    package let desired: DesiredBooks
    var dataSource: String?
    /// Uuids by external ids.
    var plans: [String: String] = [:]
    /// What is wanted, by the keys of intents: to write it out takes long.
    let digests: [String: Int64]
    /// The job that is tried. 0: none, and nothing that was refused is left alone.
    private let job: UInt64
    /// Intents of this run, and what was looked for and not found.
    var fresh: Set<String> = []
    /// Things that ChartMogul would not make, with its words: they are looked for before anything else is said of them.
    var mustFind: [String: String] = [:]
    /// Things that are given up in this run.
    var refused: Set<String> = []
    package internal(set) var refusals: [String] = []
    var fixes: [String: [InvoiceFix]] = [:]
    /// Invoices go one by one: a request of several was refused as a whole.
    var goesOneByOne = false
    /// How often each thing was not there yet.
    var waits: [String: Int] = [:]
    /// The account takes no trial lines: the books are to be made without.
    package internal(set) var refusesTrials = false

    static let mostInvoices = 40

    /// - Parameter job: the one that is tried. What an earlier one was refused is left alone until it is to be another.
    package init(_ state: FeedState, _ desired: DesiredBooks, job: UInt64 = 0) {
        (self.state, self.desired, self.job) = (state, desired, job)
        digests = Self.digests(desired)
        for (key, thing) in state.refused ?? [:] {
            if thing.job < job, thing.digest == digests[key] ?? 0 {
                refused.insert(key)
            } else {
                self.state.refused?[key] = nil
            }
        }
        if self.state.refused?.isEmpty == true { self.state.refused = nil }
    }

    private static func digests(_ desired: DesiredBooks) -> [String: Int64] {
        var digests: [String: Int64] = [:]
        for customer in desired.customers { digests[FeedStep.key(customer.contact)] = Digest.of(customer.body) }
        for merge in desired.merges { digests[FeedStep.mergeKey(merge.from)] = Digest.of(merge.into.text) }
        for invoice in desired.invoices { digests[FeedStep.key(invoice.order)] = Digest.of(invoice.body) }
        for event in desired.events { digests[FeedStep.key(event: event.externalID)] = event.digest }
        return digests
    }

    /// Gives a thing up, until it is to be another or a person has it tried again.
    mutating func giveUp(_ key: String) {
        refused.insert(key)
        guard (state.refused?.count ?? 0) < Self.mostRefused else { return }
        state.refused = (state.refused ?? [:]).merging([key: RefusedThing(digest: digests[key] ?? 0, job: job)]) { $1 }
    }

    /// A lane's state has a bound. Of more, each is tried again with each reading.
    static let mostRefused = 200

    package mutating func know(dataSource uuid: String) { dataSource = uuid }
    package mutating func know(plan externalID: String, uuid: String) { plans[externalID] = uuid }

    /// Nil: nothing is left to do.
    package mutating func next() -> FeedStep? {
        guard let step = difference() else { return nil }
        return dataSource == nil ? .dataSource : step
    }

    /// The step is about to be made. True: the state has changed, and must be kept before.
    package mutating func begin(_ step: FeedStep) -> Bool {
        let keys = step.creates
        fresh.formUnion(keys)
        let before = state.intents.count
        state.intents.formUnion(keys)
        return state.intents.count > before
    }

    private mutating func difference() -> FeedStep? {
        customerStep() ?? mergeStep() ?? eventStep(ofKnown: true) ?? invoiceStep() ?? eventStep(ofKnown: false)
            ?? goneCustomerStep()
    }

    /// Whether it may be there though no answer said so.
    private func mayExist(_ key: String) -> Bool {
        mustFind[key] != nil || state.intents.contains(key) && !fresh.contains(key)
    }

    private func customerStep() -> FeedStep? {
        for customer in desired.customers {
            let (contact, key) = (customer.contact, FeedStep.key(customer.contact))
            guard !refused.contains(key) else { continue }
            guard let sent = state.customers[contact.text] else {
                return mayExist(key) ? .findCustomer(contact) : .createCustomer(contact, customer.body)
            }
            let raw = customer.body.attributes[CustomerBody.rawEmail]
            if sent.digest == digests[key] { continue }
            if raw == nil, sent.hasRawEmail { return .removeRawEmail(contact, uuid: sent.uuid) }
            if let raw, !sent.hasRawEmail { return .writeRawEmail(contact, uuid: sent.uuid, raw) }
            return .updateCustomer(contact, uuid: sent.uuid, customer.body)
        }
        return nil
    }

    private func mergeStep() -> FeedStep? {
        for merge in desired.merges {
            let key = FeedStep.mergeKey(merge.from)
            guard let from = state.customers[merge.from.text], let into = state.customers[merge.into.text],
                from.uuid != into.uuid, !refused.contains(key)
            else { continue }
            return mayExist(key) ? .findCustomer(merge.from) : .merge(merge.from, uuid: from.uuid, into: into.uuid)
        }
        return nil
    }

    /// First what is to go: one of another kind may be to come in its place.
    private func eventStep(ofKnown isKnown: Bool) -> FeedStep? {
        for (id, digest) in state.events.sorted(by: { $0.key < $1.key })
        where digests[FeedStep.key(event: id)] != digest && !refused.contains(FeedStep.key(event: id)) {
            return .deleteEvent(id)
        }
        for key in state.intents.sorted() where key.hasPrefix("e:") && !fresh.contains(key) && !refused.contains(key) {
            let id = String(key.dropFirst(2))
            if digests[key] == nil, state.events[id] == nil { return .findEvent(id) }
        }
        for event in desired.events where state.events[event.externalID] == nil {
            let key = FeedStep.key(event: event.externalID)
            guard !refused.contains(key), !isKnown || state.subscriptions.contains(event.subscription) else { continue }
            // Nothing was made of it, so nothing can end.
            guard isKnown || state.subscriptions.contains(event.subscription) else { continue }
            return mayExist(key) ? .findEvent(event.externalID) : .createEvent(event)
        }
        return nil
    }

    private mutating func invoiceStep() -> FeedStep? {
        for order in desired.withoutInvoice.sorted() {
            let key = FeedStep.key(order)
            guard !refused.contains(key), state.invoices[order.text] != nil || mayExist(key) else { continue }
            if let fix = nextFix(order) { return .fix(order, fix) }
            return .findInvoice(order)
        }
        var batch: [DesiredInvoice] = []
        for invoice in desired.invoices {
            let key = FeedStep.key(invoice.order)
            guard !refused.contains(key), let customer = state.customers[invoice.contact.text] else { continue }
            if let sent = state.invoices[invoice.order.text] {
                let isElsewhere = state.customers[sent.contact].map { $0.uuid != customer.uuid } ?? false
                if sent.digest == digests[key], !isElsewhere { continue }
                if let plan = missingPlan(of: invoice) { return .plan(plan) }
                if let fix = nextFix(invoice.order) { return .fix(invoice.order, fix) }
                return .findInvoice(invoice.order)
            }
            if let plan = missingPlan(of: invoice) { return .plan(plan) }
            if mayExist(key) {
                if let fix = nextFix(invoice.order) { return .fix(invoice.order, fix) }
                return .findInvoice(invoice.order)
            }
            guard batch.first.map({ $0.contact == invoice.contact }) ?? true else { continue }
            batch.append(invoice)
            if goesOneByOne || batch.count == Self.mostInvoices { break }
        }
        guard let contact = batch.first?.contact, let customer = state.customers[contact.text] else { return nil }
        return .createInvoices(batch.map(\.body), orders: batch.map(\.order), of: contact, uuid: customer.uuid)
    }

    private func nextFix(_ order: OrderID) -> InvoiceFix? { fixes[order.text]?.first }

    private func missingPlan(of invoice: DesiredInvoice) -> PlanBody? {
        invoice.body.lines.lazy.compactMap(\.plan).first { plans[$0] == nil }.flatMap { desired.plans[$0] }
    }

    private func goneCustomerStep() -> FeedStep? {
        for contact in desired.goneCustomers.sorted() where !refused.contains(FeedStep.key(contact)) {
            if let sent = state.customers[contact.text] { return .deleteCustomer(contact, uuid: sent.uuid) }
        }
        return nil
    }
}

extension FeedStep {
    static func key(_ contact: ContactID) -> String { "c:\(contact)" }
    static func mergeKey(_ contact: ContactID) -> String { "m:\(contact)" }
    static func key(_ order: OrderID) -> String { "i:\(order)" }
    static func key(event: String) -> String { "e:\(event)" }

    /// What it makes, by the keys of intents.
    var creates: [String] {
        switch self {
        case .createCustomer(let contact, _): [Self.key(contact)]
        case .merge(let contact, _, _): [Self.mergeKey(contact)]
        case .createInvoices(_, let orders, _, _): orders.map(Self.key)
        case .createEvent(let event): [Self.key(event: event.externalID)]
        default: []
        }
    }
}

extension EventBody {
    /// Whose customer it is may change by a merge.
    var digest: Int64 {
        var same = self
        same.customer = ""
        return Digest.of(same)
    }
}
