import Foundation
import LockstepService

struct GymsCommand: Command {
    static let words = ["gyms"]
    static let summary = "lists the gyms, how Keap is for each, and what waits"
    static let help = """
        Usage: lockstep gyms [--config FILE | --admin URL] [--json]

        Each gym with the jobs that wait, run and are dead, when the oldest that waits was accepted, and how many people should
        be looked at. KEAP says ok, paused, or why calls do not go through.

          --json           a JSON array of objects with id, name, isConfigured, isPaused, jobs (by state),
                           oldestPendingAt, needsAttention and keap (circuit, reason, windows, calls)
        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        json = arguments.flag("--json")
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let data = try await client.get("/api/gyms")
        try client.show(data, asJSON: json) { (gyms: [GymRow]) in
            gyms.isEmpty ? "no gyms" : GymRow.table(gyms, isStyled: Terminal.isOutputStyled)
        }
        return .done
    }
}

/// A gym as the admin address tells it.
struct GymRow: Decodable {
    struct Account: Decodable {
        var circuit: String
        var reason: String?
    }

    var id: String
    var name: String?
    var isConfigured: Bool
    var isPaused: Bool
    var jobs: [String: Int]
    var oldestPendingAt: String?
    var needsAttention: Int
    var keap: Account?

    /// Jobs that are neither finished nor dead nor running.
    var waiting: Int { ["accepted", "waiting", "paused"].reduce(0) { $0 + (jobs[$1] ?? 0) } }

    var standing: String {
        if !isConfigured { return "not in the configuration" }
        if isPaused { return "paused" }
        guard let keap, keap.circuit != "closed" else { return "ok" }
        return (keap.circuit + (keap.reason.map { ": \($0)" } ?? "")).harmless
    }

    static func table(_ gyms: [GymRow], isStyled: Bool = false) -> String {
        TextTable(
            header: ["GYM", "NAME", "WAITING", "RUNNING", "DEAD", "OLDEST", "ATTENTION", "KEAP"],
            alignment: [.left, .left, .right, .right, .right, .left, .right, .left],
            rows: gyms.map { gym in
                [
                    gym.id, (gym.name ?? "").harmless, "\(gym.waiting)", "\(gym.jobs["running"] ?? 0)",
                    "\(gym.jobs["dead"] ?? 0)", gym.oldestPendingAt ?? "", "\(gym.needsAttention)", gym.standing,
                ]
            }, style: { isStyled ? style($0, $1) : nil }
        ).lines.joined(separator: "\n")
    }

    private static func style(_ column: String, _ text: String) -> TextStyle? {
        switch column {
        case "KEAP": text == "ok" ? .green : text == "paused" ? .yellow : .red
        case "DEAD", "ATTENTION": text == "0" ? nil : column == "DEAD" ? .red : .yellow
        default: nil
        }
    }
}
