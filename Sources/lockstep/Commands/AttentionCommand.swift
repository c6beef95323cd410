import Foundation
import LockstepService

struct AttentionCommand: Command {
    static let words = ["attention"]
    static let summary = "lists the people who should be looked at, and why"
    static let help = """
        Usage: lockstep attention [--config FILE | --admin URL] [--gym GYM] [--limit N] [--after PLACE] [--json]

        Their changes were delivered, but something about them wants a look: a value that could not be used and was left
        out, a missing last name, two contacts in Keap that seem to be one person. Oldest first. A line goes by itself once
        a delivery for that person finds nothing any more. Below them, gyms with dead letters and those whose calls to Keap do
        not go through.

          --gym GYM        only this gym's
          --limit N        at most about N lines, the oldest (default 1000, at most 10000)
          --after PLACE    goes on where the list before ended, as that says
          --json           a JSON array of objects with gym, person, field, value, note, job and at
        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let gym: String?
    private let limit: Int?
    private let after: String?
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        gym = try arguments.option("--gym")
        limit = try arguments.number("--limit", in: 1...10_000)
        after = try arguments.option("--after")
        json = arguments.flag("--json")
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let (data, next) = try await client.page(
            "/api/attention", [("gym", gym), ("limit", limit.map { String($0) }), ("after", after)])
        try client.show(data, asJSON: json) { (notes: [AttentionRow]) in
            notes.isEmpty ? "no person needs attention" : AttentionRow.list(notes)
        }
        if let after = next?.first(where: { $0.0 == "after" })?.1 {
            Terminal.note("there are more; --after '\(after)' goes on")
        }
        if !json { try await tellOfGyms(client) }
        return .done
    }

    /// What else needs a person: dead letters, and gyms whose calls do not go through.
    private func tellOfGyms(_ client: AdminClient) async throws {
        let gyms = try client.decode([GymRow].self, from: try await client.get("/api/gyms"))
        for row in gyms where gym == nil || row.id == gym {
            if let dead = row.jobs["dead"], dead > 0 {
                let letters = dead == 1 ? "1 dead letter" : "\(dead) dead letters"
                Terminal.print("gym \(row.id): \(letters); `lockstep jobs --state dead --gym \(row.id)` says why")
            }
            if row.standing != "ok" { Terminal.print("gym \(row.id): \(row.standing)") }
        }
    }
}

/// A note as the admin address tells it.
struct AttentionRow: Decodable {
    var gym: String
    var person: String
    var field: String?
    var value: String?
    var note: String
    var job: String
    var at: String

    /// Each person once, with their notes below.
    static func list(_ rows: [AttentionRow]) -> String {
        var lines: [String] = []
        var last: String?
        for row in rows {
            let head = "\(row.at)  \(row.gym)  \(row.person)  (job \(row.job))".harmless
            if head != last { lines.append(head) }
            last = head
            lines.append("    " + (row.field.map { "\($0): " } ?? "").harmless + row.note.harmless)
        }
        return lines.joined(separator: "\n")
    }
}
