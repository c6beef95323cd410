import Foundation
import Testing

/// `lockstep check` as an operator runs it, beside the running service and without one.
struct CheckTests {
    private func run(_ words: String...) async throws -> (code: Int32, said: String) {
        let program = try RunningProgram(words)
        return (await program.wait(), program.output)
    }

    private func people(_ gym: Gym, _ count: Int) async {
        for person in 0..<count {
            _ = await gym.post([
                "personId": "zp-\(person)", "firstName": "F", "lastName": "L\(person)", "email": "p\(person)@e.org",
                "status": "Student",
            ])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a check beside a service that spends all it may causes no refusal, and finds nothing wrong`() async throws {
        let gym = try await Gym(simulator: ["--per-second", "10", "--per-minute", "60", "--per-day", "30000"])
        await people(gym, 40)
        for _ in 0..<3 {
            let checked = try await run("check", "--config", gym.configuration.path, "--admin", gym.admin)
            #expect(checked.code == 0, "\(checked.said)")
            #expect(!checked.said.contains("Quota Exceeded"), "\(checked.said)")
        }
        let audit = try await gym.simulator("audit")
        #expect(audit["throttled"] as? Int == 0, "\(audit)")
        #expect((audit["requests"] as? Int ?? 0) > 10)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a service whose address is not known keeps the check from Keap, and that is no failure`() async throws {
        let gym = try await Gym()
        let before = try await gym.simulator("audit")["requests"] as? Int
        // The file leaves the port to the system.
        let checked = try await run("check", "--config", gym.configuration.path)
        #expect(checked.code == 0 && checked.said.contains("not tried"), "\(checked.said)")
        #expect(checked.said.contains("--admin URL"))
        #expect(try await gym.simulator("audit")["requests"] as? Int == before)
    }

    @Test(.timeLimit(.minutes(30)))
    func `without a service it asks Keap itself, and one gym if one is named`() async throws {
        let gym = try await Gym()
        await gym.stop()
        let checked = try await run("check", "--config", gym.configuration.path, "--gym", "downtown")
        #expect(checked.code == 0 && checked.said.contains("✓ downtown"), "\(checked.said)")
        let unknown = try await run("check", "--config", gym.configuration.path, "--gym", "uptown")
        #expect(unknown.code == 1 && unknown.said.contains("has no gym “uptown”"))
    }

    @Test(.timeLimit(.minutes(30)))
    func `a key that was changed in the file is tried as it stands there`() async throws {
        let gym = try await Gym()
        let text = try String(contentsOf: gym.configuration, encoding: .utf8)
        try Data(text.replacingOccurrences(of: "\"key\": \"KeapAK-test\"", with: "\"key\": \"KeapAK-typo\"").utf8)
            .write(to: gym.configuration)
        let checked = try await run("check", "--config", gym.configuration.path, "--admin", gym.admin)
        #expect(checked.code == 1 && checked.said.contains("refuses the key"), "\(checked.said)")
        #expect(checked.said.contains("the running service has other settings"), "\(checked.said)")
    }
}
