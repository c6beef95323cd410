import Foundation
import Testing

@testable import LockstepService

/// Messages that waited for one person, on their way through the whole service.
struct CoalescingTests {
    private struct Result {
        var calls = 0
        var jobs: [[String: Any]] = []
        var worn: Set<String> = []

        var states: [String?] { jobs.map { $0["state"] as? String } }
    }

    /// Delivers a person, then these messages, which all came before the first of them could run.
    private func deliver(_ messages: [[String: String]], in town: ServiceHarness) async throws -> Result {
        try await town.accept(person())
        try await town.settle()
        var result = Result()
        let before = town.calls
        _ = try await town.post("/api/gyms/downtown/pause")
        var ids: [String] = []
        for message in messages { ids.append(try await town.accept(message)) }
        _ = try await town.post("/api/gyms/downtown/resume")
        try await town.settle()
        result.calls = town.calls - before
        for id in ids { result.jobs.append(try await town.job(id)) }
        result.worn = town.worn(by: try #require(town.contacts().first))
        return result
    }

    @Test(.timeLimit(.minutes(30)))
    func `what waited for one person goes in one call, and each job says with which it went`() async throws {
        try await ServiceHarness.with { town in
            let names = ["Ann", "Anna", "Anne", "Anja", "Anneke"]
            let result = try await deliver(names.map { person("zp-1", ["firstName": $0]) }, in: town)
            #expect(result.calls == 1)
            #expect(result.states == Array(repeating: "done", count: 5))
            let last = try #require(result.jobs.last?["id"] as? String)
            let reasons = result.jobs.map { $0["reason"] as? String }
            #expect(reasons == Array(repeating: "done together with job \(last)", count: 4) + [nil])
            #expect(town.contacts().first?["given_name"] as? String == "Anneke")
        }
    }

    @Test(.timeLimit(.minutes(30)), arguments: [("tags", 10), ("latest", 4), ("off", 11)])
    func `a gym says whether tags may be skipped, or everything is its own delivery`(_ setting: String, _ calls: Int)
        async throws
    {
        let gym = ServiceHarness.Gym(more: #""sync": {"coalesce": "\#(setting)"}"#)
        try await ServiceHarness.with([gym]) { town in
            // Away, a new name on the way, and back, and away.
            let result = try await deliver(
                [
                    person("zp-1", ["status": "Hold"]), person("zp-1", ["status": "Hold", "firstName": "Anna"]),
                    person("zp-1", ["status": "Hold", "firstName": "Anne"]), person("zp-1", ["status": "Student"]),
                    person("zp-1", ["status": "Hold"]),
                ], in: town)
            #expect(result.states == Array(repeating: "done", count: 5))
            #expect(result.worn == ["ZP Status: Hold"])
            #expect(result.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a refusal of several is the verdict of those that deserve it`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person())
            try await town.settle()
            town.refuse("other@example.org")
            let result = try await deliver(
                [
                    person("zp-1", ["firstName": "Anna"]), person("zp-1", ["email": "other@example.org"]),
                    ["personId": "zp-1", "lastName": "Gomez"],
                ], in: town)
            #expect(result.states == ["done", "dead", "done"])
            let contact = try #require(town.contacts().first)
            #expect(contact["given_name"] as? String == "Anna")
            #expect(contact["family_name"] as? String == "Gomez")
            #expect(town.said.all.filter { $0.contains("dead letter") }.count == 1)
        }
    }
}
