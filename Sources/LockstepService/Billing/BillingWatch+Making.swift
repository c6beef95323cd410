import ChartMogulFeed
import ConfigurationReading
import Connectors
import Keap
import KeapBilling
import RateLimits

extension BillingWatch {
    /// Nil for a gym whose bills go nowhere.
    static func make(
        of gym: Gym, _ settings: GymConfiguration, share: BudgetShare, _ configuration: Configuration,
        _ ground: Composition.Ground
    ) -> BillingWatch? {
        guard let source = gym.sources[KeapHookSource.self] else { return nil }
        // In no hurry: what is wrong with hooks only makes polls more frequent.
        let calls = gym.account.gateway.billing(.bulk, for: share)
        var desk: HookDesk?
        if let address = configuration.publicURL, let token = source.settings.hookToken {
            desk = HookDesk(gym: gym.id.description, publicURL: address, token: token.text, calls: calls)
        }
        let bills = BillingQueue(queue: ground.queue, tenant: gym.id.tenant)
        let clock = ground.surroundings.clock
        let feed = gym.destinations.lazy.compactMap { $0 as? Feed }.first
        let comparer = feed.map { feed in
            BooksComparer(
                of: gym.id, BooksComparison.Ground(feed: feed, bills: bills, keap: calls, clock: clock))
        }
        return BillingWatch(
            of: gym.id, source.settings, desk: desk, bills: bills, calls: calls, comparer: comparer, clock: clock,
            log: ground.log)
    }
}
