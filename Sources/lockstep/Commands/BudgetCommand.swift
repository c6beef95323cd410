import Foundation
import LockstepService

struct BudgetCommand: Command {
    static let words = ["budget"]
    static let summary = "shows what Keap's limits still allow, and what waits for them"
    static let help = """
        Usage: lockstep budget [--config FILE | --admin URL] [--json]

        For each credential: every window that Keap counts, what is left and when it opens; the pace of the last hour,
        and whether the day's quota lasts at that pace; what live changes and imports may use by now; who waits.

          --json           a JSON array of objects instead of tables
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
        let data = try await client.get("/api/budget")
        try client.show(data, asJSON: json) { (budgets: [BudgetAnswer]) in
            budgets.map { $0.text }.joined(separator: "\n\n")
        }
        return .done
    }
}

extension BudgetAnswer {
    var text: String {
        ([headline] + table + notes.map { "  " + $0 }).joined(separator: "\n")
    }

    private var headline: String {
        let name = kind == "client" ? "OAuth \(credential)" : "key of \(credential)"
        return gyms == [credential] ? name : "\(name), for \(gyms.joined(separator: ", "))"
    }

    private var table: [String] {
        let own = windows.map { row($0, of: "") }
        let shared = accounts.flatMap { account in
            account.windows.map { row($0, of: accounts.count > 1 ? account.gyms.joined(separator: ", ") : "") }
        }
        return TextTable(
            header: ["WINDOW", "LIMIT", "USED", "LEFT", "OPENS", "ACCOUNT"],
            alignment: [.left, .right, .right, .right, .left, .left], rows: own + shared
        ).lines.map { "  " + $0 }
    }

    private func row(_ window: Window, of account: String) -> [String] {
        let opens = window.left > 0 ? "now" : window.opensAt.map(Self.clock) ?? "when a call ends"
        return [
            Self.names[window.window] ?? window.window, Self.number(window.limit), Self.number(window.used),
            Self.number(window.left), opens, account,
        ]
    }

    private var notes: [String] {
        var notes: [String] = []
        if let closedUntil { notes.append("closed until \(Self.clock(closedUntil)): Keap refused a call") }
        for account in accounts {
            guard let until = account.closedUntil else { continue }
            notes.append(
                "\(account.gyms.joined(separator: ", ")) closed until \(Self.clock(until)): Keap refused a call")
        }
        notes.append(pace)
        if let pacing { notes.append(Self.sentence(pacing)) }
        let waiting = waiting.filter { $0.live + $0.bulk + $0.changes > 0 }
        for gym in waiting {
            notes.append(
                "\(gym.gym): \(Self.number(gym.changes)) changes to deliver; of their calls "
                    + "\(Self.number(gym.live)) live and \(Self.number(gym.bulk)) of imports wait here")
        }
        if waiting.isEmpty { notes.append("nothing waits") }
        return notes
    }

    private var pace: String {
        guard let callsPerHour else { return "started less than a minute ago" }
        let pace = "\(Self.number(callsPerHour)) calls an hour"
        guard windows.contains(where: { $0.window == "day" }) else { return pace }
        return runsOutAt.map { "\(pace): the day's quota would run out at \(Self.clock($0))" }
            ?? "\(pace): the day's quota lasts the day"
    }

    private static func sentence(_ pacing: Pacing) -> String {
        if pacing.burst == 100, pacing.reserve == 0 { return "the day's quota is not paced" }
        let bulk = pacing.opensToBulkAt.map { ", next at \(clock($0))" } ?? ""
        return "by now live changes may have used \(number(pacing.releasedToLive)), imports "
            + "\(number(pacing.releasedToBulk))\(bulk) (burst \(pacing.burst) %, reserve \(pacing.reserve) %)"
    }

    private static let names = [
        "tenantMinute": "account's minute", "tenantDay": "account's day",
    ]

    /// `17:20:05 UTC`, from a time as the service writes it. Days of Keap are days of UTC.
    private static func clock(_ time: String) -> String {
        guard let start = time.firstIndex(of: "T") else { return time }
        return time[time.index(after: start)...].prefix(8) + " UTC"
    }

    private static func number(_ number: Int) -> String {
        number.formatted(.number.locale(Locale(identifier: "en_US")))
    }
}
