import Foundation
import Testing

/// The program's first promise, tried on the program itself: whatever it acknowledged survives `kill -9`.
@Suite(.serialized) struct KillTests {
    @Test(.timeLimit(.minutes(30)))
    func `400 acknowledged messages survive 25 kills, in order, one at a time, each person once`() async throws {
        let gym = try await Gym()
        let people = 40
        let statuses = ["Prospect", "Student", "Hold", "Alumni", "Student"]
        var acknowledged: [Int: [String]] = [:]
        var count = 0
        var kills = 0
        while count < 400 {
            let (person, round) = (count % people, count / people)
            let status = statuses[(person + round) % statuses.count]
            let fields = [
                "personId": "zp-\(person)", "firstName": "First\(person)", "lastName": "Last\(person)",
                "email": "person\(person)@example.org", "status": status, "prospectSource": "round \(round)",
            ]
            let isKilled = count / 15 > kills && kills < 25
            // The kill comes while the message is on its way, or just after. What is not acknowledged is sent again, as a
            // sender would, and may have been taken nevertheless.
            let service = gym.service
            async let killing: Void = isKilled ? service.killFromElsewhere() : ()
            if await gym.post(fields) {
                acknowledged[person, default: []].append(status)
                count += 1
            }
            await killing
            guard isKilled else { continue }
            kills += 1
            try await gym.restart()
        }
        #expect(kills == 25)
        try await gym.drain()

        let audit = try await gym.simulator("audit")
        #expect(audit["violations"] as? Int == 0, "two requests for one contact were in flight at once")
        #expect(audit["throttled"] as? Int == 0)
        #expect(audit["duplicates"] as? Int == 0)
        let contacts = try await gym.simulator("accounts/KeapAK-test/contacts")["contacts"] as? [[String: Any]] ?? []
        #expect(contacts.count == people)
        for contact in contacts {
            try await check(contact, acknowledged, in: gym)
        }
    }

    /// Each status must have shown, in the order acknowledged, and only after the one before it had gone.
    private func check(_ contact: [String: Any], _ acknowledged: [Int: [String]], in gym: Gym) async throws {
        let id = try #require(contact["id"] as? String)
        let name = try #require(contact["given_name"] as? String)
        let person = try #require(Int(name.dropFirst("First".count)))
        let story = try await gym.simulator("audit/contacts/\(id)")
        var worn: [String] = []
        var shown: [String] = []
        for event in story["events"] as? [[String: Any]] ?? [] {
            guard let tag = event["name"] as? String, tag.hasPrefix("ZP Status: ") else { continue }
            let status = String(tag.dropFirst("ZP Status: ".count))
            if event["what"] as? String == "tagRemoved" {
                worn.removeAll { $0 == status }
            } else {
                #expect(worn.isEmpty, "person \(person) wore \(worn) when \(status) came")
                worn.append(status)
                shown.append(status)
            }
        }
        var expected: [String] = []
        for status in acknowledged[person] ?? [] where expected.last != status { expected.append(status) }
        #expect(shown == expected, "person \(person)")
        #expect(worn == [expected.last].compactMap { $0 })
    }

    @Test(.timeLimit(.minutes(30)))
    func `SIGTERM ends with exit code 0, and the next start goes on where it stopped`() async throws {
        let gym = try await Gym()
        try await gym.playFault(["action": "status", "status": 503, "seconds": 2])
        for person in 0..<10 {
            let fields = [
                "personId": "zp-\(person)", "firstName": "F", "lastName": "L\(person)", "email": "p\(person)@e.org",
            ]
            #expect(await gym.post(fields))
        }
        #expect(await gym.service.terminate() == 0)
        try await gym.restart()
        try await gym.drain()
        let contacts = try await gym.simulator("accounts/KeapAK-test/contacts")["contacts"] as? [[String: Any]] ?? []
        #expect(contacts.count == 10)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a second service on the same journal is refused with a sentence`() async throws {
        let gym = try await Gym()
        let second = try RunningProgram(["serve", "--config", gym.directory.appending(path: "lockstep.json").path])
        #expect(await second.wait() == 1)
        #expect(await second.line(containing: "in use") != nil)
    }

    @Test(.timeLimit(.minutes(30)))
    func `wrong words end with 2 and a sentence, a wrong configuration with 1`() async throws {
        #expect(try await RunningProgram(["swerve"]).wait() == 2)
        #expect(try await RunningProgram(["jobs", "--config", "x", "--colour"]).wait() == 2)
        let missing = try RunningProgram(["serve", "--config", "/nonexistent/lockstep.json"])
        #expect(await missing.wait() == 1)
        #expect(await missing.line(containing: "/nonexistent/lockstep.json") != nil)
    }
}
