import Foundation
import LockstepService

struct ProgramRenameCommand: Command {
    static let words = ["program", "rename"]
    static let summary = "tells the service that a program has a new name"
    static let help = """
        Usage: lockstep program rename [--config FILE | --admin URL] --gym GYM [--id ID] [--from NAME]
                                       --to NAME [--yes]

        The program's tags are renamed in place; no contact is touched. Name the program by its Zen Planner id, or by
        its old name where messages carry no id. Shows the program, its tags and how many contacts have them, then asks.
        A program that no tag of the gym is of is an error.

          --yes            do not ask
        \(AdminClient.optionsHelp)
        """

    private let change: ProgramRequest

    init(_ arguments: inout Arguments) throws(UsageError) {
        let address = try AdminClient.Address(&arguments)
        let (id, from) = (try arguments.option("--id"), try arguments.option("--from"))
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        guard let to = try arguments.option("--to") else { throw UsageError("--to is missing") }
        guard id != nil || from != nil else { throw UsageError("name the program: --id ID or --from NAME") }
        var fields = ["event": "program.renamed", "newName": to]
        fields["programId"] = id
        fields["oldName"] = from
        change = ProgramRequest(
            address: address, gym: gym, id: id, name: from, fields: fields, isAgreed: arguments.flag("--yes"),
            effect: "its tags are renamed in place, as of program “\(to)”", question: "Rename it to “\(to)”?")
    }

    func run() async throws -> ExitCode { try await change.run() }
}

struct ProgramDeleteCommand: Command {
    static let words = ["program", "delete"]
    static let summary = "tells the service that a program is gone"
    static let help = """
        Usage: lockstep program delete [--config FILE | --admin URL] --gym GYM [--id ID] [--name NAME] [--yes]

        The program's tags come off every contact that has them; then they are renamed with the prefix “zp_deleted_”,
        or deleted, as the gym's settings say. Shows the program, its tags and how many contacts have them, then asks. A
        program that no tag of the gym is of is an error.

          --yes            do not ask
        \(AdminClient.optionsHelp)
        """

    private let change: ProgramRequest

    init(_ arguments: inout Arguments) throws(UsageError) {
        let address = try AdminClient.Address(&arguments)
        let (id, name) = (try arguments.option("--id"), try arguments.option("--name"))
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        guard id != nil || name != nil else { throw UsageError("name the program: --id ID or --name NAME") }
        var fields = ["event": "program.deleted"]
        fields["programId"] = id
        fields["name"] = name
        change = ProgramRequest(
            address: address, gym: gym, id: id, name: name, fields: fields, isAgreed: arguments.flag("--yes"),
            effect: "its tags come off all of them, and are then put away or deleted, as the gym's settings say",
            question: "Take them off?")
    }

    func run() async throws -> ExitCode { try await change.run() }
}

/// A program's renaming or end: shown, agreed to, and sent to the service.
private struct ProgramRequest {
    var address: AdminClient.Address
    var gym: String
    var id: String?
    var name: String?
    var fields: [String: String]
    var isAgreed: Bool
    /// What happens to the tags, as the end of a sentence that begins with "its …".
    var effect: String
    var question: String

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let place = "/api/gyms/\(gym.inPath)/program"
        var program = try client.decode(
            TouchedProgram.self, from: try await client.get(place, [("id", id), ("name", name)]))
        // The number is worth a call of Keap's, but the change does not depend on it.
        let counted = try? await client.get(place, [("id", id), ("name", name), ("people", "count")])
        if let counted { program = try client.decode(TouchedProgram.self, from: counted) }
        Terminal.print(program.text(of: gym, effect: effect))
        guard try isAgreed || asks() else {
            Terminal.note("nothing was changed")
            return .failed
        }
        let answer = try await client.post("/api/gyms/\(gym.inPath)/programs", json: fields)
        let job = try client.decode([String: String].self, from: answer)["job"] ?? "?"
        Terminal.print("accepted as job \(job)")
        return .done
    }

    private func asks() throws -> Bool {
        guard Terminal.canAsk else {
            throw CommandFailure("nothing was changed: there is no terminal to ask at; give --yes to go on without")
        }
        return Terminal.ask("\(question) [y/N] ")
    }
}

/// A program and what a change of it touches, as the admin address tells it.
struct TouchedProgram: Decodable {
    struct Tag: Decodable {
        var name: String
    }

    var id: String?
    var name: String
    var tags: [Tag]
    var people: Int?
    var isWhole: Bool?

    private static let mostTags = 20

    func text(of gym: String, effect: String) -> String {
        var lines = ["program “\(name.harmless)”\(id.map { " (id \($0.harmless))" } ?? "") of gym \(gym)"]
        for (place, tag) in tags.prefix(Self.mostTags).enumerated() {
            lines.append((place == 0 ? "  tags    " : "          ") + tag.name.harmless)
        }
        if tags.count > Self.mostTags { lines.append("          and \(tags.count - Self.mostTags) more") }
        let contacts = people.map {
            "\(isWhole == false ? "at least " : "")\($0) \($0 == 1 ? "contact has" : "contacts have") them"
        }
        lines.append("  people  \(contacts ?? "how many have them is not known: Keap did not answer")")
        lines.append("  then    \(effect)")
        return lines.joined(separator: "\n")
    }
}
