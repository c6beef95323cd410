import Testing

@testable import LockstepService

/// What an operator is told of a dead letter: whose it is, what was refused, what to do.
struct DeadLetterTests {
    @Test(.timeLimit(.minutes(30)))
    func `a dead letter names its person in every answer, and its remedy`() async throws {
        try await ServiceHarness.with { town in
            town.refuse("zp-7@example.org")
            let id = try await town.accept(person("zp-7"))
            try await town.settle()
            #expect(try await town.state(of: id) == "dead")
            let whom = "Ana Ruiz, zp-7@example.org (Zen Planner ID zp-7)"
            let job = try await town.get("/api/jobs/\(id)").object
            #expect(job["person"] as? String == whom)
            #expect((job["reason"] as? String ?? "").hasPrefix(whom + ": "))
            let listed = try #require(try await town.get("/api/jobs?state=dead").list.first)
            #expect((listed["reason"] as? String ?? "").contains("zp-7@example.org"))
            let story = try await town.get("/api/jobs/\(id)/explain").object
            #expect(story["person"] as? String == whom)
            let sentences = (story["sentences"] as? [String] ?? []).joined(separator: " ")
            #expect(sentences.contains("`lockstep retry` gives it another try"))
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a retry is not offered for a message that still cannot be understood`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(["contact": "7", "given": "Ana"])
            let story = try await town.get("/api/jobs/\(id)/explain").object
            let sentences = (story["sentences"] as? [String] ?? []).joined(separator: " ")
            #expect(sentences.contains("`lockstep retry` cannot help before the message can be understood"))
            #expect(sentences.contains("personId"))
            #expect(!sentences.contains("gives it another try"))
        }
    }
}
