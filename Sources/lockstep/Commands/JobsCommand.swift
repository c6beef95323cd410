import Foundation
import LockstepService

struct JobsCommand: Command {
    static let words = ["jobs"]
    static let summary = "lists the jobs of the running service"
    static let help = """
        Usage: lockstep jobs (--config FILE | --admin URL) [--gym GYM] [--state STATE] [--limit N] [--before JOB] [--json] [JOB]

        With JOB, shows that one. Newest last.

          --gym GYM        only this gym's
          --state STATE    accepted, running, waiting, paused, done, dead or superseded
          --limit N        at most N, the newest (default 100, at most 10000)
          --before JOB     only jobs accepted before this one: the page before
          --json           a JSON array of objects instead of a table
        \(AdminClient.optionsHelp)

        Finished jobs are remembered for a while (the last 10,000), dead letters until they are retried or discarded.
        """

    private let address: AdminClient.Address
    private let gym: String?
    private let state: String?
    private let limit: Int?
    private let before: String?
    private let json: Bool
    private let job: String?

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        gym = try arguments.option("--gym")
        state = try arguments.option("--state")
        limit = try arguments.number("--limit", in: 1...10_000)
        before = try arguments.option("--before")
        json = arguments.flag("--json")
        job = arguments.optionalPositional()
        if job != nil, gym != nil || state != nil || limit != nil || before != nil {
            throw UsageError("--gym, --state, --limit and --before choose from the list; a JOB needs none of them")
        }
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let data: Data
        if let job {
            data = Data("[".utf8) + (try await client.get("/api/jobs/\(job.inPath)")) + Data("]".utf8)
        } else {
            data = try await client.get(
                "/api/jobs",
                [("gym", gym), ("state", state), ("limit", limit.map { String($0) }), ("before", before)])
        }
        try client.show(data, asJSON: json) { (jobs: [JobRow]) in jobs.isEmpty ? "no jobs" : JobRow.table(jobs) }
        return .done
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
    var acceptedAt: String

    static func table(_ jobs: [JobRow]) -> String {
        let header = ["JOB", "GYM", "LANE", "STATE", "TRIES", "ACCEPTED", "REASON"]
        let rows =
            [header]
            + jobs.map { job in
                [
                    job.id, job.gym, job.lane ?? "-", job.state, String(job.attempts), job.acceptedAt,
                    (job.reason ?? "").harmless,
                ]
            }
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell.padding(toLength: widths[column], withPad: " ", startingAt: 0)
            }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }
}
