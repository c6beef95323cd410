import ChartMogul
import Keap

extension FeedState {
    /// A lane's state holds 64 KiB.
    static let mostBytes = 44 << 10
    private static let mostFolded = 600

    /// Keeps of what is old and done only what tells whether it changes, until the state is small enough: first of orders,
    /// then of what subscriptions were.
    mutating func fold(_ desired: DesiredBooks) {
        guard bytes.count > Self.mostBytes else { return }
        foldOrders(desired, keeping: 3)
        if bytes.count > Self.mostBytes { facts.thinOut() }
        if bytes.count > Self.mostBytes { foldOrders(desired, keeping: 1) }
        // One that is forgotten is found again by its external id.
        var oldest = folded.sorted { ($0.value.ordered, $0.key) > ($1.value.ordered, $1.key) }.map(\.key)
        while folded.count > Self.mostFolded || !folded.isEmpty && bytes.count > Self.mostBytes {
            // Several at once: to measure it takes long.
            for _ in 0..<16 { if let id = oldest.popLast() { folded[id] = nil } }
        }
    }

    private mutating func foldOrders(_ desired: DesiredBooks, keeping bills: Int) {
        let digests = Dictionary(desired.invoices.map { ($0.order.text, Digest.of($0.body)) }) { first, _ in first }
        let kept = indispensable(bills)
        let old = facts.orders.values.sorted { ($0.ordered ?? 0, $0.id) < ($1.ordered ?? 0, $1.id) }
        for (index, order) in old.enumerated() {
            let id = order.id.text
            if index % 16 == 0, bytes.count <= Self.mostBytes { break }
            guard let sent = invoices[id], sent.digest == digests[id] || order.isGone, !kept.contains(id) else {
                continue
            }
            folded[id] = FoldedOrder(
                digest: sent.digest, contact: sent.contact, ordered: order.ordered ?? 0, age: order.age)
            (invoices[id], facts.orders[id]) = (nil, nil)
        }
    }

    /// The first order of each subscription and contact, which tells whose it was, and the last few of each subscription.
    private func indispensable(_ keptBills: Int) -> Set<String> {
        var kept: Set<String> = []
        var bills: [String: [(time: Int64, order: String)]] = [:]
        var firsts: [String: (time: Int64, order: String)] = [:]
        for order in facts.orders.values {
            let time = order.ordered ?? 0
            for subscription in order.items.compactMap(\.subscription?.text) {
                bills[subscription, default: []].append((time, order.id.text))
                let key = "\(subscription)/\(order.firstContact?.text ?? "")"
                if firsts[key].map({ (time, order.id.text) < $0 }) ?? true { firsts[key] = (time, order.id.text) }
            }
        }
        kept.formUnion(firsts.values.map(\.order))
        for list in bills.values { kept.formUnion(list.sorted { $0 < $1 }.suffix(keptBills).map(\.order)) }
        return kept
    }
}
