import Foundation
import LockstepService

struct ExplainCommand: Command {
    static let words = ["explain"]
    static let summary = "says why a job waits, and about how long"
    static let help = """
        Usage: lockstep explain [--config FILE | --admin URL] [--json] JOB

        Names what the job waits for: others of its lane, its next try, a pause, a dead letter that parks its lane, a
        place, Keap's budget or Keap itself. Of a job that has ended, how. Times are estimates.

          --json           a JSON object instead of sentences
        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let json: Bool
    private let job: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        json = arguments.flag("--json")
        job = try arguments.positional("the job")
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let data = try await client.get("/api/jobs/\(job.inPath)/explain")
        try client.show(data, asJSON: json) { (job: ExplainedJob) in job.text }
        return .done
    }
}

/// Why a job waits, as the admin address tells it.
struct ExplainedJob: Decodable {
    var id: String
    var gym: String
    var lane: String?
    var person: String?
    var state: String
    var sentences: [String]

    var text: String {
        let place = lane.map { "lane \($0) of gym \(gym)" } ?? "gym \(gym)"
        let about = person.map { ["It is about \($0)."] } ?? []
        return (["job \(id) (\(place)) is \(state)"] + about + sentences).map(\.harmless).joined(separator: "\n")
    }
}
