import Foundation
import LockstepService

struct CheckCommand: Command {
    static let words = ["check"]
    static let summary = "validates a configuration and tries each Keap key"
    static let help = """
        Usage: lockstep check --config FILE [--json]

        Reads the configuration, tries whether the data directory can be written, asks
        Keap once with each gym's key, and lists what the first change would create there.
        Changes nothing; costs three calls a gym, and up to five more with OnceHub. Exit code 1 if anything is wrong.
        """

    private let config: String
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        guard let config = try arguments.option("--config") else { throw UsageError("--config FILE is missing") }
        self.config = config
        json = arguments.flag("--json")
    }

    func run() async throws -> ExitCode {
        let configuration = try Configuration.load(config)
        for remark in configuration.remarks { Terminal.note("note: \(remark)") }
        let checkups = await Checkup.run(configuration)
        let directory = DataDirectory.examine(configuration.data)
        Terminal.print(json ? try Self.json(checkups) : checkups.map(Self.paragraph).joined(separator: "\n"))
        if checkups.isEmpty { Terminal.note("the configuration is valid, but has no gyms") }
        for problem in directory.problems { Terminal.complain("data: \(problem)") }
        for remark in directory.remarks { Terminal.note("data: \(remark)") }
        return checkups.allSatisfy(\.isFine) && directory.problems.isEmpty ? .done : .failed
    }

    private static func paragraph(_ checkup: Checkup) -> String {
        var lines = ["\(checkup.isFine ? "✓" : "✗") \(checkup.gym) (\(checkup.name))"]
        if let owner = checkup.keyOwner { lines.append("    Keap accepts the key: \(owner)") }
        lines += checkup.problems.map { "    \($0)" }
        lines += checkup.wouldCreate.map { "    would create \($0)" }
        lines += checkup.settings.map { "    \($0)" }
        if let hook = checkup.hook { lines.append("    Zen Planner posts to \(hook)") }
        lines += checkup.bookings.map { "    \($0)" }
        return lines.joined(separator: "\n")
    }

    private static func json(_ checkups: [Checkup]) throws -> String {
        let objects = checkups.map { checkup in
            var object: [String: Any] = [
                "gym": checkup.gym, "name": checkup.name, "ok": checkup.isFine, "problems": checkup.problems,
                "wouldCreate": checkup.wouldCreate, "settings": checkup.settings,
            ]
            object["hook"] = checkup.hook
            object["keyOwner"] = checkup.keyOwner
            object["bookings"] = checkup.bookings
            return object
        }
        let data = try JSONSerialization.data(withJSONObject: objects, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}
