import Clocks
import DeterministicSimulation
import Testing

@testable import LockstepService

/// The whole line: a web hook goes in, and Keap has what it says.
struct DeliveryTests {
    @Test(.timeLimit(.minutes(30)))
    func `a person becomes a contact with fields and tags`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(
                person("zp-1", ["programs": #"[{"id": "p1", "name": "Kids", "status": "CURRENT"}]"#]))
            try await town.settle()
            let contact = try #require(town.contacts().first)
            #expect(town.contacts().count == 1)
            #expect(contact["given_name"] as? String == "Ana")
            #expect(contact["family_name"] as? String == "Ruiz")
            let mails = contact["email_addresses"] as? [[String: Any]] ?? []
            let first = mails.first { $0["field"] as? String == "EMAIL1" }
            #expect(first?["email"] as? String == "zp-1@example.org")
            let fields = contact["custom_fields"] as? [[String: Any]] ?? []
            #expect(fields.contains { $0["content"] as? String == "zp-1" })
            #expect(town.worn(by: contact) == ["ZP Status: Student", "ZP Program: Kids - CURRENT"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `the same message again costs no call, nor does it after a restart`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person())
            try await town.settle()
            let calls = town.calls
            #expect(calls > 0)
            let again = try await town.accept(person())
            try await town.settle()
            #expect(try await town.state(of: again) == "done")
            #expect(town.calls == calls)
            try await town.reopen()
            let afterwards = try await town.accept(person())
            try await town.settle()
            #expect(try await town.state(of: afterwards) == "done")
            #expect(town.calls == calls)
            #expect(town.contacts().count == 1)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a new status takes the old tag off and leaves what is not ours`() async throws {
        try await ServiceHarness.with { town in
            _ = town.keap(
                "POST", ["accounts", "KeapAK-one", "contacts"],
                """
                {"given_name": "ana", "family_name": "RUIZ", "tags": ["VIP", "ZP Status: Prospect"],
                 "email_addresses": [{"field": "EMAIL1", "email": "zp-1@example.org"}]}
                """)
            try await town.accept(person())
            try await town.accept(person("zp-1", ["status": "Alumni"]))
            try await town.settle()
            let contact = try #require(town.contacts().first)
            #expect(town.contacts().count == 1, "whoever Keap knows already is not made again")
            #expect(town.worn(by: contact) == ["VIP", "ZP Status: Alumni"])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a renamed program keeps its tag under the new name, and no contact is called for`() async throws {
        try await ServiceHarness.with { town in
            let programs = ["programs": #"[{"id": "p1", "name": "Kids", "status": "CURRENT"}]"#]
            try await town.accept(person("zp-1", programs))
            try await town.settle()
            let calls = town.calls
            try await town.accept(["event": "program.renamed", "programId": "p1", "newName": "Juniors"])
            try await town.settle()
            #expect(town.calls == calls + 1)
            let contact = try #require(town.contacts().first)
            #expect(town.worn(by: contact).contains("ZP Program: Juniors - CURRENT"))
            #expect(!town.tagNames().contains("ZP Program: Kids - CURRENT"))
            // The same person, whose message still has the old name, wears the renamed tag already.
            try await town.accept(person("zp-1", programs))
            try await town.settle()
            #expect(town.calls == calls + 1)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `no contact has a deleted program's tag, also none whose message is from before`() async throws {
        try await ServiceHarness.with { town in
            let programs = ["programs": #"[{"id": "p1", "name": "Kids", "status": "CURRENT"}]"#]
            try await town.accept(person("zp-1", programs))
            try await town.settle()
            _ = try await town.post("/api/gyms/downtown/pause")
            try await town.accept(person("zp-2", programs))
            try await town.accept(["event": "program.deleted", "programId": "p1", "name": "Kids"])
            try await town.reopen()
            _ = try await town.post("/api/gyms/downtown/resume")
            try await town.settle()
            #expect(town.contacts().count == 2)
            for contact in town.contacts() { #expect(town.worn(by: contact) == ["ZP Status: Student"]) }
            #expect(town.tagNames().contains("zp_deleted_ZP Program: Kids - CURRENT"))
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a dead letter retried after a newer message was delivered closes as superseded`() async throws {
        try await ServiceHarness.with { town in
            town.refuse("zp-1@example.org")
            let old = try await town.accept(person("zp-1", ["firstName": "Old"]))
            try await town.settle()
            #expect(try await town.state(of: old) == "dead")
            town.heal()
            let new = try await town.accept(person("zp-1", ["firstName": "New"]))
            try await town.settle()
            #expect(try await town.state(of: new) == "done")
            let calls = town.calls
            #expect(try await town.post("/api/jobs/\(old)/retry").status == 200)
            try await town.settle()
            #expect(try await town.state(of: old) == "superseded")
            #expect(town.calls == calls)
            #expect(town.contacts().first?["given_name"] as? String == "New")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a gym that parks keeps what follows a dead letter waiting until it is discarded`() async throws {
        let gym = ServiceHarness.Gym(more: #""afterDead": "park""#)
        try await ServiceHarness.with([gym]) { town in
            town.refuse("zp-1@example.org")
            let dead = try await town.accept(person())
            try await town.settle()
            town.heal()
            let next = try await town.accept(person("zp-1", ["status": "Alumni"]))
            #expect(try await town.state(of: next) == "paused")
            #expect(try await town.post("/api/jobs/\(dead)/discard").status == 200)
            try await town.settle()
            #expect(try await town.state(of: next) == "done")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `after the mapping is mended, retrying delivers what could not be placed`() async throws {
        try await ServiceHarness.with { town in
            var fields = person()
            fields["memberNumber"] = fields.removeValue(forKey: "personId")
            let id = try await town.accept(fields)
            #expect(try await town.state(of: id) == "dead")
            try await town.reopen([ServiceHarness.Gym(zenPlanner: #""fields": {"personId": "memberNumber"}"#)])
            #expect(try await town.post("/api/jobs/\(id)/retry").status == 200)
            try await town.settle()
            #expect(try await town.state(of: id) == "done")
            #expect(town.contacts().first?["given_name"] as? String == "Ana")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `gyms with one key share a gateway and a budget, others do not`() async throws {
        let gyms = [
            ServiceHarness.Gym(), ServiceHarness.Gym(id: "annex", token: "token-of-the-annex"),
            ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown"),
        ]
        try await ServiceHarness.with(gyms) { town in
            #expect(town.service.accounts.map(\.name) == ["downtown", "uptown"])
            #expect(town.service.gyms["downtown"]?.account === town.service.gyms["annex"]?.account)
            #expect(town.service.gyms["downtown"]?.account !== town.service.gyms["uptown"]?.account)
            try await town.accept(person("zp-1"))
            try await town.settle()
            try await town.accept(person("zp-2"), to: gyms[1])
            try await town.settle()
            #expect(town.contacts(of: "KeapAK-one").count == 2)
            #expect(town.contacts(of: "KeapAK-two").isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a job of a gym that left the configuration is kept, and says what is missing`() async throws {
        let gyms = [
            ServiceHarness.Gym(), ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown"),
        ]
        try await ServiceHarness.with(gyms) { town in
            _ = try await town.post("/api/gyms/uptown/pause")
            let id = try await town.accept(person(), to: gyms[1])
            try await town.reopen([gyms[0]])
            #expect(try await town.state(of: id) == "paused")
            try await town.reopen(gyms)
            _ = try await town.post("/api/gyms/uptown/resume")
            try await town.settle()
            #expect(try await town.state(of: id) == "done")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `what hangs when the service stops is put back uncharged and delivered after the next start`() async throws {
        try await ServiceHarness.with { town in
            _ = town.keap("POST", ["faults"], #"{"action": "hang", "for": 86400, "times": 1}"#)
            let id = try await town.accept(person())
            try await until { town.calls > 0 }
            // If it waited for what hangs, it would not end today.
            try await town.reopen()
            try await town.settle()
            let job = try await town.job(id)
            #expect(job["state"] as? String == "done")
            #expect(job["attempts"] as? Int == 1)
            #expect(town.contacts().count == 1)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a key that Keap refuses keeps everything waiting, and health of the gym says so`() async throws {
        try await ServiceHarness.with { town in
            _ = town.keap("POST", ["faults"], #"{"action": "status", "status": 401, "body": {"fault": {}}}"#)
            let id = try await town.accept(person())
            func circuit() async throws -> String? {
                let gym = try await town.get("/api/gyms").list.first
                return (gym?["keap"] as? [String: Any])?["circuit"] as? String
            }
            try await until { try await circuit() != "closed" }
            #expect(try await circuit() == "key refused")
            #expect(["running", "waiting"].contains(try await town.state(of: id)))
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `stopping twice is stopping once`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person())
            try await town.settle()
            await town.service.stop(grace: .zero)
            await town.service.stop(grace: .zero)
            #expect(town.said.all.isEmpty, "\(town.said.all)")
        }
    }
}
