import Foundation
import LockstepService

struct PersonCommand: Command {
    static let words = ["person"]
    static let summary = "tells what happened to one person: messages, calls, and what they have now"
    static let help = """
        Usage: lockstep person GYM/ID [--config FILE | --admin URL] [--bodies] [--limit N] [--before JOB] [--json]
               lockstep person --gym GYM ID …

        The newest message first: when it came and with what values, each call that was made for it with its path, status
        and time, and Keap's own words where it refused, what differs in Keap since, and how it ended. Then the tags that the
        contact has now. ID is what `lockstep people` prints, any id, or an e-mail address that only one has.

          --gym GYM        whose person
          --bodies         also what was sent and answered
          --limit N        at most N messages (default 20, at most 100)
          --before JOB     those that came before this job
          --json           a JSON object; its members are those of the text
        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let person: PersonAddress
    private let showsBodies: Bool
    private let limit: Int?
    private let before: String?
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        let gym = try arguments.option("--gym")
        limit = try arguments.number("--limit", in: 1...100)
        before = try arguments.option("--before")
        showsBodies = arguments.flag("--bodies")
        json = arguments.flag("--json")
        person = try PersonAddress(arguments.positionals(), gym: gym)
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let data = try await client.get(
            "/api/people/\(person.gym.inPath)/\(person.id.inPath)",
            [("limit", limit.map { String($0) }), ("before", before)])
        try client.show(data, asJSON: json) { (timeline: PersonTimeline) in
            TimelineText(timeline, showsBodies: showsBodies).lines.joined(separator: "\n")
        }
        return .done
    }
}
