import Foundation

struct RetryCommand: Command {
    static let words = ["retry"]
    static let summary = "gives dead letters another try"
    static let help = """
        Usage: lockstep retry [--config FILE | --admin URL] (JOB… | --all [FILTER…] [--yes] [--json])

        A retried job goes back to its place in its lane. One whose person has had a newer message delivered meanwhile
        closes as superseded. A message that could not be placed is read again with the present field mapping.

          --all            every dead letter that matches, in the order of acceptance; asks on a terminal
          --yes            with --all: do not ask
          --json           with --all: a JSON object with retried and left
        \(JobChoice.help)
        \(AdminClient.optionsHelp)

        With --all the service does it, some hundreds at a time, so that messages that come in do not wait. Whatever ends it
        (Ctrl-C, a stop, a crash): what was retried stays so, the rest are dead letters as before, and the same command goes on.
        """

    private let address: AdminClient.Address
    private let jobs: [String]
    private let all: Bool
    private let yes: Bool
    private let json: Bool
    private let choice: JobChoice

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        choice = try JobChoice(&arguments)
        all = arguments.flag("--all")
        yes = arguments.flag("--yes")
        json = arguments.flag("--json")
        jobs = arguments.positionals()
        if jobs.isEmpty != all { throw UsageError("name the jobs to retry, or give --all") }
        if !choice.isEmpty || yes || json, !all { throw UsageError("filters, --yes and --json go with --all") }
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        if all {
            let sweep = AllThatMatch(
                verb: "Retry", path: "/api/retry", done: "retried", choice: choice, isConfirmed: yes,
                goesOnUnasked: true)
            guard let (retried, left) = try await sweep.run(through: client) else { return .failed }
            let sentence = retried == 1 ? "1 job is on its way again" : "\(retried) jobs are on their way again"
            Terminal.print(json ? Terminal.json(["retried": retried, "left": left]) : sentence)
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
        Usage: lockstep discard [--config FILE | --admin URL] (JOB… | --all [FILTER…] [--yes] [--json])

        The message is forgotten; nothing is sent to Keap. Jobs that wait, are paused or dead can be
        discarded; one for which Keap was called already and that still runs cannot.

          --all            every job that matches: dead letters, or those of --state accepted, waiting or paused; asks first
          --yes            with --all: do not ask
          --json           with --all: a JSON object with discarded and left
        \(JobChoice.help)
        \(AdminClient.optionsHelp)

        With --all the service does it, some hundreds at a time, so that messages that come in do not wait. Whatever ends it
        (Ctrl-C, a stop, a crash): what was discarded is gone, the rest is as before, and the same command goes on.
        """

    private let address: AdminClient.Address
    private let jobs: [String]
    private let all: Bool
    private let yes: Bool
    private let json: Bool
    private let choice: JobChoice

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        choice = try JobChoice(&arguments)
        all = arguments.flag("--all")
        yes = arguments.flag("--yes")
        json = arguments.flag("--json")
        jobs = arguments.positionals()
        if jobs.isEmpty != all { throw UsageError("name the jobs to discard, or give --all") }
        if !choice.isEmpty || yes || json, !all { throw UsageError("filters, --yes and --json go with --all") }
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        if all {
            let sweep = AllThatMatch(
                verb: "Discard", path: "/api/discard", done: "discarded", choice: choice, isConfirmed: yes,
                goesOnUnasked: false)
            guard let (discarded, left) = try await sweep.run(through: client) else { return .failed }
            let sentence = discarded == 1 ? "1 job is discarded" : "\(discarded) jobs are discarded"
            Terminal.print(json ? Terminal.json(["discarded": discarded, "left": left]) : sentence)
            if left > 0 { Terminal.complain("\(left) could not be discarded: they run, or were seen to meanwhile") }
            return left == 0 ? .done : .failed
        }
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
