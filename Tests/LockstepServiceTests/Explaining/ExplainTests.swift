import Clocks
import DeterministicSimulation
import Foundation
import RateLimits
import DurableQueue
import Testing

@testable import LockstepService

/// `GET /api/jobs/ID/explain`
struct ExplainTests {
    private func explain(_ id: String, in town: ServiceHarness) async throws -> [String: Any] {
        try await town.get("/api/jobs/\(id)/explain").object
    }

    private func sentences(_ answer: [String: Any]) -> String {
        (answer["sentences"] as? [String] ?? []).joined(separator: "\n")
    }

    @Test(.timeLimit(.minutes(30)))
    func `a job of a paused gym says so, and those that ended say how`() async throws {
        try await ServiceHarness.with { town in
            let done = try await town.accept(person())
            town.refuse("zp-2@example.org")
            let dead = try await town.accept(person("zp-2"))
            try await town.settle()
            _ = try await town.post("/api/gyms/downtown/pause")
            let paused = try await town.accept(person("zp-1", ["status": "Hold"]))
            #expect(try await explain(done, in: town)["why"] as? String == "done")
            let letter = try await explain(dead, in: town)
            #expect(letter["why"] as? String == "dead")
            #expect(sentences(letter).contains("Not this one"), "in Keap's own words")
            let waiting = try await explain(paused, in: town)
            #expect(waiting["why"] as? String == "gym paused")
            #expect(waiting["id"] as? String == paused)
            #expect(waiting["gym"] as? String == "downtown")
            #expect(waiting["state"] as? String == "paused")
            #expect(sentences(waiting).contains("lockstep resume --gym downtown"))
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `what an import waits for is not what a live change waits for`() async throws {
        try await ServiceHarness.with { town in
            let gym = try #require(town.service.gyms["downtown"])
            let budget = gym.account.credential.budget
            let share = try #require(gym.account.credential.gyms.first).share
            await budget.close(for: .seconds(3_600))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...3 { group.addTask { _ = try? await budget.take(.bulk, for: share) } }
                try await until { await budget.status().waiting[.bulk] == 3 }
                #expect(await gym.obstacle(.live)?.sentence.contains("go before it") == false)
                #expect(await gym.obstacle(.bulk)?.sentence.contains("3 calls go before it") == true)
                group.cancelAll()
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `while Keap is away a job and those behind it say that Keap is what they wait for`() async throws {
        try await ServiceHarness.with { town in
            _ = town.keap("POST", ["faults"], #"{"match": {}, "action": "status", "status": 503}"#)
            let first = try await town.accept(person())
            let second = try await town.accept(person("zp-1", ["status": "Hold"]))
            var told = ""
            try await until {
                let answer = try await explain(second, in: town)
                #expect(answer["why"] as? String == "behind")
                #expect(answer["after"] as? String == first)
                #expect(answer["ahead"] as? Int == 1)
                told = sentences(answer)
                return told.contains("Keap has failed")
            }
            #expect(told.contains("job \(first) is the first"))
            town.heal()
            try await town.settle()
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a job of which nothing is remembered is told apart from one that never was`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(["who": "knows"])
            _ = try await town.post("/api/jobs/\(id)/discard")
            let gone = try await town.get("/api/jobs/\(id)/explain")
            #expect(gone.status == 404)
            #expect(gone.error.contains("discarded, or finished so long ago"))
            for id in ["0", "99", "seven", "-1"] {
                let none = try await town.get("/api/jobs/\(id)/explain")
                #expect(none.status == 404)
                #expect(none.error == "there is no job “\(id)”")
            }
            #expect(try await town.ask("POST", town.admin + "/api/jobs/1/explain", body: "").status == 405)
        }
    }
}
