import DurableQueue
import Testing

@testable import LockstepService

@Suite(.timeLimit(.minutes(30))) struct JobSweepTests {
    @Test func `all that match are retried, and those that came after the count are not`() async throws {
        try await ServiceHarness.with { town in
            for number in 1...3 { town.refuse("zp-\(number)@example.org") }
            let ana = try await town.accept(person())
            let ben = try await town.accept(person("zp-2", ["firstName": "Ben"]))
            try await town.settle()
            let count = try await town.get("/api/jobs/count?state=dead&text=ruiz").object
            #expect(count["count"] as? Int == 2)
            let before = try #require(count["before"] as? String)
            let late = try await town.accept(person("zp-3"))
            try await town.settle()
            town.heal()
            #expect(try await town.post("/api/retry?text=BEN").object["retried"] as? Int == 1)
            try await town.settle()
            #expect(try await town.state(of: ben) == "done")
            let answer = try await town.post("/api/retry?text=ruiz&before=\(before)").object
            #expect(answer["retried"] as? Int == 1 && answer["left"] as? Int == 0)
            try await town.settle()
            #expect(try await town.state(of: ana) == "done")
            #expect(try await town.state(of: late) == "dead")
        }
    }

    @Test func `hundreds are retried in one request, each person's in the order of acceptance`() async throws {
        try await ServiceHarness.with { town in
            town.refuse("zp-1@example.org")
            var dead: [String] = []
            for number in 0..<5 { dead.append(try await town.accept(person("zp-1", ["status": "S\(number)"]))) }
            for number in 0..<600 { dead.append(try await town.accept(["who": "knows \(number)"])) }
            try await town.settle()
            town.heal()
            let answer = try await town.post("/api/retry").object
            #expect(answer["retried"] as? Int == 5 && answer["left"] as? Int == 600)
            try await town.settle()
            let tags = town.contacts().first.map(town.worn) ?? []
            #expect(tags == ["ZP Status: S4"])
        }
    }

    @Test func `all that match are discarded, of the state that is named`() async throws {
        try await ServiceHarness.with { town in
            let dead = try await town.accept(["who": "knows"])
            #expect(try await town.post("/api/gyms/downtown/pause").status == 200)
            let ana = try await town.accept(person())
            let ben = try await town.accept(person("zp-2", ["firstName": "Ben"]))
            let discarded = try await town.post("/api/discard?state=paused&text=ana").object
            #expect(discarded["discarded"] as? Int == 1 && discarded["left"] as? Int == 0)
            #expect(try await town.get("/api/jobs/\(ana)").status == 404)
            #expect(try await town.state(of: ben) == "paused")
            #expect(try await town.post("/api/discard").object["discarded"] as? Int == 1, "dead letters, unless told")
            #expect(try await town.get("/api/jobs/\(dead)").status == 404)
            #expect(try await town.state(of: ben) == "paused")
            #expect(town.calls == 0)
        }
    }

    @Test(arguments: [
        ("/api/discard?state=running", 400), ("/api/discard?state=done", 400), ("/api/retry?state=waiting", 400),
        ("/api/discard?gym=nowhere", 404), ("/api/discard?gyms=downtown", 400), ("/api/discard?before=x", 400),
    ])
    func `what cannot be meant is refused, and nothing is touched`(_ path: String, _ status: Int) async throws {
        try await ServiceHarness.with { town in
            let dead = try await town.accept(["who": "knows"])
            let answer = try await town.post(path)
            #expect(answer.status == status)
            #expect(!answer.error.isEmpty)
            #expect(try await town.state(of: dead) == "dead")
        }
    }
}
