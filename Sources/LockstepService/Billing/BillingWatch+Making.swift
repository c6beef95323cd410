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
        return BillingWatch(
            of: gym.id, source.settings, desk: desk,
            bills: BillingQueue(queue: ground.queue, tenant: gym.id.tenant), calls: calls,
            clock: ground.surroundings.clock, log: ground.log)
    }
}
