import Foundation
import History
import Testing

@testable import LockstepService

/// What happened to people, found and told through the running service, and erased.
struct PeopleTests {
    private func find(_ text: String, _ town: ServiceHarness) async throws -> PeoplePage {
        let query = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let answer = try await town.get("/api/people?q=\(query)")
        try #require(answer.status == 200, "\(answer.text)")
        return try JSONDecoder().decode(PeoplePage.self, from: Data(answer.body))
    }

    private func timeline(_ id: String, _ town: ServiceHarness, more: String = "") async throws -> PersonTimeline {
        let path = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let answer = try await town.get("/api/people/downtown/\(path)\(more)")
        try #require(answer.status == 200, "\(answer.text)")
        return try JSONDecoder().decode(PersonTimeline.self, from: Data(answer.body))
    }

    private func files(_ directory: URL) throws -> [(name: String, bytes: Data)] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        // A directory holds no bytes.
        return names.compactMap { name in (try? Data(contentsOf: directory.appending(path: name))).map { (name, $0) } }
    }

    @Test(.timeLimit(.minutes(30))) func `a person is told from the message to the tags worn now`() async throws {
        try await ServiceHarness.with { town in
            let job = try await town.accept(person("zp-7", ["lastName": "Ruíz"]))
            try await town.settle()
            let later = try await town.accept(person("zp-7", ["lastName": "Ruíz", "status": "Alumni"]))
            try await town.settle()
            let contact = try #require(town.contacts().first?["id"] as? String)

            for text in [
                "ana", "RUIZ an", "zp-7@EXAMPLE.org", "zp-7", "person:zp-7", "contact:\(contact)", contact, job,
                "job:\(later)",
            ] {
                let hits = try await find(text, town).people
                #expect(hits.map(\.id) == ["person:zp-7"], "\(text)")
                #expect(hits.first?.name == "Ana Ruíz")
            }
            #expect(try await find("nobody", town).people.isEmpty)

            let ana = try await timeline("person:zp-7", town)
            #expect(ana.name == "Ana Ruíz")
            #expect(ana.ids.contains("contact:\(contact)"))
            #expect(ana.tags == ["ZP Status: Alumni"])
            #expect(ana.standing == "all that came for them is in Keap")
            #expect(ana.keap?.hasSuffix("ID=\(contact)") == true)
            #expect(ana.changes.map(\.job) == [later, job])
            let first = try #require(ana.changes.last)
            #expect(first.state == "done")
            #expect(first.source == "zenplanner")
            #expect(first.values.contains { $0.name == "lastName" && $0.value == "Ruíz" })
            let calls = first.events.compactMap(\.call)
            let create = try #require(calls.first { $0.purpose == "create contact" })
            #expect(create.method == "POST" && create.path.hasPrefix("/v2/contacts") && create.status == 201)
            #expect(create.request?.text.contains("zp-7@example.org") == true)
            #expect(create.answer?.text.contains(contact) == true)
            #expect(first.events.last?.outcome == "done")
            #expect(first.events.last?.differences?.contains { $0.what == "lastName" && $0.after == "Ruíz" } == true)
            let tags = ana.changes[0].events.last?.differences ?? []
            #expect(tags.contains { $0.what == "tag" && $0.before == "ZP Status: Student" })
            #expect(tags.contains { $0.what == "tag" && $0.after == "ZP Status: Alumni" })
            for id in [contact, "contact:\(contact)", "job:\(job)", "zp-7@example.org"] {
                #expect(try await timeline(id, town).id == "person:zp-7", "\(id)")
            }
            let page = try await timeline("zp-7", town, more: "?limit=1")
            #expect(page.changes.map(\.job) == [later] && page.next == later)
            #expect(try await timeline("zp-7", town, more: "?limit=1&before=\(later)").changes.map(\.job) == [job])
            #expect(try await town.get("/api/people/downtown/zp-8").status == 404)
            #expect(try await town.get("/api/people/nowhere/zp-7").status == 404)
            #expect(try await town.get("/api/people").status == 400)

            try await town.reopen()
            #expect(try await timeline("zp-7", town).changes.map(\.job) == [later, job])
            #expect(try await town.post("/api/resync?gym=downtown&id=zp-7@example.org").status == 202)
            try await town.settle()
            #expect(try await timeline("zp-7", town).changes.first?.source == "resync")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `one whose only change is a dead letter, or waits, is found with Keap's words`() async throws {
        try await ServiceHarness.with { town in
            town.refuse("zp-9@example.org")
            let job = try await town.accept(person("zp-9", ["firstName": "Bob\u{200B}", "lastName": "👩‍👩‍👧 \u{202E}x"]))
            try await town.settle()
            #expect(try await town.state(of: job) == "dead")
            #expect(try await find("bob", town).people.map(\.id) == ["person:zp-9"])
            let bob = try await timeline("zp-9@example.org", town)
            #expect(bob.dead == [job])
            #expect(
                bob.changes.first?.events.compactMap(\.call).contains {
                    $0.status == 400 && $0.reason == "Not this one"
                } == true)
            #expect(bob.changes.first?.events.last?.outcome == "dead")

            let unplaced = try await town.send(["firstName": "Nameless", "email": ""])
            let id = try #require(unplaced.object["job"] as? String)
            try await town.settle()
            #expect(try await find("nameless", town).people.map(\.id) == ["job:\(id)"])
            #expect(try await timeline("job:\(id)", town).dead == [id])

            _ = try await town.post("/api/gyms/downtown/pause")
            let waiting = try await town.accept(person("zp-10", ["firstName": String(repeating: "Long", count: 2_500)]))
            #expect(try await find("zp-10@example.org", town).people.map(\.id) == ["person:zp-10"])
            #expect(try await timeline("zp-10", town).waiting == [waiting])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `one of whom nothing is kept is found by what still waits, is dead, or is remembered`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person("zp-1"))
            try await town.settle()
            let contact = try #require(town.contacts().first?["id"] as? String)
            town.refuse("zp-2@example.org")
            let dead = try await town.accept(person("zp-2"))
            try await town.settle()
            await town.service.ground.recorder?.history.close()
            try FileManager.default.removeItem(at: town.directory.appending(path: "journal/history"))
            try await town.reopen()
            for text in ["zp-1", contact] {
                #expect(try await find(text, town).people.map(\.id) == ["person:zp-1"])
            }
            #expect(try await timeline("contact:\(contact)", town).tags == ["ZP Status: Student"])
            #expect(try await find("ana zp-2@", town).people.map(\.id) == ["person:zp-2"])
            let told = try await timeline("zp-2", town)
            #expect(told.dead == [dead])
            #expect(told.changes.first?.values.contains { $0.value == "zp-2@example.org" } == true)
        }
    }

    @Test(.timeLimit(.minutes(30))) func `a booking and a person of one contact are one timeline`() async throws {
        try await ServiceHarness.with { town in
            var booking = BookingMessage.of("scheduled", at: 0)
            (booking.name, booking.email) = ("Ana Ruiz", "zp-7@example.org")
            let first = try await town.book(booking)
            #expect(first.status == 202, "\(first.text)")
            try await town.settle()
            try await town.accept(person("zp-7"))
            try await town.settle()
            let ana = try await timeline("booking:BKNG-A", town)
            #expect(ana.id == "person:zp-7")
            #expect(Set(ana.changes.compactMap(\.source)) == ["oncehub", "zenplanner"])
        }
    }

    @Test(.timeLimit(.minutes(30))) func `no secret is in any file, whatever the messages and answers hold`()
        async throws
    {
        let gym = ServiceHarness.Gym(
            key: "KeapAK-very/secret", token: "zen token".replacing(" ", with: "-planner-"), secret: "once-hub-secret")
        try await ServiceHarness.with([gym], adminToken: "the-admin-token") { town in
            _ = town.keap(
                "POST", ["faults"],
                """
                {"match": {"method": "POST", "path": "^/v2/contacts"}, "action": "status", "status": 400,
                 "body": {"code": 400, "message": "Bearer KeapAK-very/secret and password: hunter22 of once-hub-secret"}}
                """)
            try await town.accept(
                person(
                    "zp-7", ["token": "\(gym.token)", "note": "\(gym.secret) the-admin-token", "password": "hunter22"]),
                to: gym)
            try await town.settle()
            await town.service.ground.recorder?.history.flush()
            let kept = try files(town.directory.appending(path: "journal/history"))
            #expect(kept.contains { $0.bytes.range(of: Data("zp-7".utf8)) != nil })
            for (name, bytes) in kept {
                for secret in [
                    gym.key, gym.token, gym.secret, "the-admin-token", "hunter22", "KeapAK-very%2Fsecret",
                    "KeapAK-very\\/secret",
                ] {
                    #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(name)")
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(30))) func `a person who is forgotten leaves no trace but in what is told`() async throws
    {
        try await ServiceHarness.with { town in
            for id in ["zp-1", "zp-2", "zp-3"] { try await town.accept(person(id, ["firstName": "Name\(id)"])) }
            try await town.settle()
            town.refuse("zp-2@example.org")
            let dead = try await town.accept(person("zp-2", ["firstName": "Changed"]))
            try await town.settle()
            _ = try await town.post("/api/gyms/downtown/pause")
            let waiting = try await town.accept(person("zp-2"))
            #expect(try await town.post("/api/forget?gym=downtown&person=zp-2").status == 409)
            let preview = try await town.post("/api/forget?gym=downtown&person=zp-2&discard=true&preview=true")
            #expect(preview.object["isDone"] as? Bool == false)
            #expect(try await town.state(of: dead) == "dead")
            let answer = try await town.post("/api/forget?gym=downtown&person=person:zp-2&discard=true")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(Set(answer.object["jobs"] as? [String] ?? []) == [dead, waiting])
            #expect(answer.object["remembered"] as? Bool == true)

            #expect(try await find("zp-2", town).people.isEmpty)
            #expect(try await town.get("/api/people/downtown/zp-2").status == 404)
            #expect(try await find("zp-1", town).people.map(\.id) == ["person:zp-1"])
            for (name, bytes) in try files(town.directory.appending(path: "journal/history")) {
                #expect(bytes.range(of: Data("zp-2".utf8)) == nil, "\(name)")
            }
            _ = try await town.post("/api/gyms/downtown/resume")
            town.heal()
            // The contact is found again, not made twice.
            try await town.accept(person("zp-2"))
            try await town.settle()
            #expect(town.contacts().count == 3)
            try await town.reopen()
            #expect(try await timeline("zp-2", town).changes.count == 1)
        }
    }
}
