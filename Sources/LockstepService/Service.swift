import Clocks
import Connectors
import ContactSync
import Foundation
import Keap
package import EmbeddedHTTP
import OutboundAPI
import FileJournal
import RateLimits
package import DurableQueue
import Synchronization
import ZenPlanner

/// The composition root: everything that has a clock, a disk or a socket is made here and handed to what decides.
package final class Service: Sendable {
    package let queue: JobQueue
    let gyms: Gyms
    let accounts: [KeapAccount]
    let credentials: [KeapCredential]
    let connections: KeapConnections
    let journal: Journal
    private let intakeRoutes: IntakeRoutes
    let adminRoutes: AdminRoutes
    private let intake: HTTPServer
    private let admin: HTTPServer
    private let handler: SyncHandler
    private let restored: RestoredData
    private let configuration: Configuration
    private let log: ServiceLog
    private let clock: any TimeSource
    private let client: CurlClient?
    private let isStopping = Atomic(false)

    /// Recovers what is on disk. Nothing is accepted and nothing sent before `listen` and `run`.
    package static func open(
        _ configuration: Configuration, log: ServiceLog, in surroundings: ServiceEnvironment = .real
    ) async throws -> Service {
        var options = surroundings.journal
        options.unsyncedLimit = configuration.unsyncedLimit
        let (jobs, found) = try surroundings.openLog(configuration.data, options: options)
        report(jobs.journal.recovery, in: configuration.data, log)
        let handler = SyncHandler(
            log: log,
            crashes: CrashGuard(marks(in: configuration.data, surroundings, log), clock: surroundings.clock))
        do {
            let queue = try await JobQueue.open(
                log: jobs, found: found, handler: handler, policy: policy(configuration), clock: surroundings.clock)
            let fingerprints = await SecretFingerprinter(keptIn: queue)
            let book = await AccountBook(
                configuration, fingerprints, connected: KeapConnections.accounts(of: configuration, in: surroundings),
                keptIn: queue)
            let connections = KeapConnections(configuration, in: surroundings) { book.accounts }
            let map = AccountMap(
                configuration, fingerprints: fingerprints, learned: book.accounts, keys: book.keysOfAccounts)
            let credentials = await KeapCredential.all(of: configuration, map, notesIn: queue, in: surroundings)
            let accounts = KeapAccount.all(
                of: configuration, map, with: credentials, book, connections, in: surroundings)
            AccountWatch(configuration: configuration, book: book, accounts: accounts, log: log).start()
            var gyms: [Gym] = []
            for gym in configuration.gyms {
                // There is one for the login of each gym.
                gyms.append(
                    try await make(
                        gym, as: map.party(of: gym), account: accounts[gym.keap.login]!, queue,
                        surroundings.clock, log))
            }
            let restored = RestoredData(
                queue: queue, directory: surroundings.isOnDisk ? configuration.data : nil)
            if await restored.isRestored() {
                for gym in gyms { try await gym.contacts.tags.doubtEverything() }
                log.warning(
                    "\(configuration.data) is not the directory that Lockstep last wrote; it seems to be restored from a "
                        + "copy. What it remembers may be older than what Keap was told since, so each person's contact is "
                        + "read again with their next change (one call each)")
            }
            await restored.renew()
            handler.attach(Gyms(gyms))
            await ConnectionWatch(connections: connections, served: ServedGyms(queue: queue), book: book, log: log)
                .start(Set(gyms.map(\.id)))
            await report(absentIn: queue, log)
            await handler.crashes.settle(with: queue, log)
            return Service(
                configuration, queue, restored, handler, Gyms(gyms), Array(accounts.values), credentials, connections,
                jobs.journal, log, surroundings)
        } catch {
            await jobs.journal.close()
            throw error
        }
    }

    private init(
        _ configuration: Configuration, _ queue: JobQueue, _ restored: RestoredData, _ handler: SyncHandler,
        _ gyms: Gyms,
        _ accounts: [KeapAccount], _ credentials: [KeapCredential], _ connections: KeapConnections,
        _ journal: Journal, _ log: ServiceLog,
        _ surroundings: ServiceEnvironment
    ) {
        self.configuration = configuration
        self.queue = queue
        self.restored = restored
        self.handler = handler
        self.gyms = gyms
        self.accounts = accounts.sorted { $0.name < $1.name }
        self.credentials = credentials
        self.connections = connections
        self.journal = journal
        self.log = log
        clock = surroundings.clock
        client = surroundings.client
        let counters = IntakeCounters()
        let ingest = Ingest(queue: queue, log: log)
        intakeRoutes = IntakeRoutes(
            gyms: gyms, ingest: ingest, counters: counters, refused: RefusedCalls(log: log, clock: clock),
            consent: ConsentCallback(connections: connections),
            now: { [clock] in clock.wall.milliseconds / 1_000 })
        intake = HTTPServer(
            listen: configuration.listen, limits: surroundings.descriptors.intakeLimits,
            judge: { [intakeRoutes] in intakeRoutes.judge($0) },
            handler: { [intakeRoutes] in await intakeRoutes.answer($0) })
        adminRoutes = AdminRoutes(
            gyms: gyms, accounts: self.accounts, credentials: credentials, connections: connections, queue: queue,
            journal: journal, ingest: ingest, intake: counters, client: client, log: log,
            checker: ServiceCheck(configuration: configuration, gyms: gyms, clock: clock),
            token: configuration.adminToken, clock: clock)
        admin = HTTPServer(
            listen: configuration.admin, limits: surroundings.descriptors.adminLimits,
            judge: { [adminRoutes] in adminRoutes.judge($0) },
            handler: { [adminRoutes] in await adminRoutes.answer($0) })
    }

    package struct Addresses: Sendable {
        package var intake: ListenAddress
        package var admin: ListenAddress
    }

    /// Opens both doors. Ports that the configuration leaves to the system (0) are chosen now.
    package func listen() throws -> Addresses {
        let adminPort = try admin.start()
        let intakePort = try intake.start()
        return Addresses(
            intake: ListenAddress(host: configuration.listen.host, port: UInt16(intakePort)),
            admin: ListenAddress(host: configuration.admin.host, port: UInt16(adminPort)))
    }

    /// What the intake answers to a message, also without a socket.
    package func answer(_ message: HTTPRequest) async -> HTTPAnswer { await intakeRoutes.answer(message) }

    /// What the operator's door answers, also without a socket.
    package func answer(operator request: HTTPRequest) async -> HTTPAnswer { await adminRoutes.answer(request) }

    /// Delivers until `stop` is called, and says at once if the journal fails.
    package func run() async {
        await withTaskGroup(of: Void.self) { [journal, log, queue] group in
            group.addTask {
                guard let reason = await journal.failure() else { return }
                log.error(
                    "the journal failed: \(reason). Messages are answered 503 and nothing is delivered until Lockstep is "
                        + "started again; check the disk, then restart it")
            }
            group.addTask { [connections] in await connections.run() }
            if handler.crashes.holdsOthers { group.addTask { [handler] in await handler.crashes.endHold() } }
            await queue.run()
            group.cancelAll()
        }
    }

    /// From now on a crash of this process is noted for the next. Once in a process.
    package func recordCrashes() {
        if let byte = handler.crashes.signalByte { CrashSignals.record(in: byte) }
    }

    /// Why the journal failed; nil if it did not. Also after `stop`.
    package var failure: String? { journal.stats().poisoned }

    /// Intake answers 503 from now on; running calls get `grace` to finish; the rest is put back; all is synced. Done
    /// once: a second call returns without waiting for the first.
    package func stop(grace: Duration) async {
        guard !isStopping.exchange(true, ordering: .relaxed) else { return }
        await withTaskGroup(of: Void.self) { [accounts, connections, handler, queue, clock] group in
            group.addTask {
                // A call that was sent runs to its end, so the jobs that the queue then cancels would wait for it.
                // Cancelled itself if all end before.
                guard (try? await clock.sleep(for: grace)) != nil else { return }
                handler.giveUp()
                for account in accounts { account.abandon() }
                connections.abandon()
            }
            // Calls that only wait end at once; one that was sent runs to its end, and no other follows it.
            await queue.stop(grace: grace, interruptsAtOnce: true)
            group.cancelAll()
        }
        for account in accounts { account.abandon() }
        connections.news.detach()
        await client?.close()
        for credential in credentials where !credential.gyms.isEmpty {
            do {
                try await credential.budget.settle()
            } catch {
                log.warning("the budget's use could not be saved; the next start counts one slice as used: \(error)")
            }
        }
        await restored.renew()
        await intake.stop(grace: .seconds(1))
        await admin.stop(grace: .seconds(1))
        await journal.close()
        // The gyms' calls hold the queue, which holds the handler.
        handler.attach(Gyms([]))
    }

    private static func make(
        _ gym: GymConfiguration, as party: BudgetShare, account: KeapAccount, _ queue: JobQueue,
        _ clock: any TimeSource, _ log: ServiceLog
    ) async throws -> Gym {
        let directory = "directory/\(gym.id)"
        let hints = "attention/\(gym.id)"
        let keeper = try TagService(
            settings: gym.sync, saved: await queue.metadata(directory), calls: account.gateway.calls(for: party),
            shared: { account.shared.making }
        ) { bytes in
            try await queue.setMetadata(directory, bytes, durable: true)
        }
        // What waits is about what will be searched for: more than one search for each who is new, none for the others.
        let bulk = account.gateway.calls(.bulk, for: party)
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

    private static func policy(_ configuration: Configuration) -> QueuePolicy {
        var policy = QueuePolicy()
        // Any body that the intake reads can be kept.
        policy.maxPayload = HTTPLimits().bodyBytes + StoredMessage.mostOverhead
        // A change that waits for Keap's budget waits with its lane: to fill bulk calls, hundreds of one gym's must be
        // able to. Where many gyms wait at once each has a part of these.
        policy.lanesPerTenant = 512
        policy.lanes = 4_096
        policy.leastLanesPerTenant = 16
        for gym in configuration.gyms {
            policy.afterDeadByTenant[gym.id.tenant] = gym.afterDead == .park ? .park : .goOn
        }
        return policy
    }

    /// Nil where it cannot be had: a job that crashes Lockstep is then not found out.
    private static func marks(
        in directory: String, _ surroundings: ServiceEnvironment, _ log: ServiceLog
    ) -> (any MarkMemory)? {
        do {
            return try surroundings.markMemory(directory)
        } catch {
            log.warning(
                "which jobs are under way cannot be noted in \(directory), so one with which Lockstep crashes will be "
                    + "tried at each start: \(error)")
            return nil
        }
    }

    /// Gyms that jobs wait for and the configuration does not name.
    private static func report(absentIn queue: JobQueue, _ log: ServiceLog) async {
        for (tenant, counts) in await queue.counts().tenants.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard !counts.isServed, !counts.jobs.isEmpty else { continue }
            let count = counts.jobs.values.reduce(0, +)
            log.warning(
                "gym \(tenant) is not in the configuration and has \(count) \(count == 1 ? "job" : "jobs"), which "
                    + "\(count == 1 ? "waits" : "wait"): put the gym back and start again, or discard them "
                    + "(lockstep jobs --gym \(tenant))")
        }
    }

    private static func report(_ recovery: RecoveryReport, in directory: String, _ log: ServiceLog) {
        if let torn = recovery.torn {
            log.warning(
                "the last write before the previous end was torn: \(torn.bytes) bytes cut off \(torn.file), kept in "
                    + "\(torn.copy); nothing acknowledged was in them")
        }
        let records = recovery.checkpointRecords + recovery.tailRecords
        guard records > 0 else { return }
        let took = recovery.duration.formatted(.units(allowed: [.minutes, .seconds, .milliseconds], width: .narrow))
        log.info("read \(records) records of \(directory) in \(took)")
    }
}
