import ChartMogul
import Connectors
import Keap

/// Tells ChartMogul the names of products: those of its plans follow. The name that was read last stays.
struct PlanNames {
    private(set) var products: [KeapProduct] = []
    private var state: FeedState
    private let dataSource: String
    private let shared: SharedBooks
    private let caller: FeedCaller

    /// More plans than any gym's account holds.
    private static let mostPages = 100
    /// A lane's state has a bound. What is forgotten is told again.
    private static let mostNames = 1_000

    init(_ change: BillingChange, _ state: FeedState, dataSource: String, _ shared: SharedBooks, _ caller: FeedCaller) {
        (self.state, self.dataSource, self.shared, self.caller) = (state, dataSource, shared, caller)
        var named = state.named ?? [:]
        var news: [String: KeapProduct] = [:]
        for snapshot in change.snapshots {
            for product in snapshot.products where named[product.id.text].map({ $0 < snapshot.readAt }) ?? true {
                (named[product.id.text], news[product.id.text]) = (snapshot.readAt, product)
            }
        }
        products = news.values.sorted { $0.id < $1.id }
        let surplus = named.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(
            max(named.count - Self.mostNames, 0))
        for (id, _) in surplus { named[id] = nil }
        self.state.named = named
    }

    func deliver(before: [UInt8]) async -> Delivery {
        guard !products.isEmpty else { return .done(state: before, notes: []) }
        do throws(ChartMogulFailure) {
            let source = try await shared.dataSource(named: dataSource, caller)
            var page: String?
            for _ in 0..<Self.mostPages {
                let found = try await caller.perform(.plans(of: source, page: page))
                for plan in found.items { try await rename(plan) }
                guard let next = found.next, next != page else { break }
                page = next
            }
            return .done(state: state.bytes, notes: [])
        } catch {
            return error.delivery(of: "name plans as their products in Keap", state: before)
        }
    }

    private func rename(_ plan: FoundPlan) async throws(ChartMogulFailure) {
        guard let product = products.last(where: { $0.isSold(as: plan.body.externalID) }), !product.name.isEmpty else {
            return
        }
        let name = BillingRules.name(of: product.name, plan.body.count, plan.body.unit)
        if name != plan.body.name { try await caller.perform(.renamePlan(plan.uuid, name)) }
    }
}

extension KeapProduct {
    /// Whether a plan of ChartMogul's, by its external id, is one of the product's.
    fileprivate func isSold(as externalID: String) -> Bool {
        (plans.map(\.id.text) + ["product-\(id)"]).contains { externalID.hasPrefix(ExternalID.plans(of: $0)) }
    }
}

extension ChartMogulFailure {
    /// - Parameter doing: to stand after "ChartMogul refused to".
    func delivery(of doing: String, state: [UInt8]) -> Delivery {
        switch self {
        case .cancelled: .interrupted(state: state)
        case .unavailable(let reason):
            .retry(reason: "ChartMogul could not be reached to \(doing): \(reason)", state: state, isDoubtful: false)
        case .unauthorized(let message):
            .retry(
                reason: "ChartMogul does not accept this gym's key: \(message)", state: state, isDoubtful: false)
        case .unclear(let reason):
            .retry(
                reason: "ChartMogul gave no clear answer when asked to \(doing): \(reason)", state: state,
                isDoubtful: true)
        case .refused(_, let message), .gone(let message):
            .dead(reason: "ChartMogul refused to \(doing): \(message)", state: state)
        }
    }
}
