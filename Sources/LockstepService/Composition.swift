import Clocks
import ConfigurationReading
import EmbeddedHTTP
import DurableQueue
import FileJournal
import Synchronization

/// Everything that follows from the configuration and may be changed for another while the service runs.
struct Composition: Sendable {
    let configuration: Configuration
    let gyms: Gyms
    let accounts: [KeapAccount]
    let credentials: [KeapCredential]
    let chartMogul: [ChartMogulAccount]
    let connections: KeapConnections
    let watch: ConnectionWatch
    let billing: BillingWatches
    let intake: IntakeRoutes
    let admin: AdminRoutes
    private let life: CompositionLife

    /// What it is made with, and what stays when it is changed.
    struct Ground: Sendable {
        let queue: JobQueue
        let journal: Journal
        let fingerprints: SecretFingerprinter?
        let served: ServedGyms
        let ingest: Ingest
        let counters: IntakeCounters
        let refused: RefusedCalls
        /// Nil: what happens to people is not kept.
        let recorder: HistoryRecorder?
        let audit: AuditLog
        let activity = ActivityLog()
        let log: ServiceLog
        let surroundings: ServiceEnvironment
        let arrivals: SourceArrivals
        let alerts: AlertDesk
    }

    static func make(_ configuration: Configuration, on ground: Ground) async throws -> Composition {
        let (queue, surroundings, log) = (ground.queue, ground.surroundings, ground.log)
        let book = await AccountBook(
            configuration, ground.fingerprints,
            connected: KeapConnections.accounts(of: configuration, in: surroundings),
            keptIn: queue)
        let connections = KeapConnections(configuration, in: surroundings) { book.accounts }
        let map = AccountMap(
            configuration, fingerprints: ground.fingerprints, learned: book.accounts, keys: book.keysOfAccounts)
        let credentials = await KeapCredential.all(of: configuration, map, notesIn: queue, in: surroundings)
        let accounts = KeapAccount.all(of: configuration, map, with: credentials, book, connections, in: surroundings)
        AccountWatch(configuration: configuration, book: book, accounts: accounts, log: log).start()
        let chartMogul = ChartMogulAccount.all(of: configuration, in: surroundings)
        var made: [Gym] = []
        for gym in configuration.gyms {
            // There is one for the login of each gym.
            made.append(
                try await Gym.make(
                    GymGround(
                        gym: gym, account: accounts[gym.keap.login]!, share: map.share(of: gym),
                        chartMogul: gym.chartMogul.flatMap { chartMogul[.init(of: $0)] },
                        queue: queue, clock: surroundings.clock, log: log)))
        }
        let gyms = Gyms(made)
        var watches: [BillingWatch] = []
        for (settings, gym) in zip(configuration.gyms, made) {
            let account = settings.chartMogul.flatMap { chartMogul[.init(of: $0)] }
            let watch = await BillingWatch.make(
                of: gym, share: map.share(of: settings), to: account, configuration, ground)
            if let watch { watches.append(watch) }
        }
        let billing = BillingWatches(watches)
        let clock = surroundings.clock
        let life = CompositionLife()
        let sorted = accounts.values.sorted { $0.name < $1.name }
        return Composition(
            configuration: configuration, gyms: gyms, accounts: sorted, credentials: credentials,
            chartMogul: chartMogul.values.sorted { $0.name < $1.name }, connections: connections,
            watch: ConnectionWatch(connections: connections, served: ground.served, book: book, log: log),
            billing: billing,
            intake: IntakeRoutes(
                gyms: gyms, ingest: ground.ingest, counters: ground.counters, refused: ground.refused,
                consent: ConsentCallback(connections: connections), arrivals: ground.arrivals,
                now: { clock.wall.milliseconds / 1_000 }),
            admin: AdminRoutes(
                gyms: gyms, accounts: sorted, credentials: credentials, connections: connections, billing: billing,
                queue: queue,
                journal: ground.journal, ingest: ground.ingest, intake: ground.counters, client: surroundings.client,
                recorder: ground.recorder, log: log,
                checker: ServiceCheck(configuration: configuration, gyms: gyms, clock: clock), alerts: ground.alerts,
                door: AdminDoor(configuration), audit: ground.audit, activity: ground.activity,
                refusedSignIns: ground.refused, life: life, clock: clock), life: life)
    }

    /// Gives up calls that are still under way: they end as unclear at once.
    func abandonCalls() {
        for account in accounts { account.abandon() }
        for account in chartMogul { account.abandon() }
    }

    /// Nothing of it calls or hears any more.
    func end() {
        life.end()
        abandonCalls()
        connections.abandon()
        connections.news.detach()
    }
}

/// The composition that counts now.
final class CurrentComposition: Sendable {
    private let state: Mutex<Composition>

    init(_ composition: Composition) { state = Mutex(composition) }

    /// Asked for each message, so without a copy of the rest.
    var intake: IntakeRoutes { state.withLock { $0.intake } }

    var value: Composition {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
