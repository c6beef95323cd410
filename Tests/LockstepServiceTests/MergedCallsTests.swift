import Testing

@testable import LockstepService

/// The whole line with a budget that is too small for a call per change.
struct MergedCallsTests {
    @Test(.timeLimit(.minutes(30)))
    func `sixty changes of status at once cost a few calls, and every contact has its tags`() async throws {
        let people = (1...60).map { "zp-\($0)" }
        let scarce = ServiceHarness.Gym(keap: #""limits": {"perSecond": 10}"#)
        try await ServiceHarness.with { town in
            for id in people { try await town.accept(person(id)) }
            try await town.settle()
            try await town.reopen([scarce])
            _ = try await town.post("/api/gyms/downtown/pause")
            for id in people { try await town.accept(person(id, ["status": "Alumni"])) }
            let calls = town.calls
            _ = try await town.post("/api/gyms/downtown/resume")
            try await town.settle()
            // The new tag has to be looked for and made; then both are a call or two for all, where each alone is two.
            #expect(town.calls - calls <= 15)
            #expect(town.overlaps == 0)
            #expect(town.contacts().count == people.count)
            for contact in town.contacts() { #expect(town.worn(by: contact) == ["ZP Status: Alumni"]) }
            let metrics = try await town.get("/metrics").text
            #expect(metrics.contains(#"lockstep_keap_tag_edits_total{account="downtown"} 120"#))
        }
    }
}
