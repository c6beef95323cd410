import Clocks
import Connectors
import Keap
import KeapBilling
import RateLimits

extension BillingReader {
    /// Nil for a gym whose bills go nowhere.
    @Sendable static func make(_ ground: GymGround) async throws -> BillingReader? {
        guard let source = ground.gym.sources[KeapHookSource.self] else { return nil }
        let (account, share, clock, gym) = (ground.account, ground.share, ground.clock, ground.gym.id)
        return BillingReader(
            source.settings, peer: account, snapshots: BillingQueue(queue: ground.queue, tenant: gym.tenant),
            // Changes of contacts go before bills, whose hints come from Keap and are in no hurry.
            calls: { _, begin in account.gateway.billing(.bulk, for: share, begin: begin) },
            obstacle: { state in await account.wait(of: gym, state: state) }, now: { clock.wall.milliseconds })
    }
}
