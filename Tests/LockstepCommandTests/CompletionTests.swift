import Foundation
import Testing

@testable import lockstep

struct CompletionTests {
    private let script = CompletionScript(CommandLineTool.commands, topics: HelpTopic.all.map(\.name))

    /// What bash offers for the last of these words. Nil where there is no bash.
    private func offers(_ words: [String]) throws -> Set<String>? {
        guard FileManager.default.isExecutableFile(atPath: "/bin/bash") else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        let call = """
            \(script.bash)
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lockstep; printf '%s\\n' "${COMPREPLY[@]}"
            """
        process.arguments = ["--norc", "-c", call, "bash"] + words
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Set(String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    @Test func `every command is offered, and after it its options`() throws {
        guard let firsts = try offers(["lockstep", ""]) else { return }
        #expect(firsts == Set(CommandLineTool.commands.map { $0.words[0] } + ["help"]))
        for command in CommandLineTool.commands {
            let options = try offers(["lockstep"] + command.words + ["--"])
            #expect(options == Set(CommandOptions(command).all.map(\.name) + ["--help"]), "\(command.words)")
        }
    }

    @Test func `second words, states, shells and files are offered where they belong`() throws {
        guard try offers(["lockstep", "r"]) != nil else { return }
        let seconds = CommandLineTool.commands.filter { $0.words[0] == "journal" }.map { $0.words[1] }
        #expect(try offers(["lockstep", "journal", ""]) == Set(seconds))
        #expect(try offers(["lockstep", "jobs", "--state", "d"]) == ["done", "dead"])
        #expect(try offers(["lockstep", "completion", "f"]) == ["fish"])
        #expect(try offers(["lockstep", "jobs", "--config", "/et"]) == ["/etc"])
        #expect(try offers(["lockstep", "jobs", "--gym", ""]) == [])
        #expect(try offers(["lockstep", "help", "oper"]) == ["operating"])
    }

    @Test func `zsh runs bash's function, and fish names every command and option`() {
        #expect(script.zsh.hasSuffix(script.bash) && script.zsh.contains("bashcompinit"))
        for command in CommandLineTool.commands {
            for option in CommandOptions(command).all {
                let there = command.words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
                #expect(script.fish.contains("-n '\(there)' -l \(option.name.dropFirst(2))"), "\(command.words)")
            }
        }
        // A quote that nothing closes would break all that follows.
        for line in script.fish.split(separator: "\n") {
            #expect(line.replacing("\\'", with: "").count { $0 == "'" }.isMultiple(of: 2), "\(line)")
        }
    }

    @Test func `the help tells which options take a value`() {
        let options = CommandOptions(
            help: "Usage: lockstep x [--gym GYM]… [--json] --to-file FILE\n  --gym GYM  a gym\n  --yes  Yes")
        #expect(
            options.all == [
                .init(name: "--gym", value: "GYM"), .init(name: "--json", value: nil),
                .init(name: "--to-file", value: "FILE"), .init(name: "--yes", value: nil),
            ])
    }
}
