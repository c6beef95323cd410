struct ChartMogulConnectCommand: Command {
    static let words = ["chartmogul", "connect"]
    static let summary = "has Keap tell of bills, and checks the way to ChartMogul"
    static let help = """
        Usage: lockstep chartmogul connect [--config FILE | --admin URL] --gym GYM

        Registers Keap's hooks for subscriptions, orders and invoices with the gym's address (publicURL), has Keap verify
        them, and says what is set up and what is wrong. A second time it registers nothing anew.

          --gym GYM        whose bills
        \(AdminClient.optionsHelp)

        Exit code 1 if something is wrong. Without hooks bills are read all the same, by the poll.
        """

    private let address: AdminClient.Address
    private let gym: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        self.gym = gym
    }

    private struct Answer: Decodable {
        var lines: [String]
        var problems: [String]
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let answer = try client.decode(
            Answer.self,
            from: try await client.post("/api/gyms/\(gym.inPath)/chartmogul/connect", within: 120))
        for line in answer.lines { Terminal.print(line) }
        for problem in answer.problems { Terminal.complain(problem) }
        return answer.problems.isEmpty ? .done : .failed
    }
}
