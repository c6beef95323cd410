import Foundation

struct ChartMogulDiffCommand: Command {
    static let words = ["chartmogul", "diff"]
    static let summary = "compares a gym's bills with what ChartMogul has, and mends"
    static let help = """
        Usage: lockstep chartmogul diff [--config FILE | --admin URL] --gym GYM [--month-from MONTH] [--mend] [--json]

        Has the running service compare, customer by customer, what Lockstep has read of Keap's bills with what ChartMogul
        has: customers, invoices with lines and payments, ends of subscriptions, and the monthly recurring revenue at the end
        of each month. Each difference is told with its reason and with what --mend would do. It reads behind everything
        live: a call on ChartMogul for each customer, and one for 200 customers, ends or plans.

          --gym GYM            whose bills
          --month-from MONTH   the first month of revenue, such as 2026-01 (default: a year back); customers, invoices and
                               ends are compared whole
          --mend               put right what differs: each thing is looked at again before it is changed
          --json               everything as JSON
        \(AdminClient.optionsHelp)

        Exit code 1 if something differs, or with --mend if something is left for you.
        `lockstep help chartmogul` tells what each difference means. Stopping the command stops the watching only.
        """

    private let address: AdminClient.Address
    private let gym: String
    private let from: String?
    private let mends: Bool
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        self.gym = gym
        from = try arguments.option("--month-from")
        mends = arguments.flag("--mend")
        json = arguments.flag("--json")
    }

    private var path: String { "/api/gyms/\(gym.inPath)/chartmogul/diff" }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        do {
            _ = try await client.post(path, [("mend", mends ? "true" : nil), ("from", from)])
        } catch let failure as CommandFailure {
            // One that only reads is as good as ours.
            let isReading = failure.status == 409 && !mends && from == nil
            guard isReading, try await report(client, details: false).state == "running" else { throw failure }
            Terminal.note("a comparison of gym \(gym) is under way; this follows it")
        }
        while true {
            let now = try await report(client, details: false)
            guard now.state == "running" else { break }
            Terminal.progress(
                "\(now.stage)  \(Terminal.bar(now.compared, of: max(now.customersFound, now.compared, 1))) "
                    + "\(now.compared) compared, \(now.differing) differ")
            try await Task.sleep(for: .milliseconds(300))
        }
        Terminal.clearProgress()
        let data = try await client.get(path, [("details", "true")])
        let report = try client.decode(BooksDifferenceText.self, from: data)
        Terminal.print(json ? String(decoding: data, as: UTF8.self) : report.text)
        if let problem = report.problem { Terminal.complain(problem) }
        return report.isFine ? .done : .failed
    }

    private func report(_ client: AdminClient, details: Bool) async throws -> BooksDifferenceText {
        try client.decode(BooksDifferenceText.self, from: try await client.get(path))
    }
}

/// The service's answer about a comparison, and how it reads.
struct BooksDifferenceText: Decodable {
    struct Month: Decodable {
        var month: String
        var currency: String
        var keap: String
        var chartMogul: String
        var isSame: Bool
        var shown: String?
    }

    struct Difference: Decodable {
        var thing: String
        var keap: String
        var chartMogul: String
        var why: String
        var mend: String?
    }

    struct Customer: Decodable {
        var contact: String?
        var name: String?
        var differences: [Difference]
        var months: [Month]
    }

    var gym: String
    var state: String
    var stage: String
    var mends: Bool
    var from: String
    var compared: Int
    var customersFound: Int
    var invoices: Int
    var differing: Int
    var leftOff: Int
    var byHand: Int
    var mending: Int
    var waiting: Int
    var problem: String?
    var months: [Month]
    var customers: [Customer]

    var isFine: Bool { state == "done" && (mends ? byHand == 0 : differing == 0) }

    var text: String {
        guard state != "failed" else { return "gym \(gym): not compared to the end" }
        let head =
            "gym \(gym): \(compared) who pay and \(invoices) invoices compared, \(customersFound) customers in ChartMogul"
        let parts = [head, table] + customers.map(Self.paragraph) + [verdict]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var table: String {
        guard !months.isEmpty else { return "no recurring revenue from \(from) on" }
        let table = TextTable(
            header: ["MONTHLY REVENUE", "KEAP'S BILLS", "IN CHARTMOGUL", "CHARTMOGUL SHOWS", ""],
            alignment: [.left, .right, .right, .right, .left],
            rows: months.map { [$0.month, $0.keap, $0.chartMogul, $0.shown ?? "", $0.isSame ? "" : "differs"] })
        return table.lines.joined(separator: "\n")
    }

    private static func paragraph(_ customer: Customer) -> String {
        let name = [customer.contact.map { "contact \($0)" }, customer.name].compactMap(\.self).joined(separator: ", ")
        let head = name.isEmpty ? "In ChartMogul alone" : name
        let differences = customer.differences.flatMap { difference in
            [
                "  \(difference.thing)", "    Keap: \(difference.keap)", "    ChartMogul: \(difference.chartMogul)",
                "    Why: \(difference.why)",
                "    --mend \(difference.mend ?? "leaves it to you")",
            ]
        }
        let months = customer.months.map { "  \($0.month): \($0.keap) by Keap's bills, \($0.chartMogul) in ChartMogul" }
        return ([head] + differences + months).joined(separator: "\n")
    }

    private var verdict: String {
        var sentences: [String] = []
        if differing == 0 {
            sentences.append("Both sides agree.")
        } else {
            sentences.append(differing == 1 ? "1 differs." : "\(differing) differ.")
            if leftOff > 0 { sentences.append("\(leftOff) more differences are not listed.") }
            if mends {
                sentences.append(
                    "\(mending) job\(mending == 1 ? " puts" : "s put") it right; compare again when `lockstep jobs` shows none of them waiting."
                )
            } else if byHand < differing {
                sentences.append("--mend puts right what it can.")
            }
            if byHand > 0 { sentences.append(byHand == 1 ? "1 is left to you." : "\(byHand) are left to you.") }
        }
        if waiting > 0 {
            sentences.append("\(waiting) jobs of the gym waited meanwhile, whose changes may be on their way.")
        }
        return sentences.joined(separator: " ")
    }
}
