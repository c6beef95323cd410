import Foundation

struct ChartMogulBackfillCommand: Command {
    static let words = ["chartmogul", "backfill"]
    static let summary = "brings a gym's past bills to ChartMogul"
    static let help = """
        Usage: lockstep chartmogul backfill [--config FILE | --admin URL] --gym GYM [--preview | --yes] [--no-wait]

        Counts first what Keap has, and asks. Then the service reads subscriptions and orders, a thousand a call, and hands
        them to ChartMogul behind everything live. It goes on by itself after a restart; given again while it runs, the
        command follows it. Bringing the past again changes nothing that has not changed.

          --gym GYM        whose bills
          --preview        only count
          --yes            do not ask
          --no-wait        return when the service has begun
        \(AdminClient.optionsHelp)

        Stopping the command stops the watching only.
        """

    private let address: AdminClient.Address
    private let gym: String
    private let isPreview: Bool
    private let isAgreed: Bool
    private let waits: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        self.gym = gym
        isPreview = arguments.flag("--preview")
        isAgreed = arguments.flag("--yes")
        waits = !arguments.flag("--no-wait")
        if isPreview, isAgreed { throw UsageError("give --preview or --yes, not both") }
    }

    private struct Count: Decodable {
        var subscriptions: Int
        var orders: Int
    }

    private struct Progress: Decodable {
        var state: String
        var subscriptions: Int
        var orders: Int
        var waiting: Int
    }

    private var path: String { "/api/gyms/\(gym.inPath)/chartmogul/backfill" }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let running = try await progress(client)
        let isRunning = running.state == "running"
        Terminal.progress("counting what Keap has")
        let count = try client.decode(
            Count.self, from: try await client.post(path, [("preview", "true")], within: 600))
        Terminal.print(BackfillEstimate(subscriptions: count.subscriptions, orders: count.orders).text(gym: gym))
        if isPreview { return .done }
        if isRunning {
            Terminal.note("the past of gym \(gym) is being read already; this follows it")
        } else {
            guard try isAgreed || asks() else {
                Terminal.note("nothing was begun")
                return .failed
            }
        }
        _ = try await client.post(path)
        guard waits else {
            Terminal.note("begun; `lockstep chartmogul backfill --gym \(gym)` follows it")
            return .done
        }
        return try await follow(client, count)
    }

    private func asks() throws -> Bool {
        guard Terminal.canAsk else {
            throw CommandFailure("there is no terminal to ask at; give --yes to begin, or --preview")
        }
        return Terminal.ask("Bring them to ChartMogul? [y/N] ")
    }

    private func progress(_ client: AdminClient) async throws -> Progress {
        try client.decode(Progress.self, from: try await client.get(path))
    }

    /// Until all is read and nothing of the gym's waits; its live changes count too.
    private func follow(_ client: AdminClient, _ count: Count) async throws -> ExitCode {
        let total = count.subscriptions + count.orders
        var estimate = ProgressEstimate()
        let begun = ContinuousClock.now
        var most = 0
        while true {
            let now = try await progress(client)
            let read = now.subscriptions + now.orders
            most = max(most, now.waiting)
            if now.state == "done", now.waiting == 0 {
                Terminal.note("\(now.subscriptions) subscriptions and \(now.orders) orders are with ChartMogul")
                return .done
            }
            // Reading is a small part of the work; what was read is delivered one contact after the other.
            let part = total == 0 ? 1 : min(1, Double(read) / Double(total))
            let delivered = most == 0 ? 0 : 1 - Double(now.waiting) / Double(most)
            let done = 0.2 * part + (now.state == "done" ? 0.8 * delivered : 0)
            let left = estimate.left(done: done, after: ContinuousClock.now - begun)
            Terminal.progress(
                "\(Terminal.bar(Int(done * 1_000), of: 1_000)) \(read) of \(total) read, \(now.waiting) jobs left"
                    + (left.map { ", \($0)" } ?? ""))
            try await Task.sleep(for: .seconds(1))
        }
    }
}

/// How long work takes that is done in part.
struct ProgressEstimate {
    /// - Parameter done: 0 to 1.
    /// - Returns: nil while too little is done to say.
    mutating func left(done: Double, after elapsed: Duration) -> String? {
        let seconds = Double(elapsed.components.seconds)
        guard done > 0.05, done < 1, seconds >= 5 else { return nil }
        let left = seconds * (1 - done) / done
        return left < 90 ? "about \(Int(left)) s left" : "about \(Int((left / 60).rounded(.up))) min left"
    }
}

/// What bringing the past costs, before it begins.
struct BackfillEstimate {
    var subscriptions: Int
    var orders: Int

    /// A thousand a call, the payments with them, and contacts four hundred a call.
    var keapCalls: Int { 2 + (subscriptions + 999) / 1_000 + (orders + 999) / 1_000 * 5 }
    /// A customer for some, an invoice call for each contact and page, and cancellations.
    var chartMogulCalls: Int { orders + subscriptions }

    func text(gym: String) -> String {
        let seconds = chartMogulCalls / 20
        let time = seconds < 90 ? "about \(max(1, seconds)) s" : "about \((seconds + 59) / 60) min"
        return
            "gym \(gym): \(subscriptions) subscriptions and \(orders) orders in Keap; some \(keapCalls) calls on Keap and at "
            + "most \(chartMogulCalls) or so on ChartMogul, \(time) at 20 a second"
    }
}
