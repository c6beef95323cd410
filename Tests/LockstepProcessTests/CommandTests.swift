import Foundation
import Testing

/// Commands as an operator runs them, beside the running service.
struct CommandTests {
    /// Runs a command to its end: its exit code and all that it said.
    private func run(_ words: String...) async throws -> (code: Int32, said: String) {
        let program = try RunningProgram(words)
        return (await program.wait(), program.output)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a program's end is shown and agreed to, and one that no tag is of is an error`() async throws {
        let gym = try await Gym()
        for person in 0..<3 {
            #expect(
                await gym.post([
                    "personId": "zp-\(person)", "firstName": "F", "lastName": "L\(person)", "email": "p\(person)@e.org",
                    "programs": #"[{"id": "p/1", "name": "Boxing", "status": "Active"}]"#,
                ]))
        }
        try await gym.drain()
        let base = ["--admin", gym.admin, "--gym", "downtown"]
        func program(_ words: String...) async throws -> (code: Int32, said: String) {
            let program = try RunningProgram(["program"] + words + base)
            return (await program.wait(), program.output)
        }
        let unknown = try await program("delete", "--name", "Yoga", "--yes")
        #expect(unknown.code == 1 && unknown.said.contains("“Yoga”") && unknown.said.contains("“Boxing”"))
        let unasked = try await program("delete", "--name", "boxing")
        #expect(unasked.code == 1 && unasked.said.contains("--yes"))
        for text in ["ZP Program: Boxing - Active", "3 contacts have them"] { #expect(unasked.said.contains(text)) }
        #expect(try await gym.jobs().count == 3, "nothing was sent")

        let renamed = try await program("rename", "--id", "p/1", "--to", "Kick & Box", "--yes")
        #expect(renamed.code == 0 && renamed.said.contains("accepted as job"), "\(renamed.said)")
        try await gym.drain()
        let deleted = try await program("delete", "--name", "Kick & Box", "--yes")
        #expect(deleted.code == 0 && deleted.said.contains("ZP Program: Kick & Box - Active"), "\(deleted.said)")
        try await gym.drain()
        let again = try await program("delete", "--name", "Kick & Box", "--yes")
        #expect(again.code == 1)
    }

    @Test(.timeLimit(.minutes(30)))
    func `commands need the admin address of a configuration, and no gym's secret`() async throws {
        let gym = try await Gym()
        let file = gym.directory.appending(path: "secretless.json")
        let gyms = (1...40).map { #"{"id": "g\#($0)", "keap": {"key": {"env": "NO_SUCH_KEY_\#($0)"}}}"# }
        let address = gym.admin.replacingOccurrences(of: "http://", with: "")
        try Data(#"{"admin": "\#(address)", "gyms": [\#(gyms.joined(separator: ", "))]}"#.utf8).write(to: file)
        for words in [
            ["jobs"], ["budget"], ["attention"], ["pause", "--gym", "downtown"], ["resume", "--gym", "downtown"],
        ] {
            let program = try RunningProgram(words + ["--config", file.path])
            let code = await program.wait()
            #expect(code == 0, "\(words): \(program.output)")
        }
        let served = try await run("serve", "--config", file.path)
        #expect(served.code == 1 && served.said.contains("NO_SUCH_KEY_40"))
    }

    @Test(.timeLimit(.minutes(30)))
    func `names with slashes and odd characters lead to no other place`() async throws {
        let gym = try await Gym()
        for name in ["downtown/lanes/1", "../..", "a?b", "a b%2F", "ü\u{1F600}", "%", "#"] {
            let pause = try await run("pause", "--gym", name, "--admin", gym.admin)
            #expect(pause.code == 1 && pause.said.contains("there is no gym “\(name)”"), "\(pause.said)")
            let job = try await run("jobs", "--admin", gym.admin, name)
            #expect(job.code == 1 && job.said.contains("there is no job"), "\(job.said)")
        }
    }
}
