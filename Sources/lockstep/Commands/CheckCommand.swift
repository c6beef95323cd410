import ConfigurationReading
import Foundation
import LockstepService
import OutboundAPI

struct CheckCommand: Command {
    static let words = ["check"]
    static let summary = "validates a configuration and tries each Keap key"
    static let help = """
        Usage: lockstep check [--config FILE] [--gym GYM]… [--admin URL] [--json]

        Reads the configuration, tries whether the data directory can be written, asks
        Keap once with each gym's key, and lists what the first change would create there.
        Where the service is running, it asks through the service, which knows what Keap's limits leave; else by itself.
        Changes nothing; costs three calls a gym, and up to five more with OnceHub, eight gyms side by side. What
        Keap's limits leave no room for just now is told as not tried. Exit code 1 if anything is wrong.

          --gym GYM        only this gym; may be given again
          --admin URL      where the running service is, if not where FILE says
          --token TOKEN    its admin token, where one is set
          --json           a JSON array of objects
        """

    private let config: String
    private let gyms: [String]
    private let admin: AdminClient.Address?
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        config = try arguments.configuration()
        gyms = try arguments.options("--gym")
        admin = try AdminClient.Address(admin: &arguments)
        json = arguments.flag("--json")
    }

    func run() async throws -> ExitCode {
        let configuration = try Configuration.load(config)
        for remark in configuration.remarks { Terminal.note("note: \(remark)") }
        Terminal.note("calls are made by \(try CurlLibrary.load())")
        let gyms = try chosen(of: configuration)
        let directory = DataDirectory.examine(configuration.data)
        let progress: @Sendable (Int) -> Void = { done in
            Terminal.progress("\(Terminal.bar(done, of: gyms.count)) \(done) of \(gyms.count) gyms")
        }
        if !gyms.isEmpty { progress(0) }
        let service = RunningService(client: try client(), isThere: directory.isInUse)
        var checkups = await service.checkups(of: gyms, in: configuration, progress: progress)
        CheckRun.judgeAccounts(of: &checkups, in: configuration)
        Terminal.clearProgress()
        Terminal.print(json ? try Self.json(checkups) : checkups.map(Self.paragraph).joined(separator: "\n"))
        if checkups.isEmpty { Terminal.note("the configuration is valid, but has no gyms") }
        for problem in directory.problems { Terminal.complain("data: \(problem)") }
        for remark in directory.remarks { Terminal.note("data: \(remark)") }
        return checkups.allSatisfy(\.isFine) && directory.problems.isEmpty ? .done : .failed
    }

    /// Nil where the file does not say at which port a service would be.
    private func client() throws -> AdminClient? {
        if let admin { return try AdminClient(admin) }
        return try? AdminClient(AdminClient.Address(config: config))
    }

    private func chosen(of configuration: Configuration) throws -> [GymConfiguration] {
        for name in gyms where !configuration.gyms.contains(where: { $0.id.description == name }) {
            throw CommandFailure("\(config) has no gym “\(name)”")
        }
        return configuration.gyms.filter { gyms.isEmpty || gyms.contains($0.id.description) }
    }

    private static func paragraph(_ checkup: ConfigurationCheck) -> String {
        var lines = ["\(!checkup.isFine ? "✗" : checkup.untried.isEmpty ? "✓" : "?") \(checkup.gym) (\(checkup.name))"]
        if let owner = checkup.keyOwner { lines.append("    Keap accepts the key: \(owner)") }
        lines += checkup.problems.map { "    \($0)" }
        lines += checkup.untried.map { "    not tried: \($0)" }
        lines += checkup.notes.map { "    note: \($0)" }
        lines += checkup.wouldCreate.map { "    would create \($0)" }
        lines += checkup.settings.map { "    \($0)" }
        if let hook = checkup.hook { lines.append("    Zen Planner posts to \(hook)") }
        lines += checkup.bookings.map { "    \($0)" }
        return lines.joined(separator: "\n")
    }

    private static func json(_ checkups: [ConfigurationCheck]) throws -> String {
        let objects = checkups.map { checkup in
            var object: [String: Any] = [
                "gym": checkup.gym, "name": checkup.name, "ok": checkup.isFine, "problems": checkup.problems,
                "untried": checkup.untried, "notes": checkup.notes,
                "wouldCreate": checkup.wouldCreate, "settings": checkup.settings,
            ]
            object["hook"] = checkup.hook
            object["keyOwner"] = checkup.keyOwner
            object["account"] = checkup.account
            object["bookings"] = checkup.bookings
            return object
        }
        let data = try JSONSerialization.data(withJSONObject: objects, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}
