import ChartMogulSimulator
import EmbeddedHTTP

struct SimulateChartMogulCommand: Command {
    static let words = ["simulate", "chartmogul"]
    static let summary = "runs a local ChartMogul that works out the revenue it was sent"
    static let help = """
        Usage: lockstep simulate chartmogul [--port P] [--key KEY]… [--any-key] [limits] [--latency MS] [--seed N]

        Speaks the parts of ChartMogul's API that a feed of customers, plans, invoices and cancellations uses, strictly and
        with its two limits, on loopback. Nothing is stored: it begins empty and ends with the process.

          --port P           default: one that is free; the address is printed
          --key KEY[,KEY]…   an account opened by this key, or by each of these; may be given again (default: demo)
          --any-key          every key opens an account of its own
          --currency CODE    the accounts' currency (default USD)
          --no-trial-lines   line items cannot be trials, as in older accounts
          --per-second N     default 40; 0: no limit
          --at-once N        default 20; 0: no limit
          --latency MS       time that each answer takes (default 0)
          --seed N           for faults with a probability (default 1)

        What was sent, what it comes to, an audit of the requests and faults to play are under /control: GET /control/audit,
        GET /control/subscriptions, GET '/control/mrr?from=2026-01&to=2026-12', POST /control/faults.
        `lockstep help chartmogul-simulator` tells the rules.
        """

    private var options = SimulatedChartMogul.Options()

    init(_ arguments: inout Arguments) throws(UsageError) {
        let port = try arguments.number("--port", in: 0...65_535) ?? 0
        options.listen = ListenAddress(host: "127.0.0.1", port: UInt16(port))
        if let limit = try arguments.number("--per-second", in: 0...1_000_000) {
            options.world.perSecond = limit == 0 ? nil : limit
        }
        if let limit = try arguments.number("--at-once", in: 0...1_000_000) {
            options.world.atOnce = limit == 0 ? nil : limit
        }
        if let latency = try arguments.number("--latency", in: 0...600_000) {
            options.world.latencyInMilliseconds = latency...latency
        }
        if let seed = try arguments.number("--seed", in: 0...Int.max) { options.world.seed = UInt64(seed) }
        options.world.acceptsAnyKey = arguments.flag("--any-key")
        options.world.newAccounts.takesTrialLines = !arguments.flag("--no-trial-lines")
        if let currency = try arguments.option("--currency") {
            guard currency.utf8.count == 3, currency.utf8.allSatisfy({ 0x41...0x5A ~= $0 }) else {
                throw UsageError("--currency takes a code of three capital letters")
            }
            options.world.newAccounts.currency = currency
        }
        var keys = try arguments.options("--key")
        if keys.isEmpty, !options.world.acceptsAnyKey { keys = ["demo"] }
        options.world.accounts = keys.flatMap { $0.split(separator: ",") }.map {
            options.world.newAccounts.account(key: String($0))
        }
    }

    func run() async throws -> ExitCode {
        let chartMogul = SimulatedChartMogul(options)
        let port = try chartMogul.start()
        Terminal.print("ChartMogul is at http://127.0.0.1:\(port)")
        Terminal.note(
            "accounts: \(options.world.accounts.map(\.key).joined(separator: ", "))"
                + (options.world.acceptsAnyKey ? " and any other key" : "")
                + "; control: http://127.0.0.1:\(port)/control")
        let signals = StopSignals(first: "stopping")
        await signals.first()
        await chartMogul.stop()
        return .done
    }
}
