import Foundation
import LockstepService

struct JobsCommand: Command {
    static let words = ["jobs"]
    static let summary = "lists the jobs of the running service, with their persons and reasons"
    static let help = """
        Usage: lockstep jobs [--config FILE | --admin URL] [FILTER…] [--limit N] [--before JOB] [--json] [JOB]

        With JOB, shows that one. Newest last.

        \(JobChoice.help)
          --limit N        at most N, the newest (default 100, at most 10000)
          --before JOB     only jobs accepted before this one: the page before
          --json           a JSON array of objects instead of a table
        \(AdminClient.optionsHelp)

        Finished jobs are remembered for a while (the last 10,000), dead letters until they are retried or discarded. Pages
        that go on with --before skip no job and list none twice, whatever the jobs do meanwhile.

        An object of --json has id, gym, lane, state, attempts, reason, person, acceptedAt, finishedAt and dueAt; what is
        not known, or does not apply, is null. Times are UTC.
        """

    private let address: AdminClient.Address
    private let choice: JobChoice
    private let limit: Int?
    private let before: String?
    private let json: Bool
    private let job: String?

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        choice = try JobChoice(&arguments)
        limit = try arguments.number("--limit", in: 1...10_000)
        before = try arguments.option("--before")
        json = arguments.flag("--json")
        job = arguments.optionalPositional()
        if job != nil, !choice.isEmpty || limit != nil || before != nil {
            throw UsageError("filters, --limit and --before choose from the list; a JOB needs none of them")
        }
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        if let job {
            let data = Data("[".utf8) + (try await client.get("/api/jobs/\(job.inPath)")) + Data("]".utf8)
            try client.show(data, asJSON: json) { (jobs: [JobRow]) in
                JobRow.table(jobs, isStyled: Terminal.isOutputStyled)
            }
            return .done
        }
        let (data, next) = try await list(through: client, limit ?? 100)
        try client.show(data, asJSON: json) { (jobs: [JobRow]) in
            jobs.isEmpty ? "no jobs" : JobRow.table(jobs, isStyled: Terminal.isOutputStyled)
        }
        if let next { Terminal.note("there are more; --before \(next) lists those before") }
        return .done
    }

    /// A search by text may need several pages. The newest page comes first.
    private func list(through client: AdminClient, _ limit: Int) async throws -> (Data, next: String?) {
        var pages: [Data] = []
        var count = 0
        var parameters = choice.parameters + [("before", before), ("limit", String(limit))]
        while true {
            let (data, next) = try await client.page("/api/jobs", parameters)
            let found = try client.decode([JobRow].self, from: data).count
            if found > 0 { pages.append(data) }
            count += found
            guard let next, count < limit else {
                let parts = pages.reversed().map { $0.dropFirst().dropLast() }
                let edge = next?.first { $0.0 == "before" }?.1
                return (Data("[".utf8) + Data(parts.joined(separator: Data(",".utf8))) + Data("]".utf8), edge)
            }
            parameters = next.filter { $0.0 != "limit" } + [("limit", String(limit - count))]
        }
    }
}

/// A job as the admin address tells it.
struct JobRow: Decodable {
    var id: String
    var gym: String
    var lane: String?
    var state: String
    var attempts: Int
    var reason: String?
    var person: String? = nil
    var acceptedAt: String

    static func table(_ jobs: [JobRow], isStyled: Bool = false) -> String {
        TextTable(
            header: ["JOB", "GYM", "LANE", "STATE", "TRIES", "ACCEPTED", "PERSON", "REASON"],
            alignment: Array(repeating: .left, count: 8),
            rows: jobs.map { job in
                [
                    job.id, job.gym, job.lane ?? "-", job.state, String(job.attempts), job.acceptedAt,
                    (job.person ?? "").harmless, (job.reason ?? "").harmless,
                ]
            }, style: { isStyled && $0 == "STATE" ? TextStyle(state: $1) : nil }
        ).lines.joined(separator: "\n")
    }
}
