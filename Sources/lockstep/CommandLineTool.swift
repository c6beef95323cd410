import ConfigurationReading
import Foundation
import LockstepService

/// Finds the command that the words name, and turns its end into an exit code.
enum CommandLineTool {
    static var commands: [any Command.Type] {
        [
            DemoCommand.self, ServeCommand.self, CheckCommand.self, ConnectCommand.self, ImportCommand.self,
            GymsCommand.self, JobsCommand.self, ExplainCommand.self, BudgetCommand.self, RetryCommand.self,
            DiscardCommand.self,
            AttentionCommand.self, PeopleCommand.self, PersonCommand.self, ResyncCommand.self, ForgetCommand.self,
            PauseCommand.self, ResumeCommand.self,
            ProgramRenameCommand.self, ProgramDeleteCommand.self,
            JournalVerifyCommand.self, JournalStatsCommand.self, JournalSalvageCommand.self,
            ChartMogulConnectCommand.self, ChartMogulBackfillCommand.self, ChartMogulDiffCommand.self,
            SimulateKeapCommand.self, SimulateChartMogulCommand.self, BenchCommand.self,
            CompletionCommand.self,
        ]
    }

    static func run(_ words: [String]) async -> ExitCode {
        guard let first = words.first else {
            Terminal.note(overview)
            return .usage
        }
        if ["--help", "-h", "help"].contains(first) {
            let asked = words.dropFirst().filter { $0 != "--help" }
            return asked.isEmpty ? show(overview) : await help(asked)
        }
        if first == "--version" {
            Terminal.print("lockstep \(version)")
            return .done
        }
        guard let command = commands.first(where: { words.starts(with: $0.words) }) else {
            let family = commands.filter { $0.words.first == first }
            if !family.isEmpty {
                let asksForHelp = words.contains { ["--help", "-h"].contains($0) }
                if asksForHelp || words.count == 1 {
                    Terminal.print(list(family))
                    return asksForHelp ? .done : .usage
                }
            }
            let known = family.isEmpty ? "" : " after “\(first)”"
            let word = family.isEmpty ? first : words[1]
            let others = family.isEmpty ? commands.map { $0.words[0] } + ["help"] : family.compactMap { $0.words.last }
            Terminal.complain(
                "there is no command “\(word)”\(known)\(Suggestion.clause(word, among: others)); `lockstep --help` lists them"
            )
            return .usage
        }
        let name = "lockstep " + command.words.joined(separator: " ")
        let rest = Array(words.dropFirst(command.words.count))
        if rest.prefix(while: { $0 != "--" }).contains(where: { ["--help", "-h"].contains($0) }) {
            Terminal.print("\(name): \(command.summary)\n\n\(command.help)")
            return .done
        }
        var arguments = Arguments(rest)
        do {
            let instance = try command.init(&arguments)
            try arguments.finish()
            return try await instance.run()
        } catch let error as UsageError {
            let known = CommandOptions(command).all.map(\.name)
            let nearest = error.option.map { Suggestion.clause($0, among: known) } ?? ""
            Terminal.complain("\(error.sentence)\(nearest); see `\(name) --help`")
            return .usage
        } catch let error as CommandFailure {
            Terminal.complain(error.sentence + source(of: arguments))
            return .failed
        } catch {
            Terminal.complain(Terminal.sentence(of: error) + source(of: arguments))
            return .failed
        }
    }

    /// Which configuration was read, where none was named.
    private static func source(of arguments: Arguments) -> String {
        arguments.found.map { "\n(no --config was given; the configuration is \($0.file), \($0.origin))" } ?? ""
    }

    /// Help about a command, or a page of the documentation.
    private static func help(_ words: [String]) async -> ExitCode {
        let group = words.count == 1 ? HelpTopic.ofGroup(words[0]) : nil
        if group == nil, commands.contains(where: { $0.words.first == words[0] }) {
            return await run(words + ["--help"])
        }
        let name = words.joined(separator: "-")
        if let topic = group ?? HelpTopic.named(name) {
            return show(PageText(markdown: topic.markdown, isStyled: Terminal.isOutputStyled).text)
        }
        let known = HelpTopic.all.map(\.name) + commands.compactMap { $0.words.first }
        let nearest = NearestName.of(name, among: known).map { "; the nearest is “\($0)”" } ?? ""
        Terminal.complain("there is no topic or command “\(name)”\(nearest); `lockstep help` lists them")
        return .usage
    }

    private static func show(_ text: String) -> ExitCode {
        Terminal.print(text)
        return .done
    }

    static let version = "0.1.0"

    private static var overview: String {
        """
        Lockstep keeps the Keap contacts of many gyms in lockstep with Zen Planner and OnceHub.

        \(list(commands))

        `lockstep COMMAND --help` tells the rest. Exit codes: 0 done, 1 failed, 2 usage; `bench`: 3 a condition was not met.

        `lockstep help TOPIC` prints a page about:

        \(HelpTopic.list)
        """
    }

    private static func list(_ commands: [any Command.Type]) -> String {
        let rows = commands.map { (name: $0.words.joined(separator: " "), summary: $0.summary) }
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            "  lockstep \(row.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(row.summary)"
        }.joined(separator: "\n")
    }
}
