import History
import AsyncPrimitives
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
    let journal: Journal
    let current: CurrentComposition
    let ground: Composition.Ground
    let handler: SyncHandler
    /// Signalled at a reload, so that the new connections' tokens are kept fresh.
    let connectionsChanged = AsyncSignal()
    /// The same for what sees to the reading of bills.
    let billingChanged = AsyncSignal()
    let isReloading = Atomic(false)
    private let intake: HTTPServer
    private let admin: HTTPServer
    private let restored: RestoredData
    private let log: ServiceLog
    let clock: any TimeSource
    private let client: CurlClient?
    private let isStopping = Atomic(false)

    private var configuration: Configuration { current.value.configuration }
    var gyms: Gyms { current.value.gyms }
    var accounts: [KeapAccount] { current.value.accounts }
    var credentials: [KeapCredential] { current.value.credentials }
    var connections: KeapConnections { current.value.connections }
    var adminRoutes: AdminRoutes { current.value.admin }
    var hasStopped: Bool { isStopping.load(ordering: .relaxed) }

    /// Recovers what is on disk. Nothing is accepted and nothing sent before `listen` and `run`.
    package static func open(
        _ configuration: Configuration, log: ServiceLog, in surroundings: ServiceEnvironment = .real
    ) async throws -> Service {
        let surroundings = configuration.log.level == .debug ? surroundings.logging(to: log) : surroundings
        var options = surroundings.journal
        options.unsyncedLimit = configuration.unsyncedLimit
        let (jobs, found) = try surroundings.openLog(configuration.data, options: options)
        report(jobs.journal.recovery, in: configuration.data, log)
        let recorder = surroundings.recorder(for: configuration, isDiskShort: { jobs.journal.stats().full != nil })
        let handler = SyncHandler(
            log: log,
            crashes: CrashGuard(marks(in: configuration.data, surroundings, log), clock: surroundings.clock),
            recorder: recorder)
        do {
            let queue = try await JobQueue.open(
                log: jobs, found: found, handler: handler, policy: policy(configuration), clock: surroundings.clock)
            let fingerprints = await SecretFingerprinter(keptIn: queue)
            let arrivals = SourceArrivals()
            let alerts = await AlertDesk(
                file: surroundings.alertPause.map { _ in
                    AlertFile(files: surroundings.files, directory: configuration.data)
                },
                work: surroundings.blockingWork, queue: queue, arrivals: arrivals, log: log, clock: surroundings.clock)
            let ground = Composition.Ground(
                queue: queue, journal: jobs.journal, fingerprints: fingerprints, served: ServedGyms(queue: queue),
                ingest: Ingest(queue: queue, log: log), counters: IntakeCounters(),
                refused: RefusedCalls(log: log, clock: surroundings.clock), recorder: recorder,
                audit: AuditLog(
                    configuration.data, files: surroundings.files, work: surroundings.blockingWork, log: log),
                log: log, surroundings: surroundings, arrivals: arrivals, alerts: alerts)
            let composition = try await Composition.make(configuration, on: ground)
            let restored = RestoredData(
                queue: queue, directory: surroundings.isOnDisk ? configuration.data : nil)
            if await restored.isRestored() {
                for destination in composition.gyms.all.flatMap(\.destinations) {
                    try await destination.doubtEverything()
                }
                log.warning(
                    "\(configuration.data) is not the directory that Lockstep last wrote; it seems to be restored from a "
                        + "copy. What it remembers may be older than what Keap was told since, so each person's contact is "
                        + "read again with their next change (one call each)")
            }
            await restored.renew()
            handler.attach(composition.gyms)
            await composition.watch.start(composition.gyms.ids)
            await report(absentIn: queue, log)
            await handler.crashes.settle(with: queue, log)
            return Service(composition, on: ground, restored, handler)
        } catch {
            await recorder?.history.close()
            await jobs.journal.close()
            throw error
        }
    }

    private init(
        _ composition: Composition, on ground: Composition.Ground, _ restored: RestoredData, _ handler: SyncHandler
    ) {
        let current = CurrentComposition(composition)
        self.current = current
        self.ground = ground
        self.restored = restored
        self.handler = handler
        queue = ground.queue
        journal = ground.journal
        log = ground.log
        clock = ground.surroundings.clock
        client = ground.surroundings.client
        let descriptors = ground.surroundings.descriptors
        intake = HTTPServer(
            listen: composition.configuration.listen, limits: descriptors.intakeLimits, answersOnLoop: true,
            judge: { current.intake.judge($0) }, handler: { await current.intake.answer($0) })
        admin = HTTPServer(
            listen: composition.configuration.admin, limits: descriptors.adminLimits,
            judge: { current.value.admin.judge($0) }, handler: { await current.value.admin.answer($0) })
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
    package func answer(_ message: HTTPRequest) async -> HTTPAnswer { await current.intake.answer(message) }

    /// What the operator's door answers, also without a socket.
    package func answer(operator request: HTTPRequest) async -> HTTPAnswer { await current.value.admin.answer(request) }

    /// Delivers until `stop` is called, and says at once if the journal fails.
    package func run() async {
        await withTaskGroup(of: Void.self) { [journal, log, queue, ground] group in
            group.addTask {
                guard let reason = await journal.failure() else { return }
                log.error(
                    "the journal failed: \(reason). Messages are answered 503 and nothing is delivered until Lockstep is "
                        + "started again; check the disk, then restart it")
                ground.alerts.lookNow.signal()
            }
            group.addTask { [self] in await watchAlerts() }
            group.addTask { [current, log, clock] in
                let courier = AlertCourier(
                    desk: ground.alerts, log: log, clock: clock, transport: ground.surroundings.transport)
                await courier.run { current.value.configuration.alerts }
            }
            group.addTask { [current, connectionsChanged] in
                while !Task.isCancelled {
                    await current.value.connections.run()
                    // Ended by a reload, or with this task.
                    await connectionsChanged.wait()
                }
            }
            group.addTask { [current, billingChanged] in
                while !Task.isCancelled {
                    await current.value.billing.run()
                    await billingChanged.wait()
                }
            }
            if let history = ground.recorder?.history {
                group.addTask { [clock] in
                    // Ends with this group.
                    while (try? await clock.sleep(for: .seconds(60))) != nil { history.expire() }
                }
            }
            if handler.crashes.holdsOthers { group.addTask { [handler] in await handler.crashes.endHold() } }
            await queue.run()
            group.cancelAll()
        }
    }

    /// Looks for alerts at the environment's pace, or only when it is asked to. Until the task is cancelled.
    private func watchAlerts() async {
        let (alerts, pause) = (ground.alerts, ground.surroundings.alertPause)
        if pause == nil { await alerts.lookNow.wait() }
        while !Task.isCancelled {
            await alerts.look(
                AlertSurvey(
                    composition: current.value, queue: queue, journal: journal, environment: ground.surroundings))
            guard let pause else {
                await alerts.lookNow.wait()
                continue
            }
            await alerts.lookNow.wait(until: clock.now.advanced(by: pause), on: clock)
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
        await withTaskGroup(of: Void.self) { [current, handler, queue, clock] group in
            group.addTask {
                // A call that was sent runs to its end, so the jobs that the queue then cancels would wait for it.
                // Cancelled itself if all end before.
                guard (try? await clock.sleep(for: grace)) != nil else { return }
                handler.giveUp()
                current.value.abandonCalls()
                current.value.connections.abandon()
            }
            // Calls that only wait end at once; one that was sent runs to its end, and no other follows it.
            await queue.stop(grace: grace, interruptsAtOnce: true)
            group.cancelAll()
        }
        current.value.abandonCalls()
        // What a refresh brings that was sent could not be had again.
        await clock.run(for: grace) { [connections] in await connections.stop() }
        connections.abandon()
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
        await ground.recorder?.history.close()
        await journal.close()
        // The gyms' calls hold the queue, which holds the handler.
        handler.attach(Gyms([]))
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
    static func report(absentIn queue: JobQueue, _ log: ServiceLog) async {
        for (tenant, counts) in await queue.counts().tenants.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard !counts.isServed, !counts.jobs.isEmpty else { continue }
            let count = counts.jobs.values.reduce(0, +)
            log.warning(
                "gym \(tenant) is not in the configuration and has \(count) \(count == 1 ? "job" : "jobs"), which "
                    + "\(count == 1 ? "waits" : "wait"): put the gym back and send SIGHUP, or discard them "
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
