import Foundation
import DurableQueue
import EmbeddedHTTP
import Testing

@testable import LockstepService

struct IntakeTests {
    @Test(.timeLimit(.minutes(30)))
    func `a message is answered 202 with the job's id, and the job is there`() async throws {
        try await ServiceHarness.with { town in
            let answer = try await town.send(person())
            #expect(answer.status == 202)
            #expect(answer.headers["content-type"] == "application/json")
            let id = try #require(answer.object["job"] as? String)
            let job = try await town.job(id)
            #expect(job["gym"] as? String == "downtown")
            try await town.settle()
            #expect(try await town.state(of: id) == "done")
        }
    }

    @Test(arguments: [0, 7, UInt64.max])
    func `the answer to a message is written as every other answer in JSON is`(number: UInt64) {
        let id = JobID(rawValue: number)
        guard case .response(let answer) = Ingest.answer(202, id),
            case .response(let other) = Reply.json(202, ["job": id.description])
        else {
            Issue.record("no answer")
            return
        }
        #expect(answer.status == other.status && answer.body == other.body)
        #expect(answer.headers.fields.elementsEqual(other.headers.fields) { $0 == $1 })
    }

    @Test(.timeLimit(.minutes(30)))
    func `a form, its multipart spelling and JSON mean the same`() async throws {
        try await ServiceHarness.with { town in
            let hook = "\(town.intake)/hooks/downtown/zenplanner/token-of-downtown"
            try await town.accept(person())
            try await town.settle()
            let calls = town.calls
            let parts = person().sorted { $0.key < $1.key }.map { name, value in
                "--frontier\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
            }
            let multipart = try await town.ask(
                "POST", hook, body: parts.joined() + "--frontier--\r\n",
                headers: ["Content-Type": "multipart/form-data; boundary=frontier"])
            #expect(multipart.status == 202, "\(multipart.text)")
            let object = try JSONSerialization.data(withJSONObject: person())
            let json = try await town.ask(
                "POST", hook, body: String(decoding: object, as: UTF8.self),
                headers: ["Content-Type": "application/json; charset=utf-8"])
            #expect(json.status == 202, "\(json.text)")
            try await town.settle()
            #expect(town.calls == calls, "nothing had changed")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a wrong token and an unknown gym get one and the same answer`() async throws {
        let gyms = [
            ServiceHarness.Gym(), ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown"),
        ]
        try await ServiceHarness.with(gyms) { town in
            let wrongToken = try await town.send(person(), to: ServiceHarness.Gym(token: "wrong"))
            let othersToken = try await town.send(person(), to: ServiceHarness.Gym(token: "token-of-uptown"))
            let unknownGym = try await town.send(person(), to: ServiceHarness.Gym(id: "nowhere"))
            for answer in [wrongToken, othersToken, unknownGym] {
                #expect(answer.status == 401)
                #expect(answer.body == wrongToken.body)
                #expect(Set(answer.headers.keys) == Set(wrongToken.headers.keys))
            }
            #expect(wrongToken.headers["www-authenticate"]?.isEmpty == false)
            #expect(!wrongToken.text.contains("wrong") && !unknownGym.text.contains("nowhere"))
            #expect(await town.service.queue.counts().tenants.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(30)), arguments: [0, 1])
    func `a body of exactly a megabyte is kept, one byte more is refused`(more: Int) async throws {
        try await ServiceHarness.with { town in
            let hook = "\(town.intake)/hooks/downtown/zenplanner/token-of-downtown"
            let long = "multipart/form-data; boundary=frontier; x=" + String(repeating: "y", count: 8_000)
            let part = "--frontier\r\nContent-Disposition: form-data; name=\"personId\"\r\n\r\n7\r\n--frontier--\r\n"
            for (type, start) in [
                ("application/x-www-form-urlencoded", "personId=7&firstName=Ana&lastName=Ruiz&note="),
                ("application/json", #"{"personId": "7", "lastName": "Ruiz"}"#), (long, part),
            ] {
                let filler = type == "application/json" ? " " : "x"
                let body = start + String(repeating: filler, count: (1 << 20) + more - start.utf8.count)
                let answer = try await town.ask("POST", hook, body: body, headers: ["Content-Type": type])
                #expect(answer.status == (more == 0 ? 202 : 413), "\(type.prefix(40)): \(answer.text)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a refusal says what would be taken`() async throws {
        try await ServiceHarness.with { town in
            let hook = "\(town.intake)/hooks/downtown/zenplanner/token-of-downtown"
            let type = try await town.ask("POST", hook, body: "<p>", headers: ["Content-Type": "text/html"])
            #expect(type.status == 415 && type.headers["accept-post"]?.contains("application/json") == true)
            for path in ["/hooks/downtown/zenplanner/token-of-downtown", "/hooks/downtown/zenplanner/wrong"] {
                let compressed = try await town.ask(
                    "POST", town.intake + path, body: "x",
                    headers: ServiceHarness.form.merging(["Content-Encoding": "gzip"]) { $1 })
                #expect(compressed.status == (path.hasSuffix("wrong") ? 401 : 415))
                if compressed.status == 415 { #expect(compressed.headers["accept-encoding"] == "identity") }
            }
            let plain = try await town.ask(
                "POST", hook, body: "personId=7",
                headers: ServiceHarness.form.merging(["Content-Encoding": "identity"]) { $1 })
            #expect(plain.status == 202)
            let unsigned = try await town.ask("POST", town.intake + "/hooks/downtown/oncehub", body: "{}")
            #expect(unsigned.status == 401 && unsigned.headers["www-authenticate"]?.isEmpty == false)
            let method = try await town.ask("GET", town.intake + "/hooks/downtown/oncehub")
            #expect(method.status == 405 && method.headers["allow"] == "POST")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `other paths are 404 with a sentence and without an echo`() async throws {
        try await ServiceHarness.with { town in
            for path in [
                "/", "/hooks", "/hooks/downtown/zenplanner", "/hooks/downtown/zenplanner/token-of-downtown/",
                "/hooks/downtown/oncehub/token-of-downtown", "/healthz", "/api/jobs",
            ] {
                let answer = try await town.ask("POST", town.intake + path, body: "")
                #expect(answer.status == 404, "\(path)")
                #expect(answer.error.contains("/hooks/GYM/zenplanner/TOKEN or /hooks/GYM/oncehub"), "\(path)")
                #expect(!answer.text.contains("token-of"), "\(path)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `another method is 405 and told which one is right`() async throws {
        try await ServiceHarness.with { town in
            let hook = "\(town.intake)/hooks/downtown/zenplanner/token-of-downtown"
            for method in ["GET", "PUT", "DELETE"] {
                let answer = try await town.ask(method, hook, body: method == "PUT" ? "" : nil)
                #expect(answer.status == 405, "\(method)")
                #expect(answer.headers["allow"] == "POST")
                #expect(answer.error.contains("POST"))
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `what cannot be taken apart is refused at once and not kept`() async throws {
        try await ServiceHarness.with { town in
            let hook = "\(town.intake)/hooks/downtown/zenplanner/token-of-downtown"
            for (type, body, status) in [
                ("application/json", "{\"personId\": ", 400), ("application/json", "7", 400),
                ("application/x-www-form-urlencoded", "personId=%zz", 400), ("multipart/form-data", "x", 400),
                ("text/html", "<p>", 415), ("application/pdf", "%PDF", 415),
            ] {
                let answer = try await town.ask("POST", hook, body: body, headers: ["Content-Type": type])
                #expect(answer.status == status, "\(type): \(body)")
                #expect(!answer.error.isEmpty)
            }
            #expect(try await town.get("/api/jobs").list.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a message that says nothing of whose it is, is kept as a dead letter that names the field`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(["memberNumber": "zp-1", "firstName": "Ana"])
            let job = try await town.job(id)
            #expect(job["state"] as? String == "dead")
            let reason = try #require(job["reason"] as? String)
            #expect(reason.contains("personId"))
            #expect(reason.contains("memberNumber"), "it also says what the message does carry")
            #expect(job["lane"] as? String == nil)
            #expect(town.calls == 0)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a person with an endless name is accepted, not refused as too large`() async throws {
        try await ServiceHarness.with { town in
            let id = try await town.accept(person("zp-1", ["firstName": String(repeating: "x", count: 2_000)]))
            try await town.settle()
            #expect(try await town.state(of: id) == "done")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `once stopping has begun, messages are told to come back`() async throws {
        try await ServiceHarness.with { town in
            // The doors stay open until the queue has stopped, so that this answer can be given.
            await town.service.queue.stop(grace: .zero)
            let answer = try await town.send(person())
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "10")
            #expect(answer.error.contains("stopping"))
            #expect(try await town.get("/readyz").status == 503)
            #expect(try await town.get("/healthz").status == 200, "a stopping service is not a sick one")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `neither log nor answers nor jobs hold a secret`() async throws {
        let gym = ServiceHarness.Gym(key: "KeapAK-very-secret", token: "very-secret-token")
        try await ServiceHarness.with([gym], adminToken: "very-secret-admin") { town in
            let key = ["Authorization": "Bearer very-secret-admin"]
            try await town.accept(person(), to: gym)
            town.refuse("zp-2@example.org")
            try await town.accept(person("zp-2"), to: gym)
            _ = try await town.send(["nothing": "known"], to: gym)
            _ = try await town.send(person(), to: ServiceHarness.Gym(token: "very-secret-guess"))
            try await town.settle()
            var told = town.said.all
            for path in ["/metrics", "/api/jobs", "/api/gyms", "/api/attention", "/healthz", "/nowhere"] {
                told.append(try await town.ask("GET", town.admin + path, headers: key).text)
            }
            #expect(told.count > 6, "the dead letter was logged")
            #expect(!told.contains { $0.contains("very-secret") })
        }
    }
}
