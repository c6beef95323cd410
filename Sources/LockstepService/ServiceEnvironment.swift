import Foundation
package import Keap
package import FileJournal
import DurableQueue
package import OutboundAPI

/// What the service stands on: clocks, disk, and the wire to Keap. The program gives it this machine's; a simulation gives
/// it others, and the service runs on them all the same.
package struct ServiceEnvironment: Sendable {
    /// Measures all waits.
    package var clock: ServiceClock
    /// Milliseconds since 1970.
    package var wall: @Sendable () -> Int64
    package var files: any FileSystem
    /// Sizes of the journal, but for what the configuration says.
    package var journal = JournalOptions()
    /// Runs the journal's blocking work. Nil: threads of its own do.
    package var journalDriver: (any JournalDriver)?
    package var transport: @Sendable (KeapSite) -> any HTTPTransport
    /// Whether the journal lies in a directory of this machine's file system, whose files can be told from copies.
    var isOnDisk = false
    /// Where jobs under way are noted for the next process, given the data directory. Nil: nowhere.
    var markMemory: @Sendable (_ directory: String) throws -> (any MarkMemory)? = { _ in nil }
    /// Bounds connections and calls.
    private(set) var descriptors = DescriptorPlan.unlimited

    /// The same within a share of the process's descriptors.
    package func limited(by plan: DescriptorPlan) -> ServiceEnvironment {
        var limited = self
        let slots = CallSlots(plan.calls)
        limited.descriptors = plan
        limited.transport = { [transport] site in SlottedTransport(transport(site), slots) }
        return limited
    }

    package init(
        clock: ServiceClock, wall: @escaping @Sendable () -> Int64, files: any FileSystem,
        journalDriver: (any JournalDriver)? = nil,
        transport: @escaping @Sendable (KeapSite) -> any HTTPTransport
    ) {
        self.clock = clock
        self.wall = wall
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

    package static var real: ServiceEnvironment {
        var real = ServiceEnvironment(
            clock: ServiceClock(ContinuousClock()),
            wall: { Int64((Date.now.timeIntervalSince1970 * 1000).rounded()) },
            files: PosixFileSystem(), transport: { URLSessionTransport(base: $0.base, peer: "Keap") })
        real.isOnDisk = true
        real.markMemory = { try MarkFile($0 + "/runs") }
        return real
    }
}

/// Any clock, as the time since it was wrapped: what waits need not know whose time it is.
package struct ServiceClock: Clock {
    package struct Instant: InstantProtocol {
        fileprivate var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private let offset: @Sendable () -> Duration
    private let rest: @Sendable (_ until: Duration, _ tolerance: Duration?) async throws -> Void
    package let minimumResolution: Duration

    package init<C: Clock>(_ clock: C) where C.Duration == Duration {
        let origin = clock.now
        offset = { origin.duration(to: clock.now) }
        rest = { try await clock.sleep(until: origin.advanced(by: $0), tolerance: $1) }
        minimumResolution = clock.minimumResolution
    }

    package var now: Instant { Instant(offset: offset()) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await rest(deadline.offset, tolerance)
    }
}
