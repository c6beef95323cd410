import Keap
import KeapBilling
import Synchronization

/// Bills as a gym's account holds them, and each call that was made.
final class FakeKeap: BillingAPI {
    struct Account {
        var subscriptions: [KeapSubscription] = []
        var orders: [KeapOrder] = []
        var transactions: [KeapTransaction] = []
        var products: [KeapProduct] = []
        var payers: [KeapPayer] = []
        /// Those whose contacts were changed.
        var changedPayers: [KeapPayer] = []
        var calls: [ReadingStep] = []
        var pageSize = 1_000
    }

    let account: Mutex<Account>

    init(_ account: Account = Account()) { self.account = Mutex(account) }

    func change(_ body: (inout Account) -> Void) { account.withLock { body(&$0) } }
    /// The calls since the last time.
    func takeCalls() -> [ReadingStep] {
        account.withLock { account in
            defer { account.calls = [] }
            return account.calls
        }
    }

    private func page<Item: Sendable>(
        _ step: ReadingStep, _ page: String?, _ items: (Account) -> [Item]
    ) -> Page<Item> {
        account.withLock { account in
            account.calls.append(step)
            let all = items(account)
            let start = min(page.flatMap { Int($0) } ?? 0, all.count)
            let end = min(start + account.pageSize, all.count)
            return Page(items: Array(all[start..<end]), next: end < all.count ? "\(end)" : nil)
        }
    }

    func subscriptions(
        _ which: SubscriptionSelection, page: String?
    ) async throws(KeapFailure) -> Page<KeapSubscription> {
        self.page(.subscriptions(which, page: page), page) { account in
            switch which {
            case .contact(let id): account.subscriptions.filter { $0.contact == id }
            case .ids(let ids): account.subscriptions.filter { ids.contains($0.id) }
            case .newestFirst: account.subscriptions.sorted { $0.modified ?? 0 > $1.modified ?? 0 }
            case .after(let id):
                account.subscriptions.sorted { $0.id < $1.id }.filter { one in id.map { one.id > $0 } ?? true }
            }
        }
    }

    func orders(_ which: OrderSelection, page: String?) async throws(KeapFailure) -> Page<KeapOrder> {
        self.page(.orders(which, page: page), page) { account in
            switch which {
            case .contact(let id): account.orders.filter { $0.contact == id }
            case .ids(let ids): account.orders.filter { ids.contains($0.id) }
            // Invoices have the ids of their orders here.
            case .invoice(let id): account.orders.filter { $0.id.text == id.text }
            case .modifiedSince(let time):
                account.orders.filter { $0.modified ?? 0 >= time }.sorted { $0.modified ?? 0 > $1.modified ?? 0 }
            case .after(let id):
                account.orders.sorted { $0.id < $1.id }.filter { one in id.map { one.id > $0 } ?? true }
            }
        }
    }

    func transactions(
        _ which: TransactionSelection, page: String?
    ) async throws(KeapFailure) -> Page<KeapTransaction> {
        self.page(.transactions(which, page: page), page) { account in
            switch which {
            case .order(let id): account.transactions.filter { $0.orders.contains(id) }
            case .contact(let id): account.transactions.filter { $0.contact == id }
            case .between(let since, let until):
                account.transactions.filter { (since...until).contains($0.time ?? 0) }
                    .sorted { $0.time ?? 0 < $1.time ?? 0 }
            }
        }
    }

    func products(_ which: ProductSelection, page: String?) async throws(KeapFailure) -> Page<KeapProduct> {
        self.page(.products(which, page: page), page) { account in
            if case .ids(let ids) = which { account.products.filter { ids.contains($0.id) } } else { account.products }
        }
    }

    func payers(_ which: PayerSelection, page: String?) async throws(KeapFailure) -> Page<KeapPayer> {
        self.page(.payers(which, page: page), page) { account in
            // Keap filters by a time that its answer does not tell.
            if case .ids(let ids) = which {
                account.payers.filter { ids.contains($0.id) }
            } else {
                account.changedPayers
            }
        }
    }

    func subscription(_ id: SubscriptionID) async throws(KeapFailure) -> KeapSubscription {
        throw .gone(message: "not asked for")
    }
    func order(_ id: OrderID) async throws(KeapFailure) -> KeapOrder { throw .gone(message: "not asked for") }
    func product(_ id: ProductID) async throws(KeapFailure) -> KeapProduct { throw .gone(message: "not asked for") }
    func payer(_ id: ContactID) async throws(KeapFailure) -> KeapPayer { throw .gone(message: "not asked for") }
}
