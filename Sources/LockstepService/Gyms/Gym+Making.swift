import Clocks
import ConfigurationReading
import ContactSync
import DurableQueue
import Keap
import RateLimits

extension Gym {
    /// With what is kept of it.
    static func make(
        _ gym: GymConfiguration, as share: BudgetShare, account: KeapAccount, _ queue: JobQueue,
        _ clock: any TimeSource, _ log: ServiceLog
    ) async throws -> Gym {
        let directory = "directory/\(gym.id)"
        let hints = "attention/\(gym.id)"
        let keeper = try TagService(
            settings: gym.sync, saved: await queue.metadata(directory), calls: account.gateway.calls(for: share),
            shared: { account.shared.making }
        ) { bytes in
            try await queue.setMetadata(directory, bytes, durable: true)
        }
        // What waits is about what will be searched for: more than one search for each who is new, none for the others.
        let bulk = account.gateway.calls(.bulk, for: share)
        let origin = clock.now
        let readAhead = ContactPrefetch(calls: bulk, now: { origin.duration(to: clock.now) }) {
            await queue.pending(of: gym.id.tenant)
        }
        let imports = ImportCalls(calls: bulk, readAhead: readAhead)
        let old = Attention.entries(ofList: await queue.metadata(hints) ?? [])
        let contacts = ContactDestination(
            of: gym.id, keeper, imports: imports, account: account,
            resync: ContactResync(
                queue: queue, tenant: gym.id.tenant, survey: ResyncSurvey(keeper: keeper, calls: bulk)),
            log: log)
        let made = Gym(
            gym, contacts: contacts, attention: Attention(saved: await queue.metadata(withPrefix: hints + "/"))
        ) { save in
            try await queue.setMetadata("\(hints)/\(save.lane)", save.bytes, durable: false)
        }
        // Versions before kept the list whole, under one key.
        if !old.isEmpty {
            for entry in old { await made.keep(made.attention.note(entry)) }
            try await queue.setMetadata(hints, [], durable: false)
        }
        return made
    }
}
