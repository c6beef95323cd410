import EmbeddedHTTP
import Foundation
import Testing

@testable import LockstepService

/// The console over the wire, as a browser without script sees it.
struct ConsoleTests {
    private static let page = ["Accept": "text/html,application/xhtml+xml"]
    private static let press = page.merging(["Sec-Fetch-Site": "same-origin"]) { $1 }

    private func form(_ fields: (String, String)...) -> String {
        String(decoding: FormBody.encoded(fields.map { ($0.0, $0.1) }), as: UTF8.self)
    }

    /// The cookie of who is signed in with a token.
    private func signIn(_ town: ServiceHarness, _ token: String, back: String = "/") async throws -> String {
        let answer = try await town.ask(
            "POST", town.admin + "/sign-in", body: form(("token", token), ("back", back)), headers: Self.press)
        try #require(answer.status == 303, "\(answer.status) \(answer.text)")
        #expect(answer.headers["location"] == back)
        let cookie = try #require(answer.headers["set-cookie"])
        return try #require(cookie.split(separator: ";").first.map(String.init))
    }

    private func get(_ town: ServiceHarness, _ path: String, _ cookie: String? = nil) async throws
        -> ServiceHarness.Answer
    {
        try await town.ask(
            "GET", town.admin + path, headers: Self.page.merging(cookie.map { ["Cookie": $0] } ?? [:]) { $1 })
    }

