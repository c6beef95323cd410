import KeapSimulator
import EmbeddedHTTP

struct SimulateKeapCommand: Command {
    static let words = ["simulate", "keap"]
    static let summary = "runs a local Keap with its limits and quirks"
    static let help = """
        Usage: lockstep simulate keap [--port P] [--key KEY]… [--any-key] [OAuth client] [limits] [--latency MS] [--seed N]

        Speaks the parts of Keap's REST API (v1 and v2) that a contact sync uses, with the rate limits and headers of a
        personal or service key, on loopback. Nothing is stored: it begins empty and ends with the process.

          --port P           default: one that is free; the address is printed
          --key KEY[,KEY]…   an account opened by this key, or by each of these; may be given again (default: KeapAK-demo)
          --any-key          every key opens an account of its own
          --client ID        an OAuth client, with all of the next three
          --client-secret S  its secret
          --redirect-uri U   where its owners' browsers are sent
          --app NAME[,NAME]  the accounts that may let it in, such as ab103
          --access-life S    how long an access token lives, in seconds (default 86400)
          --per-second N     default 10;     0: no limit
          --per-minute N     default 240;    0: no limit
          --per-day N        default 30000;  0: no limit
          --fixed-windows    count seconds and minutes from tick to tick, not in any rolling second and minute
          --latency MS       time that each answer takes (default 0)
          --seed N           for faults with a probability (default 1)

        The state, an audit of every request, faults to play and limits to change are under /_simulator:
        GET /_simulator/audit, GET /_simulator/accounts/KEY/contacts, POST /_simulator/faults, POST /_simulator/limits.
        Subscriptions and orders are made with POST /_simulator/accounts/KEY/billing/DEED (product, sell, bill, pay, refund
        …); hooks are told over loopback, and POST /_simulator/accounts/KEY/hooks/faults loses and repeats deliveries.
        The consent page of an OAuth client is /app/oauth/authorize, its tokens come from /token; GET /_simulator/oauth
        counts them, and POST /_simulator/oauth/expire and /_simulator/oauth/revoke with {"account": NAME} end them.
        """

    private var options = SimulatedKeap.Options()

    init(_ arguments: inout Arguments) throws(UsageError) {
        let port = try arguments.number("--port", in: 0...65_535) ?? 0
        options.listen = ListenAddress(host: "127.0.0.1", port: UInt16(port))
        var limits = SimulatedLimits.key
        if let limit = try arguments.number("--per-second", in: 0...1_000_000) { limits.perSecond = Self.limit(limit) }
        if let limit = try arguments.number("--per-minute", in: 0...1_000_000) { limits.perMinute = Self.limit(limit) }
        if let limit = try arguments.number("--per-day", in: 0...1_000_000_000) { limits.perDay = Self.limit(limit) }
        options.world.limits = limits
        if arguments.flag("--fixed-windows") { options.world.counting = .fixed }
        if let latency = try arguments.number("--latency", in: 0...600_000) {
            options.world.latencyInMilliseconds = latency...latency
        }
        if let seed = try arguments.number("--seed", in: 0...Int.max) { options.world.seed = UInt64(seed) }
        options.world.acceptsAnyKey = arguments.flag("--any-key")
        options.world.oauth = try Self.oauth(&arguments)
        var keys = try arguments.options("--key")
        if keys.isEmpty, !options.world.acceptsAnyKey, options.world.oauth.clients.isEmpty { keys = ["KeapAK-demo"] }
        options.world.accounts = keys.enumerated().flatMap { number, keys in
            keys.split(separator: ",").map {
                AccountSetup(key: String($0), appName: "sim\(number + 1).infusionsoft.com")
            }
        }
    }

    private static func oauth(_ arguments: inout Arguments) throws(UsageError) -> OAuthOptions {
        var oauth = OAuthOptions()
        if let life = try arguments.number("--access-life", in: 1...1_000_000_000) {
            oauth.accessLife = Int64(life) * 1_000
        }
        let given = (
            id: try arguments.option("--client"), secret: try arguments.option("--client-secret"),
            redirect: try arguments.option("--redirect-uri"), apps: try arguments.option("--app")
        )
        guard let id = given.id, let secret = given.secret, let redirect = given.redirect, let apps = given.apps else {
            guard given == (nil, nil, nil, nil) else {
                throw UsageError("--client, --client-secret, --redirect-uri and --app go together")
            }
            return oauth
        }
        let accounts = apps.split(separator: ",").map { $0.contains(".") ? String($0) : "\($0).infusionsoft.com" }
        oauth.clients = [OAuthClientSetup(id: id, secret: secret, redirectURI: redirect, accounts: accounts)]
        return oauth
    }

    private static func limit(_ number: Int) -> Int? { number == 0 ? nil : number }

    func run() async throws -> ExitCode {
        let keap = SimulatedKeap(options)
        let port = try keap.start()
        Terminal.print("Keap is at http://127.0.0.1:\(port)/crm/rest")
        let apps = options.world.oauth.clients.flatMap(\.accounts)
        if !apps.isEmpty {
            Terminal.note(
                "authorizeURL http://127.0.0.1:\(port)/app/oauth/authorize, tokenURL http://127.0.0.1:\(port)/token")
        }
        Terminal.note(
            "accounts: \((options.world.accounts.map(\.key) + apps).joined(separator: ", "))"
                + (options.world.acceptsAnyKey ? " and any other key" : "")
                + "; control: http://127.0.0.1:\(port)/_simulator")
        let signals = StopSignals(first: "stopping")
        await signals.first()
        await keap.stop()
        return .done
    }
}
