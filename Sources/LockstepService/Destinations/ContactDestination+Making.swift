import RateLimits
import Clocks
import ConfigurationReading
import ContactSync
import DurableQueue
import Keap

extension ContactDestination {
    /// With what is kept of the gym's tags. Every gym has one.
    @Sendable static func make(_ ground: GymGround) async throws -> ContactDestination? {
        let (gym, account, queue, clock) = (ground.gym, ground.account, ground.queue, ground.clock)
        let directory = "directory/\(gym.id)"
        let tags = try TagService(
            settings: gym.sync, saved: await queue.metadata(directory),
            calls: account.gateway.calls(for: ground.share), shared: { account.shared.making }
        ) { bytes in
            try await queue.setMetadata(directory, bytes, durable: true)
        }
        // What waits is about what will be searched for: more than one search for each who is new, none for the others.
        let bulk = account.gateway.calls(.bulk, for: ground.share)
        let origin = clock.now
        let readAhead = ContactPrefetch(calls: bulk, now: { origin.duration(to: clock.now) }) {
            await queue.pending(of: gym.id.tenant)
        }
        return ContactDestination(
            of: gym.id, tags, imports: ImportCalls(calls: bulk, readAhead: readAhead), account: account,
            resync: ContactResync(
                queue: queue, tenant: gym.id.tenant, survey: ResyncSurvey(keeper: tags, calls: bulk)),
            log: ground.log)
    }
}
