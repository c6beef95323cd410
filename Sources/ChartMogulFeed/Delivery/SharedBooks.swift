import AsyncPrimitives
package import ChartMogul
import RateLimits
import Synchronization

/// What a gym's lanes share: the data source and the plans, each looked for before it is made, by one lane at a time.
package final class SharedBooks: Sendable {
    private struct State {
        var dataSource: String?
        /// Uuids by external ids.
        var plans: [String: String] = [:]
        var takesTrialLines = true
    }

    private let state = Mutex(State())
    private let locks = KeyedLock<String, Void>()

    package init() {}

    /// Whether the account takes lines of the type `trial`, as far as is known.
    package var takesTrialLines: Bool { state.withLock { $0.takesTrialLines } }
    func noteNoTrialLines() { state.withLock { $0.takesTrialLines = false } }

    /// The uuid of the data source of a name, which is made if there is none.
    package func dataSource(
        named name: String, _ caller: FeedCaller
    ) async throws(ChartMogulFailure) -> String {
        guard let hold = await locks.acquire("data source") else { throw .cancelled }
        defer { hold.release() }
        if let known = state.withLock({ $0.dataSource }) { return known }
        let found = try await caller.perform(.dataSources(named: name)).first
        let uuid = if let found { found.uuid } else { try await caller.perform(.createDataSource(name)).uuid }
        state.withLock { $0.dataSource = uuid }
        return uuid
    }

    /// The uuid of a plan, which is made if there is none.
    func plan(_ plan: PlanBody, in source: String, _ caller: FeedCaller) async throws(ChartMogulFailure) -> String {
        guard let hold = await locks.acquire(plan.externalID) else { throw .cancelled }
        defer { hold.release() }
        let id = plan.externalID
        if let known = state.withLock({ $0.plans[id] }) { return known }
        var found = try await caller.perform(.plans(externalID: id, in: source)).items.first
        if found == nil {
            do throws(ChartMogulFailure) {
                found = try await caller.perform(.createPlan(plan, in: source))
            } catch {
                // It may have been made by an earlier run whose answer was lost.
                guard case .refused = error else { throw error }
                found = try await caller.perform(.plans(externalID: id, in: source)).items.first
                if found == nil { throw error }
            }
        }
        guard let uuid = found?.uuid else { throw .unclear(reason: "ChartMogul shows no plan \(id).") }
        state.withLock { $0.plans[id] = uuid }
        return uuid
    }
}
