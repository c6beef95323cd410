package import Foundation
package import Keap

/// Works out what is to be read of Keap for hints and polls, step by step, and what of it is passed on.
///
/// Hints are read by their ids, which also tells what is gone; a poll reads what changed since the marks. Nothing is
/// passed on twice as it was. A value: the reader asks for the next step, performs it, and hands back the answer.
package struct ReadingPlan {
    /// The lane's state when all is passed on.
    package private(set) var state: ReadingState
    private let now: Int64
    private let today: Int64
    private let isPoll: Bool
    /// All subscriptions are listed, to learn the days on which they end.
    private let listsAll: Bool
    private var waiting: [ReadingStep] = []
    private var stage = Stage.beginning

    /// The order of reading: each stage asks for what the ones before refer to.
    private enum Stage: Int { case beginning, orders, details, contacts, payers, products, done }

    private var subscriptions: [SubscriptionID: KeapSubscription] = [:]
    private var orders: [OrderID: KeapOrder] = [:]
    /// Read again, as they were passed on.
    private var quietOrders: [KeapOrder] = []
    private var transactions = TransactionReading()
    private var payers: [ContactID: KeapPayer] = [:]
    private var wantedSubscriptions: Set<SubscriptionID>
    private var wantedOrders: Set<OrderID>
    private var goneSubscriptions: Set<SubscriptionID>
    private var goneOrders: Set<OrderID>
    private var wantedPayers: Set<ContactID> = []
    private var known: Set<ContactID> = []
    /// What is passed on, as it was or not: its day has come.
    private var due: Set<SubscriptionID>
    /// Fingerprints of all that was read and may be read again.
    private var read = SeenThings()
    private var products: [ProductID: KeapProduct]
    /// All of the account's are read, to learn which were renamed.
    private let listsProducts: Bool

    /// - Parameters:
    ///   - products: those that are known.
    ///   - now: milliseconds since 1970.
    package init(
        _ things: [KeapThing], isPoll: Bool, state: ReadingState, products: [ProductID: KeapProduct] = [:], now: Int64,
        in zone: TimeZone = .gmt
    ) {
        (self.state, self.now, self.products) = (state, now, products)
        today = DueDates.day(at: now, in: zone)
        self.isPoll = isPoll
        listsProducts = isPoll && state.products.isDue(at: now)
        func ids(_ kind: KeapThing.Kind, isDeleted: Bool) -> [String] {
            things.filter { $0.kind == kind && $0.isDeleted == isDeleted }.map(\.id)
        }
        goneSubscriptions = Set(ids(.subscription, isDeleted: true).map { SubscriptionID($0) })
        goneOrders = Set(ids(.order, isDeleted: true).map { OrderID($0) })
        due = Set(state.due.due(on: today))
        wantedSubscriptions = due.union(ids(.subscription, isDeleted: false).map { SubscriptionID($0) })
            .subtracting(goneSubscriptions)
        wantedOrders = Set(ids(.order, isDeleted: false).map { OrderID($0) }).subtracting(goneOrders)
        listsAll = isPoll && state.due.needsReading
        begin(sweeps: isPoll || things.contains { $0.kind == .invoice || $0.kind == .payment })
    }

    private mutating func begin(sweeps: Bool) {
        let first = now - ReadingMarks.firstReach
        func since(_ mark: Int64?, _ overlap: Int64) -> Int64 { mark.map { $0 - overlap } ?? first }
        if isPoll {
            waiting.append(.subscriptions(.newestFirst, page: nil))
            if listsAll { state.due.begin() }
        }
        if sweeps {
            waiting.append(
                .orders(.modifiedSince(since(state.marks.orders, ReadingMarks.overlap)), page: nil))
            let span = TransactionReading.Span(
                since: since(state.marks.transactions, ReadingMarks.transactionOverlap), until: now + 86_400_000)
            transactions.read(span)
            waiting.append(.transactions(.between(since: span.since, until: span.until), page: nil))
        }
        if isPoll {
            waiting.append(
                .payers(.updatedSince(since(state.marks.payers, ReadingMarks.overlap)), page: nil))
        }
        askForSubscriptions(wantedSubscriptions)
        askForOrders(wantedOrders)
    }

    private mutating func askForSubscriptions(_ ids: Set<SubscriptionID>) {
        for part in ids.sorted().parts { waiting.append(.subscriptions(.ids(part), page: nil)) }
    }

    private mutating func askForOrders(_ ids: Set<OrderID>) {
        for part in ids.sorted().parts { waiting.append(.orders(.ids(part), page: nil)) }
    }

    /// What is to be done next; nil when all was read. The same until its answer is taken.
    package mutating func next() -> ReadingStep? {
        while waiting.isEmpty, let following = Stage(rawValue: stage.rawValue + 1) {
            stage = following
            enter(following)
        }
        return waiting.first
    }

    /// - Parameter step: the one that `next()` gave.
    package mutating func take(_ answer: ReadingAnswer, to step: ReadingStep) {
        guard waiting.first == step else { return }
        waiting.removeFirst()
        switch answer {
        case .subscriptions(let page):
            let isRead = page.items.contains { !takes($0, from: step) }
            follow(step, isRead ? nil : page.next)
        case .orders(let page):
            for order in page.items { orders[order.id] = order }
            note(page.items.compactMap(\.modified), \.orders, from: step)
            follow(step, page.next)
        case .transactions(let page):
            transactions.take(page.items)
            note(page.items.compactMap(\.time), \.transactions, from: step)
            follow(step, page.next)
        case .payers(let page):
            for payer in page.items { payers[payer.id] = payer }
            follow(step, page.next)
        case .products(let page):
            for product in page.items { products[product.id] = product }
            follow(step, page.next)
        case .known(let contacts): known.formUnion(contacts)
        }
    }

    private mutating func follow(_ step: ReadingStep, _ page: String?) {
        if let page, let following = step.following(page) { waiting.insert(following, at: 0) }
    }

    /// False if what comes after it in its list was read before.
    private mutating func takes(_ subscription: KeapSubscription, from step: ReadingStep) -> Bool {
        state.due.note(subscription, today: today)
        guard case .subscriptions(.newestFirst, _) = step else {
            subscriptions[subscription.id] = subscription
            return true
        }
        let since = state.marks.subscriptions.map { $0 - ReadingMarks.overlap } ?? (now - ReadingMarks.firstReach)
        guard let modified = subscription.modified, modified < since else {
            subscriptions[subscription.id] = subscription
            return true
        }
        return listsAll
    }

    /// Only lists tell up to when all was read.
    private mutating func note(
        _ times: [Int64], _ mark: WritableKeyPath<ReadingMarks, Int64?>, from step: ReadingStep
    ) {
        switch step {
        case .orders(.modifiedSince, _), .transactions(.between, _): break
        default: return
        }
        // A time in the future would hide what comes before it.
        guard let newest = times.filter({ $0 <= now }).max() else { return }
        newMarks[keyPath: mark] = max(newMarks[keyPath: mark] ?? newest, newest)
    }

    private var newMarks = ReadingMarks()
}

