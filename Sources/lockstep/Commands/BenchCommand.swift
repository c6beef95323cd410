import EmbeddedHTTP
import Foundation
import LoadGeneration
import LockstepService

struct BenchCommand: Command {
    static let words = ["bench"]
    static let summary = "puts a load on the running service, and measures its answers and deliveries"
    static let help = """
        Usage: lockstep bench [--config FILE] [--rate N] [--duration S] [--people N] [--connections N] [--gym GYM]…
                              [--wait S | --no-deliveries] [--expect CONDITION]… [--allow-real-keap] [--json]

        Sends messages of made-up people at a steady rate, whatever the answers take, and prints percentiles and histograms:
        from when a message was due to its durable 202, and to its delivery. A service that stalls cannot slow the load
        down, so what would have waited counts. Ctrl-C ends it with the figures so far.

          --config FILE        the running service's configuration: addresses, gyms, their secrets and sources
          --rate N             messages a second (default 100)
          --duration S         for how many seconds (default 10)
          --people N           made-up people in each gym (default 200); each message changes one of them
          --connections N      kept connections (default 32); a message that finds none free waits, and that counts
          --gym GYM            only to this gym; may be given again
          --wait S             how long to wait for deliveries after the last answer (default 30)
          --no-deliveries      measures the answers only
          --expect CONDITION   ends with exit code 3 if it is not met; may be given again
          --allow-real-keap    also for gyms whose Keap is not a simulator on this machine: made-up people get into it
          --json               the figures as JSON, durations in milliseconds

        A condition is
        \(Expectation.help.joined(separator: "\n"))

        Exit codes: 0 done, 1 failed, 2 usage, 3 a condition was not met.
        """

    private let config: String
    private let schedule: SendSchedule
    private let people: Int
    private let connections: Int
    private let gyms: [String]
    private let wait: Duration?
    private let expectations: [Expectation]
    private let allowsRealKeap: Bool
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        config = try arguments.configuration()
        let rate = try arguments.number("--rate", in: 1...1_000_000) ?? 100
        let duration = try arguments.number("--duration", in: 1...86_400) ?? 10
        schedule = SendSchedule(perSecond: rate, count: rate * duration)
        people = try arguments.number("--people", in: 1...10_000_000) ?? 200
        connections = try arguments.number("--connections", in: 1...1_024) ?? 32
        gyms = try arguments.options("--gym")
        let seconds = try arguments.number("--wait", in: 0...86_400)
        let skipsDeliveries = arguments.flag("--no-deliveries")
        if skipsDeliveries, seconds != nil { throw UsageError("give --wait or --no-deliveries, not both") }
        wait = skipsDeliveries ? nil : .seconds(seconds ?? 30)
        var expectations: [Expectation] = []
        for text in try arguments.options("--expect") { expectations.append(try Expectation(text)) }
        self.expectations = expectations
        allowsRealKeap = arguments.flag("--allow-real-keap")
        json = arguments.flag("--json")
    }

    func run() async throws -> ExitCode {
        let configuration = try Configuration.load(config)
        let hooks = try BenchHook.all(in: configuration, chosen: gyms, allowsRealKeap: allowsRealKeap)
        let intake = AdminClient.reachable(configuration.listen)
        guard intake.port != 0 else {
            throw CommandFailure("\(config) leaves the intake's port to the system; set listen to an address with one")
        }
        let address: LoadAddress
        do {
            address = try LoadAddress(host: intake.host, port: intake.port)
        } catch {
            throw CommandFailure("\(error)")
        }
        let messages = BenchMessages(
            hooks: hooks, people: people, run: UUID().uuidString.prefix(8).lowercased(), host: intake.description)
        let run = BenchRun(
            BenchRun.Plan(schedule: schedule, connections: connections, wait: wait), messages, to: address,
            asking: try AdminClient(AdminClient.Address(config: config)))
        let signals = StopSignals(
            first: "stopping: the figures so far follow; once more to end at once", onFirst: { run.stop() })
        defer { signals.stopWatching() }
        let report = try await run.report { Terminal.progress($0.text) }
        Terminal.clearProgress()
        return show(report)
    }

    private func show(_ report: BenchReport) -> ExitCode {
        let verdicts = expectations.map { $0.judge(report) }
        Terminal.print(json ? report.json(verdicts) : report.text)
        if !json, !verdicts.isEmpty { Terminal.print("\n" + verdicts.map(\.sentence).joined(separator: "\n")) }
        guard report.ledger.accepted.count > 0 || report.ledger.sent == 0 else {
            Terminal.complain("no message was accepted")
            return .failed
        }
        return verdicts.allSatisfy(\.isMet) ? .done : .unmet
    }
}
