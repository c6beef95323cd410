import Foundation

struct ProgramRenameCommand: Command {
    static let words = ["program", "rename"]
    static let summary = "tells the service that a program has a new name"
    static let help = """
        Usage: lockstep program rename (--config FILE | --admin URL) --gym GYM [--id ID] [--from NAME] --to NAME

        The program's tags are renamed in place; no contact is touched. Name the program by its Zen Planner id, or by
        its old name where messages carry no id.

        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let gym: String
    private let fields: [String: Any]

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        let (id, from) = (try arguments.option("--id"), try arguments.option("--from"))
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        guard let to = try arguments.option("--to") else { throw UsageError("--to is missing") }
        guard id != nil || from != nil else { throw UsageError("name the program: --id ID or --from NAME") }
        self.gym = gym
        var fields = ["event": "program.renamed", "newName": to]
        fields["programId"] = id
        fields["oldName"] = from
        self.fields = fields
    }

    func run() async throws -> ExitCode {
        try await announce(fields, of: gym, at: address)
    }
}

struct ProgramDeleteCommand: Command {
    static let words = ["program", "delete"]
    static let summary = "tells the service that a program is gone"
    static let help = """
        Usage: lockstep program delete (--config FILE | --admin URL) --gym GYM [--id ID] [--name NAME]

        The program's tags come off every contact that wears them; then they are renamed with the prefix “zp_deleted_”, or
        deleted, as the gym's settings say.

        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let gym: String
    private let fields: [String: Any]

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        let (id, name) = (try arguments.option("--id"), try arguments.option("--name"))
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        guard id != nil || name != nil else { throw UsageError("name the program: --id ID or --name NAME") }
        self.gym = gym
        var fields = ["event": "program.deleted"]
        fields["programId"] = id
        fields["name"] = name
        self.fields = fields
    }

    func run() async throws -> ExitCode {
        try await announce(fields, of: gym, at: address)
    }
}

private func announce(_ fields: [String: Any], of gym: String, at address: AdminClient.Address) async throws -> ExitCode
{
    let client = try AdminClient(address)
    let answer = try await client.post("/api/gyms/\(gym)/programs", json: fields)
    let job = try client.decode([String: String].self, from: answer)["job"] ?? "?"
    Terminal.print("accepted as job \(job)")
    return .done
}
