struct CompletionCommand: Command {
    static let words = ["completion"]
    static let summary = "prints what has your shell complete commands and options"
    static let help = """
        Usage: lockstep completion (bash | zsh | fish)

        For bash, in ~/.bashrc:                   source <(lockstep completion bash)
        For zsh, in ~/.zshrc after compinit:      source <(lockstep completion zsh)
        For fish, once:                           lockstep completion fish > ~/.config/fish/completions/lockstep.fish
        """

    private let shell: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        let known = ["bash", "zsh", "fish"]
        shell = try arguments.positional("the shell (bash, zsh or fish)")
        guard known.contains(shell) else {
            throw UsageError("completion is for bash, zsh and fish, not “\(shell)”")
        }
    }

    func run() async throws -> ExitCode {
        let script = CompletionScript(CommandLineTool.commands, topics: HelpTopic.all.map(\.name))
        switch shell {
        case "bash": Terminal.print(script.bash)
        case "zsh": Terminal.print(script.zsh)
        default: Terminal.print(script.fish)
        }
        return .done
    }
}
