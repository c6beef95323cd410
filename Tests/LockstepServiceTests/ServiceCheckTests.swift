import DeterministicSimulation
import Foundation
import Testing

@testable import LockstepService

/// Checkups through the running service.
struct ServiceCheckTests {
    private func check(_ town: ServiceHarness, _ query: String = "?gym=downtown") async throws -> ServiceHarness.Answer
    {
        try await town.post("/api/check" + query)
    }

    @Test(.timeLimit(.minutes(30)))
    func `the running service checks a gym by calls that its own budget counts, and answers as the command does`()
        async throws
    {
        try await ServiceHarness.with() { town in
            let answer = try await check(town)
            #expect(answer.status == 200, "\(answer.text)")
            let checkup = try JSONDecoder().decode(ConfigurationCheck.self, from: Data(answer.body))
            #expect(checkup.isFine && checkup.keyOwner != nil && checkup.account == "app-KeapAK-one")
            #expect(checkup.wouldCreate.contains(#"the custom field "Zen Planner ID""#), "\(checkup.wouldCreate)")
            let calls = town.calls
            #expect(calls > 2)
            let budget = try #require(try await town.get("/api/budget").list.first)
            let windows = budget["windows"] as? [[String: Any]] ?? []
            #expect(windows.first { $0["window"] as? String == "day" }?["used"] as? Int == calls)
            let alone = try #require(
                await CheckRun.alone(try town.configuration([ServiceHarness.Gym()]), patience: .seconds(3_600)).first)
            #expect(alone.wouldCreate == checkup.wouldCreate && alone.settings == checkup.settings)
            #expect(alone.keyOwner == checkup.keyOwner && alone.account == checkup.account)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a file with other settings than the service was started with is told so, at no call`() async throws {
        try await ServiceHarness.with() { town in
            let gym = try #require(try town.configuration([ServiceHarness.Gym()]).gyms.first)
            #expect(try await check(town, "?gym=downtown&settings=\(gym.digest)").status == 200)
            let calls = town.calls
            let changed = try #require(try town.configuration([ServiceHarness.Gym(key: "KeapAK-new")]).gyms.first)
            let refused = try await check(town, "?gym=downtown&settings=\(changed.digest)")
            #expect(refused.status == 409 && refused.error.contains("other settings of gym downtown"))
            #expect(try await check(town, "?gym=elsewhere").status == 404)
            #expect(try await check(town, "?gim=downtown").status == 400)
            #expect(try await town.get("/api/check").status == 405)
            #expect(town.calls == calls)
            let all = try await check(town, "")
            #expect(all.list.map { $0["gym"] as? String } == ["downtown"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a budget that is used up leaves the gym untried at once, without a call`() async throws {
        try await ServiceHarness.with([ServiceHarness.Gym(keap: #""limits": {"perDay": 5}, "pacing": "off""#)]) {
            town in
            try await town.accept(person())
            try await until { town.calls >= 5 }
            #expect(town.calls == 5)
            let checkup = try JSONDecoder().decode(ConfigurationCheck.self, from: Data(try await check(town).body))
            #expect(checkup.isFine && checkup.untried.count == 1, "\(checkup)")
            #expect(checkup.untried.first?.contains("5 of 5 calls on this UTC day") == true, "\(checkup.untried)")
            #expect(town.calls == 5)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a key that Keap refuses is a problem, also while the service's calls wait because of it`() async throws {
        try await ServiceHarness.with() { town in
            _ = town.keap(
                "POST", ["faults"],
                #"{"match": {"path": ".*"}, "action": "status", "status": 401, "body": {"message": "no such key"}}"#)
            try await town.accept(person())
            try await until { try await town.get("/api/gyms").text.contains("key refused") }
            let checkup = try JSONDecoder().decode(ConfigurationCheck.self, from: Data(try await check(town).body))
            #expect(!checkup.isFine && checkup.untried.isEmpty, "\(checkup)")
            #expect(checkup.problems.first?.contains("Keap refuses the key") == true, "\(checkup.problems)")
        }
    }
}
