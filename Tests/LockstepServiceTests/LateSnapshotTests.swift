import Testing

@testable import LockstepService

/// Dead snapshots that are retried after newer ones were delivered.
@Suite(.timeLimit(.minutes(30))) struct LateSnapshotTests {
    private let birth = ["birthDate": "1990-05-06"]

    @Test func `a retried dead letter delivers what no newer message carried, and nothing else`() async throws {
        try await ServiceHarness.with { town in
            town.refuse("zp-1@example.org")
            let programs = ["programs": #"[{"id": "p1", "name": "Kids", "status": "CURRENT"}]"#]
            let old = try await town.accept(
                person(
                    "zp-1", ["firstName": "Old", "status": "Prospect"].merging(birth.merging(programs) { $1 }) { $1 }))
            try await town.settle()
            town.heal()
            try await town.accept(person("zp-1", ["firstName": "New"]))
            try await town.settle()
            #expect(try await town.post("/api/jobs/\(old)/retry").status == 200)
            try await town.settle()
            #expect(try await town.state(of: old) == "done")
            let contact = try #require(town.contacts().first)
            #expect(contact["given_name"] as? String == "New")
            #expect("\(contact)".contains("1990-05-06"), "\(contact)")
            #expect(town.worn(by: contact) == ["ZP Status: Student", "ZP Program: Kids - CURRENT"])
        }
    }

    @Test func `it stays so over a restart, and a part that a message between carried is not delivered`()
        async throws
    {
        try await ServiceHarness.with { town in
            town.refuse("zp-1@example.org")
            let old = try await town.accept(person("zp-1", birth))
            let other = try await town.accept(person("zp-1", ["signupDate": "2020-02-02"].merging(birth) { $1 }))
            try await town.settle()
            town.heal()
            try await town.accept(person("zp-1", ["birthDate": "1991-01-01"]))
            try await town.settle()
            try await town.accept(person("zp-1", ["lastName": "Later"]))
            try await town.settle()
            try await town.reopen()
            let calls = town.calls
            #expect(try await town.post("/api/jobs/\(old)/retry").status == 200)
            try await town.settle()
            #expect(try await town.state(of: old) == "superseded")
            #expect(town.calls == calls)
            #expect(try await town.post("/api/jobs/\(other)/retry").status == 200)
            try await town.settle()
            #expect(try await town.state(of: other) == "done")
            let contact = try #require(town.contacts().first)
            #expect("\(contact)".contains("2020-02-02") && "\(contact)".contains("1991-01-01"), "\(contact)")
            #expect(contact["family_name"] as? String == "Later")
        }
    }

    @Test func `of two dead letters the newer is retried first, and each brings what only it carried`() async throws {
        try await ServiceHarness.with { town in
            town.refuse("zp-1@example.org")
            let first = try await town.accept(person("zp-1", ["signupDate": "2020-02-02"].merging(birth) { $1 }))
            let second = try await town.accept(person("zp-1", ["birthDate": "1992-03-04"]))
            try await town.settle()
            town.heal()
            try await town.accept(person("zp-1"))
            try await town.settle()
            for job in [second, first] {
                #expect(try await town.post("/api/jobs/\(job)/retry").status == 200)
                try await town.settle()
                #expect(try await town.state(of: job) == "done")
            }
            let contact = try #require(town.contacts().first)
            #expect("\(contact)".contains("2020-02-02") && "\(contact)".contains("1992-03-04"), "\(contact)")
        }
    }

    @Test func `what came between two messages that were delivered as one is newer than the first of them`()
        async throws
    {
        try await ServiceHarness.with { town in
            try await town.accept(person("zp-1"))
            try await town.settle()
            #expect(try await town.post("/api/gyms/downtown/pause").status == 200)
            let first = try await town.accept(person("zp-1", ["birthDate": "1990-05-06"]))
            let between = try await town.accept(["contact_ref": "zp-1", "birthDate": "1995-05-05"])
            try await town.accept(person("zp-1"))
            #expect(try await town.state(of: between) == "dead")
            #expect(try await town.post("/api/gyms/downtown/resume").status == 200)
            try await town.settle()
            let reason = try await town.job(first)["reason"] as? String
            #expect(reason?.contains("together") == true, "they went as one")
            try await town.reopen([ServiceHarness.Gym(zenPlanner: #""fields": {"personId": ["contact_ref"]}"#)])
            #expect(try await town.post("/api/jobs/\(between)/retry").status == 200)
            try await town.settle()
            #expect(try await town.state(of: between) == "done")
            let contact = try #require(town.contacts().first)
            #expect("\(contact)".contains("1995-05-05"), "\(contact)")
        }
    }

    @Test func `of two program changes that could not be placed the older is not lost when the newer is retried first`()
        async throws
    {
        try await ServiceHarness.with { town in
            for (id, program) in [("zp-1", "Kids"), ("zp-2", "Boxing")] {
                try await town.accept(
                    person(id, ["programs": #"[{"id": "\#(program)", "name": "\#(program)", "status": "CURRENT"}]"#]))
            }
            try await town.settle()
            var jobs: [String] = []
            for (old, new) in [("Kids", "Juniors"), ("Boxing", "Fighting")] {
                jobs.append(
                    try await town.accept(["event": "program.renamed", "programId": old, "called_now": new]))
            }
            for job in jobs { #expect(try await town.state(of: job) == "dead") }
            try await town.reopen([ServiceHarness.Gym(zenPlanner: #""fields": {"newName": ["called_now"]}"#)])
            for job in jobs.reversed() {
                #expect(try await town.post("/api/jobs/\(job)/retry").status == 200)
                try await town.settle()
                #expect(try await town.state(of: job) == "done")
            }
            let names = town.tagNames()
            #expect(names.contains("ZP Program: Juniors - CURRENT") && names.contains("ZP Program: Fighting - CURRENT"))
        }
    }
}