// MARK: The stages

extension ReadingPlan {
    private mutating func enter(_ stage: Stage) {
        switch stage {
        case .beginning: break
        case .orders:
            goneSubscriptions.formUnion(wantedSubscriptions.subtracting(subscriptions.keys))
            goneOrders.formUnion(wantedOrders.subtracting(orders.keys))
            // Of those that were paid the order itself is wanted; not if all that was paid is known.
            let paid = transactions.orders.filter(hasNewPayment)
            quietOrders = orders.values.filter {
                !wantedOrders.contains($0.id) && !paid.contains($0.id) && state.seen.contains(Fingerprint.of($0))
            }
            for order in quietOrders { orders[order.id] = nil }
            askForOrders(paid.subtracting(orders.keys).subtracting(goneOrders))
        case .details:
            askForTransactions()
            let billed = orders.values.flatMap { $0.items.compactMap(\.subscription) }
            askForSubscriptions(Set(billed).subtracting(subscriptions.keys).subtracting(goneSubscriptions))
        case .contacts:
            let contacts = Set(payers.keys).union(billedContacts)
            if !contacts.isEmpty { waiting.append(.known(contacts.sorted())) }
        case .payers:
            wantedPayers = billedContacts.subtracting(known).subtracting(payers.keys)
            for part in wantedPayers.sorted().parts { waiting.append(.payers(.ids(part), page: nil)) }
        case .products where listsProducts: waiting.append(.products(.all, page: nil))
        case .products:
            let referred =
                newSubscriptions.compactMap(\.product)
                + orders.values.flatMap { $0.items.compactMap(\.product) }
            for part in Set(referred).subtracting(products.keys).sorted().parts {
                waiting.append(.products(.ids(part), page: nil))
            }
        case .done: finish()
        }
    }

