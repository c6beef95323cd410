package import Keap

/// An order as it was read last, with what was paid.
package struct OrderFacts: Codable, Hashable, Sendable {
    package var id: OrderID
    /// The contact that it had first, as far as is known.
    package private(set) var firstContact: ContactID?
    private var firstTime: Int64?
    package private(set) var contact: ContactID?
    package private(set) var status: String?
    package private(set) var currency: String?
    package private(set) var total: Int64?
    package private(set) var totalPaid: Int64?
    package private(set) var ordered: Int64?
    package private(set) var due: Int64?
    package private(set) var items: [ItemFacts] = []
    /// Nil if they were never read.
    package private(set) var transactions: [TransactionFacts]?
    /// When it was changed last, as Keap says.
    package private(set) var modified: Int64?
    private var readAt: Int64 = .min
    private var lastRead: Int64 = .min
    private var transactionsReadAt: Int64 = .min
    private var goneAt: Int64?

    private enum CodingKeys: String, CodingKey {
        case id = "i"
        case firstContact = "f"
        case firstTime = "ft"
        case contact = "c"
        case status = "s"
        case currency = "u"
        case total = "t"
        case totalPaid = "tp"
        case ordered = "o"
        case due = "d"
        case items = "l"
        case transactions = "p"
        case modified = "m"
        case readAt = "r"
        case lastRead = "lr"
        case transactionsReadAt = "pr"
        case goneAt = "g"
    }

    package init(id: OrderID) { self.id = id }

    /// Whether Keap does not know it any more.
    package var isGone: Bool { goneAt.map { $0 > lastRead } ?? false }

    mutating func isGone(at time: Int64) { goneAt = max(goneAt ?? time, time) }

    /// Keeps of one that is gone only that it is.
    mutating func thinOut() {
        guard isGone else { return }
        (items, transactions, status, due) = ([], nil, nil, nil)
    }

    mutating func take(_ bill: OrderBill, _ read: Int64) {
        let order = bill.order
        var other = OrderFacts(id: id)
        (other.contact, other.firstContact) = (order.contact, order.contact)
        other.firstTime = order.modified ?? read
        other.status = order.status
        let money = [order.total, order.totalPaid, order.totalDue] + order.items.map(\.pricePerUnit)
        other.currency = money.lazy.compactMap { $0?.currency }.first { !$0.isEmpty }?.uppercased()
        (other.total, other.totalPaid) = (order.total?.units, order.totalPaid?.units)
        other.ordered = order.ordered ?? order.created
        (other.due, other.modified) = (order.due, order.modified)
        other.items = order.items.map(ItemFacts.init)
        (other.readAt, other.lastRead) = (read, read)
        if let transactions = bill.transactions {
            other.transactions = transactions.map(TransactionFacts.init)
            other.transactionsReadAt = read
        }
        self = united(with: other)
    }

    package func united(with other: Self) -> Self {
        let (old, new) = (other.age, other.readAt) < (age, readAt) ? (other, self) : (self, other)
        var united = new
        if new.transactionsReadAt < old.transactionsReadAt {
            (united.transactions, united.transactionsReadAt) = (old.transactions, old.transactionsReadAt)
        }
        if let time = old.firstTime, old.firstContact != nil, time < new.firstTime ?? .max {
            (united.firstContact, united.firstTime) = (old.firstContact, old.firstTime)
        }
        united.lastRead = max(old.lastRead, new.lastRead)
        united.goneAt = [old.goneAt, new.goneAt].compactMap { $0 }.max()
        return united
    }

    /// Of two readings the one with the later `modified` counts.
    var age: Int64 { min(modified ?? readAt, readAt) }
}
