import Foundation

struct PauseCommand: Command {
    static let words = ["pause"]
    static let summary = "stops delivering for a gym or one lane; accepting goes on"
    static let help = """
        Usage: lockstep pause [--config FILE | --admin URL] --gym GYM [--lane LANE] [--json]

        Survives a restart, until `lockstep resume`.

          --gym GYM        the gym
          --lane LANE      only this lane of it
          --json           a JSON object with gym, lane and isPaused
        \(AdminClient.optionsHelp)
        """

    private let request: PauseRequest

    init(_ arguments: inout Arguments) throws(UsageError) { request = try PauseRequest(&arguments) }

    func run() async throws -> ExitCode {
        try await request.send("pause")
        request.tell("\(request.subject) is paused; `lockstep resume` goes on", isPaused: true)
        return .done
    }
}

struct ResumeCommand: Command {
    static let words = ["resume"]
    static let summary = "goes on after a pause"
    static let help = """
        Usage: lockstep resume [--config FILE | --admin URL] --gym GYM [--lane LANE] [--json]

          --gym GYM        the gym
          --lane LANE      only this lane of it
          --json           a JSON object with gym, lane and isPaused
        \(AdminClient.optionsHelp)
        """

    private let request: PauseRequest

    init(_ arguments: inout Arguments) throws(UsageError) { request = try PauseRequest(&arguments) }

    func run() async throws -> ExitCode {
        try await request.send("resume")
        request.tell("\(request.subject) goes on", isPaused: false)
        return .done
    }
}

private struct PauseRequest {
    let address: AdminClient.Address
    let gym: String
    let lane: String?
    let json: Bool

    var subject: String { lane.map { "lane \($0) of gym \(gym)" } ?? "gym \(gym)" }

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        lane = try arguments.option("--lane")
        json = arguments.flag("--json")
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        self.gym = gym
    }

    func tell(_ sentence: String, isPaused: Bool) {
        let answer: [String: Any] = ["gym": gym, "lane": lane ?? NSNull(), "isPaused": isPaused]
        Terminal.print(json ? Terminal.json(answer) : sentence)
    }

    func send(_ verb: String) async throws {
        let place = lane.map { "/api/gyms/\(gym.inPath)/lanes/\($0.inPath)/" } ?? "/api/gyms/\(gym.inPath)/"
        _ = try await AdminClient(address).post(place + verb)
    }
}
