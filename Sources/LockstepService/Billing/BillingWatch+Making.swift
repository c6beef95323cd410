import ChartMogulFeed
import ConfigurationReading
import Connectors
import Keap
import KeapBilling
import RateLimits

extension BillingWatch {
    /// The entry of attention that tells of hooks.
    private static let hooksLane = "hooks"

    /// Nil for a gym whose bills go nowhere.
    static func make(
        of gym: Gym, share: BudgetShare, to account: ChartMogulAccount?,
        _ configuration: Configuration, _ ground: Composition.Ground
    ) async -> BillingWatch? {
        guard let source = gym.sources[KeapHookSource.self], let account else {
            await gym.note([], about: "", lane: hooksLane, job: "")
            return nil
        }
        // In no hurry: what is wrong with hooks only makes polls more frequent.
        let calls = gym.account.gateway.billing(.bulk, for: share)
        var desk: HookDesk?
        if let address = configuration.publicURL, let token = source.settings.hookToken {
            desk = HookDesk(gym: gym.id.description, publicURL: address, token: token.text, calls: calls)
        }
        let bills = BillingQueue(queue: ground.queue, tenant: gym.id.tenant)
        let clock = ground.surroundings.clock
        let comparer = gym.feed.map { feed in
            BooksComparer(
                of: gym.id, BooksComparison.Ground(feed: feed, bills: bills, keap: calls, clock: clock))
        }
        return BillingWatch(
            of: gym.id, source.settings, desk: desk, account: account, bills: bills, calls: calls, comparer: comparer,
            note: { await gym.note($0, about: "Keap's hooks", lane: hooksLane, job: "") }, clock: clock,
            log: ground.log)
    }
}
