package import Keap

/// Works out what is to be read for one page of the past, with few calls: payments by their time, for all of the page's
/// orders at once; order by order only where what was found does not add up.
package struct HistoryPlan {
    /// Payments this long after a page's last order are read with it.
    static let paymentReach: Int64 = 8 * 86_400_000

    private enum Stage: Int { case beginning, payments, contacts, payers, products, done }

    private let page: HistoryPage
    private let now: Int64
    private var stage = Stage.beginning
    private var waiting: [ReadingStep] = []
    private var subscriptions: [KeapSubscription] = []
    private var orders: [KeapOrder] = []
    private var transactions = TransactionReading()
    private var transactionPages = 0
    private var hasAskedOneByOne = false
    private var wantedPayers: Set<ContactID> = []
    private var known: Set<ContactID> = []
    private var payers: [ContactID: KeapPayer] = [:]
    private var isLast = true
    private var products: [ProductID: KeapProduct]

    package init(_ page: HistoryPage, products: [ProductID: KeapProduct] = [:], now: Int64) {
        (self.page, self.now, self.products) = (page, now, products)
        waiting =
            switch page.stage {
            case .subscriptions: [.subscriptions(.after(page.after.map { SubscriptionID($0) }), page: nil)]
            case .orders: [.orders(.after(page.after.map { OrderID($0) }), page: nil)]
            }
    }

    package mutating func next() -> ReadingStep? {
        while waiting.isEmpty, let following = Stage(rawValue: stage.rawValue + 1) {
            // What does not add up is asked for once the rest was read.
            if stage == .payments, !hasAskedOneByOne {
                askOneByOne()
                continue
            }
            stage = following
            enter(following)
        }
        return waiting.first
    }

    package mutating func take(_ answer: ReadingAnswer, to step: ReadingStep) {
        guard waiting.first == step else { return }
        waiting.removeFirst()
        switch answer {
        case .subscriptions(let found): (subscriptions, isLast) = (found.items, found.next == nil)
        case .orders(let found): (orders, isLast) = (found.items, found.next == nil)
        case .transactions(let found):
            transactions.take(found.items)
            transactionPages += 1
            // Orders out of the order of time make a long span: then few of its payments are theirs.
            if case .transactions(.between, _) = step, transactionPages > 1 + orders.count / 200 { return }
            if let next = found.next, let following = step.following(next) { waiting.insert(following, at: 0) }
        case .payers(let found):
            for payer in found.items { payers[payer.id] = payer }
            if let next = found.next, let following = step.following(next) { waiting.insert(following, at: 0) }
        case .products(let found):
            for product in found.items { products[product.id] = product }
            if let next = found.next, let following = step.following(next) { waiting.insert(following, at: 0) }
        case .known(let contacts): known.formUnion(contacts)
        }
    }

    private mutating func enter(_ stage: Stage) {
        switch stage {
        case .beginning, .done: break
        case .payments:
            let begins = orders.compactMap(\.earliest)
            guard let since = begins.min(), let last = begins.max() else { return }
            let (until, overflow) = last.addingReportingOverflow(Self.paymentReach)
            guard !overflow else { return }
            waiting.append(.transactions(.between(since: since, until: min(until, now + 86_400_000)), page: nil))
        case .contacts:
            let contacts = Set(subscriptions.compactMap(\.contact) + orders.compactMap(\.contact))
            if !contacts.isEmpty { waiting.append(.known(contacts.sorted())) }
            wantedPayers = contacts
        case .payers:
            wantedPayers.subtract(known)
            for part in wantedPayers.sorted().parts { waiting.append(.payers(.ids(part), page: nil)) }
        case .products:
            let referred = subscriptions.compactMap(\.product) + orders.flatMap { $0.items.compactMap(\.product) }
            for part in Set(referred).subtracting(products.keys).sorted().parts {
                waiting.append(.products(.ids(part), page: nil))
            }
        }
    }

    private mutating func askOneByOne() {
        hasAskedOneByOne = true
        for order in orders where !transactions.addsUp(for: order) {
            transactions.read(of: order.id)
            waiting.append(.transactions(.order(order.id), page: nil))
        }
    }

    // MARK: Once all was read

    package var snapshots: [BillingSnapshot] {
        var grouping = SnapshotGrouping(readAt: now, isHistory: true)
        for payer in payers.values.sorted(by: { $0.id < $1.id }) { grouping.add(payer) }
        for contact in wantedPayers.sorted() where payers[contact] == nil { grouping.add(goneContact: contact) }
        for subscription in subscriptions { grouping.add(subscription) }
        for order in orders {
            grouping.add(OrderBill(order, transactions: transactions.transactions(of: order.id)))
        }
        return grouping.snapshots(products)
    }

    /// Contacts whose payer was read.
    package var readPayers: Set<ContactID> { Set(payers.keys) }
    package var knownProducts: [ProductID: KeapProduct] { products }

    /// Nil after the last page.
    package var following: HistoryPage? {
        let last = page.stage == .subscriptions ? subscriptions.last?.id.text : orders.last?.id.text
        return page.following(last: last, isLast: isLast)
    }

    package func progress(after before: HistoryProgress?) -> HistoryProgress {
        var progress =
            before.flatMap { $0.run == page.run ? $0 : nil } ?? HistoryProgress(run: page.run, startedAt: now)
        progress.subscriptions += subscriptions.count
        progress.orders += orders.count
        progress.isDone = following == nil
        progress.endedAt = progress.isDone ? now : nil
        return progress
    }
}