    /// One by one, or all of some time where that is fewer calls.
    private mutating func askForTransactions() {
        let missing = orders.values.filter { !transactions.hasAll(of: $0) }
        let reach: Int64 = missing.count > 8 ? 40 : 3
        let recent = missing.filter { order in order.earliest.map { $0 >= now - reach * 86_400_000 } ?? false }
        var single = Set(missing.map(\.id))
        // A second span would hide what the first one holds.
        if transactions.span == nil, recent.count > 1, let since = recent.compactMap(\.earliest).min() {
            let span = TransactionReading.Span(since: since, until: now + 86_400_000)
            transactions.read(span)
            waiting.append(.transactions(.between(since: span.since, until: span.until), page: nil))
            single.subtract(recent.map(\.id))
        }
        for order in single.sorted() {
            transactions.read(of: order)
            waiting.append(.transactions(.order(order), page: nil))
        }
    }

    private func hasNewPayment(_ order: OrderID) -> Bool {
        transactions.transactions(of: order).contains { !state.seen.contains(Fingerprint.of($0)) }
    }

    private var newSubscriptions: [KeapSubscription] {
        subscriptions.values.filter { due.contains($0.id) || !state.seen.contains(Fingerprint.of($0)) }
    }

    private var billedContacts: Set<ContactID> {
        Set(newSubscriptions.compactMap(\.contact) + orders.values.compactMap(\.contact))
    }

    private mutating func finish() {
        if isPoll {
            state.polls += 1
            state.polledAt = now
            state.marks.payers = max(state.marks.payers ?? 0, newestPayer)
            let newest = subscriptions.values.compactMap(\.modified).filter { $0 <= now }.max()
            state.marks.subscriptions = max(state.marks.subscriptions ?? 0, newest ?? now - ReadingMarks.firstReach)
            for mark in [\ReadingMarks.orders, \ReadingMarks.transactions] {
                let old = state.marks[keyPath: mark] ?? now - ReadingMarks.firstReach
                state.marks[keyPath: mark] = max(old, newMarks[keyPath: mark] ?? old)
            }
        }
        for id in goneSubscriptions { state.due.remove(id) }
    }

    /// Payers do not say when they were changed.
    private var newestPayer: Int64 { now - ReadingMarks.overlap }
}

// MARK: What is passed on

extension ReadingPlan {
    /// Once all was read. Takes note of it in the state.
    package mutating func snapshots() -> [BillingSnapshot] {
        var grouping = SnapshotGrouping(readAt: now, isHistory: false)
        let billed = billedContacts
        for payer in payers.values.sorted(by: { $0.id < $1.id }) {
            let isWanted = wantedPayers.contains(payer.id)
            // Of those who pay nothing, no note is taken either: a gym's every change of a contact is listed.
            guard isWanted || known.contains(payer.id) || billed.contains(payer.id) else { continue }
            let isNews = isNews(payer)
            if isWanted || isNews { grouping.add(payer) }
        }
        for contact in wantedPayers.sorted() where payers[contact] == nil { grouping.add(goneContact: contact) }
        for subscription in subscriptions.values.sorted(by: { $0.id < $1.id }) {
            let isNews = isNews(subscription)
            if isNews || due.contains(subscription.id) { grouping.add(subscription) }
        }
        for order in orders.values.sorted(by: { $0.id < $1.id }) {
            let isNews = isNews(order)
            if isNews || hasNewPayment(order.id) {
                grouping.add(OrderBill(order, transactions: transactions.transactions(of: order.id)))
            }
        }
        for order in quietOrders { _ = isNews(order) }
        // Only now: one payment may be for two orders.
        for order in transactions.orders { for one in transactions.transactions(of: order) { _ = isNews(one) } }
        if listsProducts { for product in state.products.changed(products.values, at: now) { grouping.add(product) } }
        for id in goneSubscriptions.sorted() { grouping.add(gone: id) }
        for id in goneOrders.sorted() { grouping.add(gone: id) }
        // A poll has read all that it may read again.
        if isPoll { state.seen = read }
        return grouping.snapshots(products)
    }

    /// Products as they are known after it.
    package var knownProducts: [ProductID: KeapProduct] { products }

    private mutating func isNews(_ thing: some Encodable) -> Bool {
        let hash = Fingerprint.of(thing)
        let isNews = !state.seen.contains(hash)
        read.insert(hash)
        if !isPoll { state.seen.insert(hash) }
        return isNews
    }
}
