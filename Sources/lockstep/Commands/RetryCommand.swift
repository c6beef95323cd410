import Foundation

struct RetryCommand: Command {
    static let words = ["retry"]
    static let summary = "gives dead letters another try"
    static let help = """
        Usage: lockstep retry (--config FILE | --admin URL) (JOB… | --all [--gym GYM])

        A retried job goes back to its place in its lane. One whose person has had a newer message delivered meanwhile
        closes as superseded. A message that could not be placed is read again with the present field mapping.

          --all            every dead letter, oldest first
          --gym GYM        with --all: only this gym's
        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let jobs: [String]
    private let all: Bool
    private let gym: String?

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        gym = try arguments.option("--gym")
        all = arguments.flag("--all")
        jobs = arguments.positionals()
        if jobs.isEmpty != all { throw UsageError("name the jobs to retry, or give --all") }
        if gym != nil, !all { throw UsageError("--gym goes with --all") }
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        if all {
            let answer = try await client.post("/api/retry", [("gym", gym)])
            let counts = try client.decode([String: Int].self, from: answer)
            let (retried, left) = (counts["retried"] ?? 0, counts["left"] ?? 0)
            Terminal.print(retried == 1 ? "1 job is on its way again" : "\(retried) jobs are on their way again")
            if left > 0 {
                Terminal.complain("\(left) could not be retried; `lockstep jobs --state dead` says why")
            }
            return left == 0 ? .done : .failed
        }
        return try await perJob(jobs) { job in
            _ = try await client.post("/api/jobs/\(job.inPath)/retry")
            return "job \(job) is on its way again"
        }
    }
}

struct DiscardCommand: Command {
    static let words = ["discard"]
    static let summary = "gives up dead letters for good"
    static let help = """
        Usage: lockstep discard (--config FILE | --admin URL) JOB…

        The message is forgotten; nothing is sent to Keap. Jobs that wait, are paused or dead can be
        discarded; one for which Keap was called already and that still runs cannot.

        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let jobs: [String]

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        jobs = arguments.positionals()
        if jobs.isEmpty { throw UsageError("name the jobs to discard") }
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        return try await perJob(jobs) { job in
            _ = try await client.post("/api/jobs/\(job.inPath)/discard")
            return "job \(job) is discarded"
        }
    }
}

/// Performs and reports each, and fails in the end if one failed.
private func perJob(_ jobs: [String], _ act: (String) async throws -> String) async throws -> ExitCode {
    var code = ExitCode.done
    for job in jobs {
        do {
            Terminal.print(try await act(job))
        } catch let failure as CommandFailure {
            Terminal.complain("job \(job): \(failure.sentence)")
            code = .failed
        }
    }
    return code
}
