import Testing

@testable import lockstep

/// What the words of a command line come to before anything is done.
struct CommandLineTests {
    @Test func `every command has words of its own, a summary, and help that begins with its usage`() {
        var seen: Set<[String]> = []
        for command in CommandLineTool.commands {
            let isNew = seen.insert(command.words).inserted
            #expect(isNew, "\(command.words)")
            #expect(!command.summary.isEmpty && !command.summary.hasSuffix("."))
            #expect(command.help.hasPrefix("Usage: lockstep \(command.words.joined(separator: " "))"))
            #expect(command.help.split(separator: "\n").allSatisfy { $0.count <= 120 }, "\(command.words)")
        }
    }

    @Test(arguments: [
        [], ["swerve"], ["journal"], ["journal", "polish", "x"], ["serve"], ["serve", "--config"], ["check"],
        ["jobs"], ["jobs", "--admin", "x", "--config", "y"], ["jobs", "--admin", "http://127.0.0.1:1", "--limit", "0"],
        ["jobs", "--admin", "http://127.0.0.1:1", "1", "--state", "dead"], ["jobs", "--admin", "nonsense"],
        ["explain", "1"], ["explain", "--admin", "http://127.0.0.1:1"],
        ["explain", "--admin", "http://127.0.0.1:1", "1", "2"],
        ["import", "x.csv"], ["import", "--config", "x", "x.csv"], ["import", "--config", "x", "--gym", "y"],
        ["import", "--config", "x", "--gym", "y", "--yes", "--preview", "z"],
        ["budget"], ["budget", "--admin", "http://127.0.0.1:1", "extra"],
        ["retry", "--admin", "http://127.0.0.1:1"], ["retry", "--admin", "http://127.0.0.1:1", "--all", "5"],
        ["retry", "--admin", "http://127.0.0.1:1", "5", "--gym", "a"], ["discard", "--admin", "http://127.0.0.1:1"],
        ["pause", "--admin", "http://127.0.0.1:1"],
        ["program", "rename", "--admin", "http://127.0.0.1:1", "--gym", "a"],
        ["program", "delete", "--admin", "http://127.0.0.1:1", "--gym", "a"], ["journal", "verify"],
        ["journal", "salvage", "a"], ["simulate", "keap", "--port", "70000"], ["demo", "--seed", "-1"],
        ["simulate", "chartmogul", "--port", "70000"], ["simulate", "chartmogul", "--currency", "usd"],
        ["demo", "fast"], ["bench"], ["bench", "--config", "x", "--rate", "0"],
        ["bench", "--config", "x", "--expect", "p99"], ["bench", "--config", "x", "--wait", "1", "--no-deliveries"],
    ])
    func `a command line that is wrong ends with 2`(_ words: [String]) async {
        #expect(await CommandLineTool.run(words) == .usage)
    }

    @Test(arguments: [
        ["--help"], ["help"], ["--version"], ["serve", "--help"], ["help", "serve"], ["journal", "--help"],
        ["journal", "verify", "-h"], ["jobs", "--nonsense", "--help"],
    ])
    func `help ends with 0`(_ words: [String]) async {
        #expect(await CommandLineTool.run(words) == .done)
    }

    @Test(arguments: [
        ["serve", "--config", "/nonexistent/lockstep.json"], ["bench", "--config", "/nonexistent/lockstep.json"],
        ["check", "--config", "/nonexistent/lockstep.json"],
        ["journal", "verify", "/nonexistent"], ["journal", "stats", "/nonexistent"],
        ["journal", "salvage", "/nonexistent", "/nonexistent/new"], ["explain", "--admin", "http://127.0.0.1:1", "7"],
    ])
    func `a command that fails ends with 1`(_ words: [String]) async {
        #expect(await CommandLineTool.run(words) == .failed)
    }
}
