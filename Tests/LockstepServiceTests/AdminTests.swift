import DeterministicSimulation
import Foundation
import DurableQueue
import Testing

@testable import LockstepService

struct AdminTests {
    @Test(.timeLimit(.minutes(30)))
    func `a service that is up is healthy and ready`() async throws {
        try await ServiceHarness.with { town in
            #expect(try await town.get("/healthz").object["status"] as? String == "ok")
            #expect(try await town.get("/readyz").object["status"] as? String == "ready")
            let head = try await town.ask("HEAD", town.admin + "/healthz")
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    // MARK: Jobs

    @Test(.timeLimit(.minutes(30)))
    func `jobs are listed by gym, by state and by number`() async throws {
        let gyms = [
            ServiceHarness.Gym(), ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown"),
        ]
        try await ServiceHarness.with(gyms) { town in
            let first = try await town.accept(person("zp-1"))
            let second = try await town.accept(person("zp-2"), to: gyms[1])
            let dead = try await town.accept(["who": "knows"])
            try await town.settle()
            func ids(_ query: String) async throws -> [String] {
                try await town.get("/api/jobs" + query).list.compactMap { $0["id"] as? String }
            }
            #expect(try await ids("") == [first, second, dead])
            #expect(try await ids("?gym=downtown") == [first, dead])
            #expect(try await ids("?state=done") == [first, second])
            #expect(try await ids("?gym=uptown&state=dead") == [])
            #expect(try await ids("?limit=2") == [second, dead], "the newest, oldest first")
            #expect(try await ids("?gym=nowhere") == [])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `finished jobs are told page by page, in the order of finishing`() async throws {
        try await ServiceHarness.with { town in
            let start = try #require(try await town.get("/api/finished").object["next"] as? Int)
            var ids: [String] = []
            for number in 0..<3 { ids.append(try await town.accept(person("zp-\(number)"))) }
            _ = try await town.accept(["who": "knows"])
            try await town.settle()
            let page = try await town.get("/api/finished?after=\(start)&limit=2").object
            let jobs = try #require(page["jobs"] as? [[String: Any]])
            #expect(jobs.count == 2 && page["missed"] as? Int == 0)
            #expect(jobs.allSatisfy { $0["state"] as? String == "done" && $0["finishedAt"] is String })
            let next = try #require(page["next"] as? Int)
            let rest = try await town.get("/api/finished?after=\(next)").object
            let all = jobs + (rest["jobs"] as? [[String: Any]] ?? [])
            #expect(Set(all.compactMap { $0["id"] as? String }) == Set(ids) && all.count == 3)
            #expect(try await town.ask("GET", town.admin + "/api/finished?after=x").status == 400)
            #expect(try await town.ask("POST", town.admin + "/api/finished").status == 405)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a job tells what an operator asks for`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(person())
            try await town.settle()
            let job = try await town.job(id)
            #expect(job["id"] as? String == id)
            #expect(job["gym"] as? String == "downtown")
            #expect(job["state"] as? String == "done")
            #expect(job["attempts"] as? Int == 1)
            #expect(job["lane"] as? String != nil)
            for name in ["acceptedAt", "finishedAt"] {
                let time = try #require(job[name] as? String)
                let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
                #expect(abs(try style.parse(time).timeIntervalSinceNow) < 60, "\(name) is \(time)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `what a program's change would touch is told before it is made`() async throws {
        try await ServiceHarness.with { town in
            let early = try await town.get("/api/gyms/downtown/program?name=Boxing")
            #expect(early.status == 404 && early.error.contains("not known"))
            let programs =
                #"[{"id": "p1", "name": "Boxing", "status": "Active"}, {"name": "Kids & Teens", "status": "Hold"}]"#
            for id in ["zp-1", "zp-2"] { try await town.accept(person(id, ["programs": programs])) }
            try await town.settle()
            for query in ["id=p1", "name=boxing", "id=p1&name=Boxing"] {
                let program = try await town.get("/api/gyms/downtown/program?people=count&\(query)").object
                #expect(program["name"] as? String == "Boxing" && program["id"] as? String == "p1")
                let tags = program["tags"] as? [[String: Any]] ?? []
                #expect(tags.map { $0["name"] as? String } == ["ZP Program: Boxing - Active"])
                #expect(program["people"] as? Int == 2 && program["isWhole"] as? Bool == true)
            }
            let teens = try await town.get("/api/gyms/downtown/program?name=Kids%20%26%20Teens").object
            #expect(teens["name"] as? String == "Kids & Teens" && teens["people"] == nil)
            for query in ["name=Yoga", "id=p2", "name="] {
                let unknown = try await town.get("/api/gyms/downtown/program?\(query)")
                #expect(unknown.status == 404 && unknown.error.contains("“Boxing”, “Kids & Teens”"), "\(query)")
            }
            #expect(try await town.get("/api/gyms/downtown/program").status == 400)
            #expect(try await town.get("/api/gyms/downtown/program?nam=Yoga").status == 400)
            #expect(try await town.get("/api/gyms/nowhere/program?name=Yoga").status == 404)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a filter that means nothing is 400 with a sentence about it`() async throws {
        try await ServiceHarness.with { town in
            for (query, word) in [
                ("?state=asleep", "asleep"), ("?limit=0", "limit"), ("?limit=10001", "10000"), ("?limit=many", "many"),
                ("?colour=red", "colour"),
            ] {
                let answer = try await town.get("/api/jobs" + query)
                #expect(answer.status == 400, "\(query)")
                #expect(answer.error.contains(word), "\(query)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a job that is not there is 404`() async throws {
        try await ServiceHarness.with { town in
            for id in ["7", "0", "-1", "seven", "99999999999999999999999"] {
                let answer = try await town.get("/api/jobs/\(id)")
                #expect(answer.status == 404, "\(id)")
                #expect(answer.error.contains(id))
                #expect(try await town.post("/api/jobs/\(id)/retry").status == 404, "\(id)")
                #expect(try await town.post("/api/jobs/\(id)/discard").status == 404, "\(id)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a dead letter is retried by its id`() async throws {
        try await ServiceHarness.with { town in
            town.refuse("zp-1@example.org")
            let id = try await town.accept(person())
            try await town.settle()
            let dead = try await town.job(id)
            #expect(dead["state"] as? String == "dead")
            #expect((dead["reason"] as? String ?? "").contains("Not this one"), "in Keap's own words")
            town.heal()
            let answer = try await town.post("/api/jobs/\(id)/retry")
            #expect(answer.status == 200)
            #expect(answer.object["job"] as? String == id)
            try await town.settle()
            #expect(try await town.state(of: id) == "done")
            #expect(town.contacts().count == 1)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `only dead letters can be retried, and only what is not finished discarded`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(person())
            try await town.settle()
            let retry = try await town.post("/api/jobs/\(id)/retry")
            #expect(retry.status == 409)
            #expect(retry.error == "job \(id) is done")
            #expect(try await town.post("/api/jobs/\(id)/discard").status == 409)
            #expect(try await town.post("/api/jobs/\(id)/polish").status == 404)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `all dead letters are retried at once, of one gym or of all, and those that stay are counted`() async throws {
        let gyms = [
            ServiceHarness.Gym(), ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown"),
        ]
        try await ServiceHarness.with(gyms) { town in
            town.refuse("zp-1@example.org")
            let here = try await town.accept(person())
            let there = try await town.accept(person(), to: gyms[1])
            let unplaced = try await town.accept(["who": "knows"], to: gyms[1])
            try await town.settle()
            town.heal()
            let one = try await town.post("/api/retry?gym=downtown").object
            #expect(one["retried"] as? Int == 1)
            #expect(one["left"] as? Int == 0)
            try await town.settle()
            #expect(try await town.state(of: here) == "done")
            #expect(try await town.state(of: there) == "dead")
            let all = try await town.post("/api/retry").object
            #expect(all["retried"] as? Int == 1)
            #expect(all["left"] as? Int == 1)
            try await town.settle()
            #expect(try await town.state(of: there) == "done")
            #expect(try await town.state(of: unplaced) == "dead")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a misspelt parameter never retries more than was meant`() async throws {
        try await ServiceHarness.with { town in
            let misspelt = try await town.post("/api/retry?gyms=downtown")
            #expect(misspelt.status == 400)
            #expect(misspelt.error.contains("gyms"))
            #expect(try await town.post("/api/retry?gym=nowhere").status == 404)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a discarded dead letter is gone`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(["who": "knows"])
            #expect(try await town.post("/api/jobs/\(id)/discard").status == 200)
            #expect(try await town.get("/api/jobs/\(id)").status == 404)
            #expect(town.calls == 0)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an unplaced message cannot be retried before the mapping is mended, and says why`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(["who": "knows"])
            let answer = try await town.post("/api/jobs/\(id)/retry")
            #expect(answer.status == 409)
            #expect(answer.error.contains("personId"))
        }
    }

    // MARK: Pausing

    @Test(.timeLimit(.minutes(30)))
    func `a paused gym accepts and does not deliver, until it is resumed`() async throws {
        try await ServiceHarness.with { town in
            #expect(try await town.post("/api/gyms/downtown/pause").status == 200)
            let id = try await town.accept(person())
            #expect(try await town.state(of: id) == "paused")
            let gym = try #require(try await town.get("/api/gyms").list.first)
            #expect(gym["isPaused"] as? Bool == true)
            #expect(town.calls == 0)
            #expect(try await town.post("/api/gyms/downtown/resume").status == 200)
            try await town.settle()
            #expect(try await town.state(of: id) == "done")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a paused lane keeps its person waiting and no other`() async throws {
        try await ServiceHarness.with { town in
            let first = try await town.accept(person("zp-1"))
            try await town.settle()
            let lane = try #require(try await town.job(first)["lane"] as? String)
            #expect(try await town.post("/api/gyms/downtown/lanes/\(lane)/pause").status == 200)
            let held = try await town.accept(person("zp-1", ["status": "Alumni"]))
            let other = try await town.accept(person("zp-2"))
            try await until { try await town.state(of: other) == "done" }
            #expect(try await town.state(of: held) == "paused")
            #expect(try await town.post("/api/gyms/downtown/lanes/\(lane)/resume").status == 200)
            try await town.settle()
            #expect(try await town.state(of: held) == "done")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `what is not there cannot be paused`() async throws {
        try await ServiceHarness.with { town in
            for path in [
                "nowhere/pause", "downtown/lanes/999/pause", "downtown/lanes/x/pause", "downtown/sleep",
                "downtown/lanes/1/sleep", "downtown/lanes/1",
            ] {
                let answer = try await town.post("/api/gyms/" + path)
                #expect(answer.status == 404, "\(path)")
                #expect(!answer.error.isEmpty, "\(path)")
            }
        }
    }

    // MARK: Gyms, programs, attention

    @Test(.timeLimit(.minutes(30)))
    func `a gym tells its jobs and how Keap is`() async throws {
        try await ServiceHarness.with { town in
            _ = try await town.accept(person())
            try await town.accept(["who": "knows"])
            try await town.settle()
            let gym = try #require(try await town.get("/api/gyms").list.first)
            #expect(gym["id"] as? String == "downtown")
            #expect(gym["isPaused"] as? Bool == false)
            #expect((gym["jobs"] as? [String: Int])?["dead"] == 1)
            let keap = try #require(gym["keap"] as? [String: Any])
            #expect(keap["circuit"] as? String == "closed")
            let windows = (keap["windows"] as? [[String: Any]] ?? []).compactMap { $0["window"] as? String }
            #expect(windows.contains("second") && windows.contains("minute") && windows.contains("day"))
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a program's change goes in like a message, and what is none is refused`() async throws {
        try await ServiceHarness.with { town in
            let path = town.admin + "/api/gyms/downtown/programs"
            let json = ["Content-Type": "application/json"]
            let body = #"{"event": "program.renamed", "oldName": "Kids", "newName": "Juniors"}"#
            let answer = try await town.ask("POST", path, body: body, headers: json)
            #expect(answer.status == 202)
            try await town.settle()
            #expect(try await town.state(of: answer.object["job"] as? String ?? "") == "done")
            let wrong = [
                (#"{"event": "program.renamed"}"#, json, 400), (#"{"personId": "1", "firstName": "A"}"#, json, 400),
                ("{", json, 400), ("x", ["Content-Type": "text/html"], 415),
            ]
            for (body, headers, status) in wrong {
                let answer = try await town.ask("POST", path, body: body, headers: headers)
                #expect(answer.status == status, "\(body)")
                #expect(!answer.error.isEmpty)
            }
            #expect(
                try await town.ask("POST", town.admin + "/api/gyms/nowhere/programs", body: body, headers: json).status
                    == 404)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `who has no last name is delivered and listed, until the name comes`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(person("zp-1", ["lastName": ""]))
            try await town.settle()
            #expect(try await town.state(of: id) == "done")
            let entry = try #require(try await town.get("/api/attention").list.first)
            #expect((entry["person"] as? String ?? "").contains("zp-1"))
            #expect(entry["gym"] as? String == "downtown")
            #expect(entry["job"] as? String == id)
            #expect((entry["note"] as? String ?? "").contains("last name"))
            #expect(entry["field"] as? String == "lastName")
            try await town.reopen()
            #expect(try await town.get("/api/attention").list.count == 1, "it outlives a restart")
            try await town.accept(person("zp-1"))
            try await town.settle()
            #expect(try await town.get("/api/attention").list.isEmpty)
        }
    }

    // MARK: Who may ask

    @Test(.timeLimit(.minutes(30)))
    func `with a token set, all but health needs it`() async throws {
        try await ServiceHarness.with(adminToken: "an-admin-token") { town in
            #expect(try await town.get("/healthz").status == 200)
            #expect(try await town.get("/readyz").status == 200)
            for path in ["/metrics", "/api/jobs", "/api/gyms", "/api/attention", "/nowhere"] {
                let answer = try await town.get(path)
                #expect(answer.status == 401, "\(path)")
                #expect(answer.headers["www-authenticate"] == "Bearer")
                let wrong = ["Authorization": "Bearer an-admin-toke"]
                #expect(try await town.ask("GET", town.admin + path, headers: wrong).status == 401)
                let right = ["Authorization": "Bearer an-admin-token"]
                #expect(try await town.ask("GET", town.admin + path, headers: right).status != 401)
            }
            #expect(try await town.post("/api/retry").status == 401)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a page in the operator's browser cannot give orders`() async throws {
        try await ServiceHarness.with { town in
            for path in ["/api/retry", "/api/gyms/downtown/pause", "/api/jobs/1/discard"] {
                let answer = try await town.ask(
                    "POST", town.admin + path, body: "", headers: ["Origin": "https://evil.example"])
                #expect(answer.status == 403, "\(path)")
            }
            #expect(try await town.get("/api/gyms").list.first?["isPaused"] as? Bool == false)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `without a token, only loopback's own names lead in, so that no web page can rebind one`() async throws {
        try await ServiceHarness.with { town in
            for (host, status) in [
                ("evil.example", 403), ("evil.example:80", 403), ("localhost:1", 200), ("127.0.0.1", 200),
            ] {
                let answer = try await town.ask("GET", town.admin + "/api/gyms", headers: ["Host": host])
                #expect(answer.status == status, "\(host)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `the wrong method is told the right one`() async throws {
        try await ServiceHarness.with { town in
            for (method, path, right) in [
                ("POST", "/healthz", "GET, HEAD"), ("POST", "/metrics", "GET, HEAD"),
                ("POST", "/api/jobs", "GET, HEAD"), ("DELETE", "/api/jobs/1", "GET, HEAD"),
                ("GET", "/api/retry", "POST"),
                ("GET", "/api/jobs/1/retry", "POST"), ("GET", "/api/gyms/downtown/pause", "POST"),
            ] {
                let answer = try await town.ask(method, town.admin + path, body: method == "POST" ? "" : nil)
                #expect(answer.status == 405, "\(method) \(path)")
                #expect(answer.headers["allow"] == right, "\(method) \(path)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `elsewhere there is nothing, and the answer says where something is`() async throws {
        try await ServiceHarness.with { town in
            let answer = try await town.get("/nowhere")
            #expect(answer.status == 404)
            #expect(answer.error.contains("/api/jobs"))
        }
    }
}