    @Test(.timeLimit(.minutes(30)))
    func `signed out, each page is one password field in a form`() async throws {
        try await ServiceHarness.with(adminToken: "an-admin-token") { town in
            for (path, status) in [("/", 200), ("/gyms", 401), ("/audit", 401), ("/nowhere", 401)] {
                let answer = try await get(town, path)
                #expect(answer.status == status, "\(path)")
                #expect(answer.text.components(separatedBy: "type=\"password\"").count == 2)
                #expect(answer.text.components(separatedBy: "<form").count == 2)
                #expect(!answer.text.contains("downtown") && !answer.text.contains("<nav"))
            }
            #expect(try await town.get("/").text.contains("password"), "also for who asks for no kind")
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a token signs in, leads back, and holds over a restart`() async throws {
        try await ServiceHarness.with(adminToken: "an-admin-token") { town in
            let wrong = try await town.ask(
                "POST", town.admin + "/sign-in", body: form(("token", "an-admin-toke")), headers: Self.press)
            #expect(wrong.status == 401 && wrong.headers["set-cookie"] == nil)
            #expect(wrong.text.contains("That is no token of this service.") && !wrong.text.contains("an-admin-toke"))
            let cookie = try await signIn(town, "an-admin-token", back: "/gyms")
            #expect(try await get(town, "/gyms", cookie).text.contains("downtown"))
            try await town.reopen()
            #expect(try await get(town, "/gyms", cookie).status == 200)
            // Programs' answers come with it too, and nothing with another.
            #expect(try await get(town, "/api/gyms", cookie).status == 200)
            #expect(try await get(town, "/gyms", cookie + "0").status == 401)
            let out = try await town.ask(
                "POST", town.admin + "/sign-out", body: "", headers: Self.press.merging(["Cookie": cookie]) { $1 })
            #expect(out.status == 303 && out.headers["set-cookie"]?.contains("Max-Age=0") == true)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `another page cannot sign a browser in`() async throws {
        try await ServiceHarness.with(adminToken: "an-admin-token") { town in
            for headers in [["Sec-Fetch-Site": "cross-site"], ["Origin": "https://evil.example"]] {
                let answer = try await town.ask(
                    "POST", town.admin + "/sign-in", body: form(("token", "an-admin-token")), headers: headers)
                #expect(answer.status == 403 && answer.headers["set-cookie"] == nil)
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `who may only look sees no buttons and presses none`() async throws {
        try await ServiceHarness.with(adminToken: "an-admin-token", readToken: "a-read-token") { town in
            let cookie = try await signIn(town, "a-read-token")
            let gyms = try await get(town, "/gyms", cookie)
            #expect(gyms.status == 200 && gyms.text.contains("read only") && !gyms.text.contains(">Pause<"))
            let bearer = ["Authorization": "Bearer a-read-token"]
            #expect(try await town.ask("GET", town.admin + "/api/gyms", headers: bearer).status == 200)
            for path in ["/gyms/downtown/pause", "/api/gyms/downtown/pause"] {
                let pressed = try await town.ask(
                    "POST", town.admin + path, body: "", headers: Self.press.merging(["Cookie": cookie]) { $1 })
                #expect(pressed.status == 403, "\(path)")
                #expect(try await town.ask("POST", town.admin + path, body: "", headers: bearer).status == 403)
            }
            let right = ["Authorization": "Bearer an-admin-token"]
            let all = try await town.ask("GET", town.admin + "/api/gyms", headers: right)
            #expect(all.list.first?["isPaused"] as? Bool == false)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a button pauses and resumes, and the audit names who did`() async throws {
        try await ServiceHarness.with(adminToken: "an-admin-token") { town in
            let cookie = try await signIn(town, "an-admin-token")
            let with = Self.press.merging(["Cookie": cookie]) { $1 }
            #expect(try await get(town, "/gyms", cookie).text.contains(">Pause</button>"))
            let paused = try await town.ask(
                "POST", town.admin + "/gyms/downtown/pause", body: form(("back", "/gyms")), headers: with)
            #expect(paused.status == 303 && paused.headers["location"] == "/gyms")
            let page = try await get(town, "/gyms", cookie).text
            #expect(page.contains("paused") && page.contains(">Resume</button>"))
            #expect(try await get(town, "/", cookie).text.contains("Paused: downtown."))
            // Without the browser's word of where it comes from, the same is refused.
            let stray = try await town.ask(
                "POST", town.admin + "/gyms/downtown/resume", body: "", headers: ["Cookie": cookie])
            #expect(stray.status == 403)
            let bearer = ["Authorization": "Bearer an-admin-token"]
            #expect(
                try await town.ask("POST", town.admin + "/api/gyms/downtown/resume", body: "", headers: bearer).status
                    == 200)
            #expect(
                try await town.ask("POST", town.admin + "/api/jobs/77/retry", body: "", headers: bearer).status == 404)
            try await town.reopen()
            let audit = try await get(town, "/audit", cookie).text
            for words in [
                "Pause", "Resume", "gym downtown", "console, admin", "admin token", "job 77", "there is no job",
            ] {
                #expect(audit.contains(words), "\(words)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `on loopback without a token no sign-in is needed, and a page's own buttons work`() async throws {
        try await ServiceHarness.with { town in
            let page = try await get(town, "/")
            #expect(page.status == 200 && page.text.contains("The gym is in step"))
            let paused = try await town.ask(
                "POST", town.admin + "/gyms/downtown/pause", body: form(("back", "//evil.example")), headers: Self.press
            )
            #expect(paused.status == 303 && paused.headers["location"] == "/")
            for headers in [["Sec-Fetch-Site": "cross-site"], ["Origin": "null"], ["Cookie": "a=b"]] {
                let answer = try await town.ask(
                    "POST", town.admin + "/gyms/downtown/resume", body: "", headers: headers)
                #expect(answer.status == 403, "\(headers)")
            }
            #expect(try await get(town, "/gyms").text.contains(">Resume</button>"))
        }
    }

    @Test(.timeLimit(.minutes(30)), arguments: [nil, "an-admin-token"])
    func `by another name there is no page, no answer and no button`(_ token: String?) async throws {
        try await ServiceHarness.with(adminToken: token) { (town: ServiceHarness) async throws in
            let known = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
            let headers = ["Host": "evil.example", "Accept": "text/html"].merging(known) { $1 }
            for path in ["/", "/gyms", "/api/gyms", "/events?view=/"] {
                let answer = try await town.ask("GET", town.admin + path, headers: headers)
                #expect(answer.status == 403, "\(path)")
            }
            let write = try await town.ask("POST", town.admin + "/api/retry", body: "", headers: headers)
            #expect(write.status == 403)
            let health = try await town.ask("GET", town.admin + "/healthz", headers: headers)
            #expect(health.status == 200)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `each page has the headers that keep others out, and is kept by none`() async throws {
        let policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
            + "trusted-types lockstep"
        try await ServiceHarness.with { town in
            for (path, status) in [("/", 200), ("/gyms", 200), ("/audit", 200), ("/nowhere", 404)] {
                let answer = try await get(town, path)
                #expect(answer.status == status, "\(path)")
                #expect(answer.headers["content-security-policy"] == policy)
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                #expect(answer.headers["referrer-policy"] == "no-referrer")
                #expect(answer.headers["cross-origin-opener-policy"] == "same-origin")
                #expect(answer.headers["cache-control"] == "private, no-store")
                #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
                for word in ["<style", " style=", " onclick", "http://", "https://", "<script>"] {
                    #expect(!answer.text.contains(word), "\(path): \(word)")
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `files are named by their content and kept for ever`() async throws {
        try await ServiceHarness.with(adminToken: "an-admin-token") { town in
            let page = try await get(town, "/").text
            for asset in [ConsoleAssets.all.style, ConsoleAssets.all.script, ConsoleAssets.all.icon] {
                #expect(page.contains(asset.link.text))
                let answer = try await town.get(asset.link.text)
                #expect(answer.status == 200 && answer.body == asset.bytes && !asset.bytes.isEmpty)
                #expect(answer.headers["cache-control"]?.contains("immutable") == true)
                #expect(answer.headers["content-type"] == asset.type)
            }
            #expect(try await town.get("/assets/console-000000000000.css").status == 404)
            #expect(try await town.get("/assets/..%2Faudit").status == 404)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a page's address gives programs JSON`() async throws {
        try await ServiceHarness.with { town in
            let answer = try await town.ask("GET", town.admin + "/gyms", headers: ["Accept": "application/json"])
            #expect(answer.list.first?["id"] as? String == "downtown")
        }
    }
}
