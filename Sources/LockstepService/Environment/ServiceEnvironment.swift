package import Clocks
package import FileJournal
package import History
import DurableQueue
package import OutboundAPI

/// What the service stands on: clocks, disk, and the wire to APIs. The program gives it this machine's; a simulation gives
/// it others, and the service runs on them all the same.
package struct ServiceEnvironment: Sendable {
    /// Measures all waits, and tells the time of day.
    package var clock: any TimeSource
    package var files: any FileSystem
    /// Sizes of the journal, but for what the configuration says.
    package var journal = JournalOptions()
    /// Runs the journal's blocking work. Nil: threads of its own do.
    package var journalDriver: (any JournalDriver)?
    package var transport: @Sendable (APISite) -> any HTTPTransport
    /// Makes the transports' requests, where they go over this machine's network.
    private(set) var client: CurlClient?
    /// Runs what waits for the disk beside the journal.
    var blockingWork = BlockingWork.atOnce
    /// 0 to 1: spreads what many gyms do, such as the refresh of their tokens.
    package var random: @Sendable () -> Double = { 0.5 }
    /// Whether the journal lies in a directory of this machine's file system, whose files can be told from copies.
    var isOnDisk = false
    /// Where jobs under way are noted for the next process, given the data directory. Nil: nowhere.
    var markMemory: @Sendable (_ directory: String) throws -> (any MarkMemory)? = { _ in nil }
    /// Between looks for alerts. Nil: none but those that begin at once.
    package var alertPause: Duration?
    /// The bound of calls, where there is one.
    private(set) var callSlots: CallSlots?
    /// Where what happened to people is written. Nil: it is not kept.
    package var historyThread: HistoryThread?
    /// Bounds connections and calls.
    private(set) var descriptors = DescriptorPlan.unlimited

    /// The same within a share of the process's descriptors.
    package func limited(by plan: DescriptorPlan) -> ServiceEnvironment {
        var limited = self
        let slots = CallSlots(plan.calls)
        limited.descriptors = plan
        limited.callSlots = slots
        client?.limit(connections: plan.calls)
        limited.transport = { [transport] site in SlottedTransport(transport(site), slots) }
        return limited
    }

    /// The same with a line in the log for each call.
    func logging(to log: ServiceLog) -> ServiceEnvironment {
        var logging = self
        logging.transport = { [transport, clock] site in
            LoggedTransport(base: transport(site), peer: site.peer, log: log, clock: clock)
        }
        return logging
    }

    package init(
        clock: any TimeSource, files: any FileSystem, journalDriver: (any JournalDriver)? = nil,
        transport: @escaping @Sendable (APISite) -> any HTTPTransport
    ) {
        self.clock = clock
        self.files = files
        self.journalDriver = journalDriver
        self.transport = transport
    }

    func openLog(
        _ directory: String, options: JournalOptions
    ) throws -> (log: JournalLog, found: RecoveredJobs) {
        guard let journalDriver else { return try JournalLog.open(directory, options: options, files: files) }
        return try JournalLog.open(directory, options: options, files: files, driver: journalDriver)
    }

    /// Nil where nothing is to be kept.
    func recorder(
        for configuration: Configuration, isDiskShort: @escaping @Sendable () -> Bool
    ) -> HistoryRecorder? {
        guard let historyThread, !configuration.history.isOff else { return nil }
        let history = History(
            configuration.data + "/history", limits: configuration.history, files: files, on: historyThread,
            now: { [clock] in clock.wall.milliseconds }, isDiskShort: isDiskShort)
        return HistoryRecorder(history, clock: clock, hiding: configuration.secrets)
    }

    package static var real: ServiceEnvironment {
        let client = CurlClient()
        var real = ServiceEnvironment(
            clock: SystemClock(), files: PosixFileSystem(),
            transport: {
                CurlTransport(base: $0.base, peer: $0.peer, through: client, authorities: $0.authorities)
            })
        real.client = client
        real.isOnDisk = true
        real.alertPause = .seconds(5)
        real.blockingWork = .onQueue
        real.historyThread = .own
        real.random = { Double.random(in: 0...1) }
        real.markMemory = { try MarkFile($0 + "/runs") }
        return real
    }
}
