import Foundation
import LockstepService

struct PeopleCommand: Command {
    static let words = ["people"]
    static let summary = "finds people by name, e-mail address, or any id"
    static let help = """
        Usage: lockstep people TEXT [--config FILE | --admin URL] [--gym GYM] [--limit N] [--after PLACE] [--json]

        Each piece of the text must stand in the person's name or address; small and capital letters are the same, and so
        are letters with and without accents. An id of Zen Planner's, Keap's or OnceHub's, or a job's, is found whole. By
        name and address those are found of whom a message came within the time that is kept (setting `history`), and
        those whose change still waits or is a dead letter; by id all.

          --gym GYM        only this gym's
          --limit N        at most N people, those first of whom a message came last (default 50, at most 100)
          --after PLACE    the page behind the one that named this place
          --json           a JSON object: people (gym, id, name, email, subject, source, lastAt, job), next, since
        \(AdminClient.optionsHelp)

        `lockstep person GYM/ID` tells what happened to one.
        """

    private let address: AdminClient.Address
    private let text: String
    private let gym: String?
    private let limit: Int?
    private let after: String?
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        gym = try arguments.option("--gym")
        limit = try arguments.number("--limit", in: 1...100)
        after = try arguments.option("--after")
        json = arguments.flag("--json")
        text = arguments.positionals().joined(separator: " ")
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw UsageError("say whom to look for: a name, an e-mail address, or an id")
        }
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let query = [("q", text), ("gym", gym), ("limit", limit.map { String($0) }), ("after", after)]
        let data = try await client.get("/api/people", query)
        try client.show(data, asJSON: json) { (page: PeoplePage) in
            guard !page.people.isEmpty else {
                return "no one is found by “\(text)”"
                    + (page.since.map { "; names and addresses are kept since \($0)" } ?? "")
            }
            let table = TextTable(
                header: ["person", "last message", "who"], alignment: [.left, .left, .left],
                rows: page.people.map { ["\($0.gym)/\($0.id)", $0.lastAt ?? "", $0.subject].map(\.harmless) })
            return (table.lines + (page.next.map { ["more: --after \($0)"] } ?? [])).joined(separator: "\n")
        }
        return .done
    }
}
