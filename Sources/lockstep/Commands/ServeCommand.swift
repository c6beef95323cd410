import Foundation
import EmbeddedHTTP
import LockstepService
import OutboundAPI

struct ServeCommand: Command {
    static let words = ["serve"]
    static let summary = "accepts messages and delivers them to Keap"
    static let help = """
        Usage: lockstep serve [--config FILE]

        Prints the addresses it listens on, then one line for each thing an operator should know, on standard error.
        SIGTERM or Ctrl-C stops it in order: no new messages (503), running calls finish within the grace time, the rest
        goes on at the next start. A second signal ends it at once; nothing accepted is lost either way. SIGHUP reads FILE
        again: gyms, keys, tokens, templates and limits; a file that is not valid changes nothing.
        """

    private let config: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        config = try arguments.configuration()
    }

    func run() async throws -> ExitCode {
        let descriptors = try DescriptorLimit.plan()
        let configuration = try Configuration.load(config)
        try CurlLibrary.load()
        Terminal.neverBlock()
        for remark in configuration.remarks { Terminal.note("note: \(remark)") }
        let log = Self.log(configuration.log)
        let (hangUps, hangUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Before anything is opened, so that no signal finds the process without an answer.
        let signals = StopSignals(
            first:
                "stopping: running calls get \(configuration.stopGrace.components.seconds) s; once more to end at once",
            hangUp: { hangUp.yield() })
        let service = try await Service.open(configuration, log: log, in: .real.limited(by: descriptors))
        service.recordCrashes()
        let addresses: Service.Addresses
        do {
            addresses = try service.listen()
        } catch {
            await service.stop(grace: .zero)
            throw error
        }
        Terminal.note("intake  http://\(addresses.intake)/hooks/GYM/zenplanner/TOKEN")
        Terminal.note("admin   http://\(addresses.admin)")
        async let running: Void = service.run()
        async let reloading: Void = reload(service, at: hangUps, log)
        await signals.first()
        await service.stop(grace: configuration.stopGrace)
        hangUp.finish()
        await running
        await reloading
        signals.stopWatching()
        return Self.end(service.failure)
    }

    /// Reads the configuration again at each signal. One that cannot be taken changes nothing.
    private func reload(_ service: Service, at hangUps: AsyncStream<Void>, _ log: ServiceLog) async {
        for await _ in hangUps {
            do {
                let configuration = try Configuration.load(config)
                for remark in configuration.remarks { Terminal.note("note: \(remark)") }
                let left = try await service.reload(configuration)
                let count = configuration.gyms.count
                log.info(
                    "SIGHUP: the configuration was read again, and \(count) \(count == 1 ? "gym goes" : "gyms go") on with it; "
                        + (left.isEmpty
                            ? "restart Lockstep where listen, admin, data, journal or afterDead are changed"
                            : "restart Lockstep to apply \(left.joined(separator: ", "))"))
            } catch {
                log.error("SIGHUP: nothing has changed, since the configuration cannot be taken: \(error)")
            }
        }
    }

    /// Prints the last sentence and returns the exit code: a journal that failed is no orderly stop.
    static func end(_ failure: String?) -> ExitCode {
        guard let failure else {
            Terminal.note("stopped; everything accepted is on disk")
            return .done
        }
        Terminal.complain(
            "stopped after the journal had failed: \(failure). What was answered 202 before that was on disk, and is "
                + "delivered after the next start; what was delivered last may be delivered again. Check the disk first."
        )
        return .failed
    }

    private static func log(_ settings: LogSettings) -> ServiceLog {
        ServiceLog(dropped: { Terminal.dropped }) { level, sentence in
            if let line = LogLine(level, sentence, at: .now).written(as: settings) { Terminal.note(line) }
        }
    }
}
