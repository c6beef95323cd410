import Foundation
import DurableQueue
import Testing

@testable import LockstepService

struct BookingIntakeTests {
    @Test(.timeLimit(.minutes(30)))
    func `a signed event is answered 202, and 200 when it comes again, also after a restart`() async throws {
        try await ServiceHarness.with { town in
            let job = try await town.acceptBooking(BookingMessage())
            let again = try await town.book(BookingMessage())
            #expect(again.status == 200)
            #expect(again.object["job"] as? String == job)
            try await town.settle()
            #expect(try await town.book(BookingMessage()).status == 200)
            let calls = town.calls
            try await town.reopen()
            let afterwards = try await town.book(BookingMessage())
            #expect(afterwards.status == 200)
            #expect(afterwards.object["job"] as? String == job)
            try await town.settle()
            #expect(town.calls == calls)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an event that still waits is known again after a restart, by its job`() async throws {
        try await ServiceHarness.with { town in
            _ = try await town.post("/api/gyms/downtown/pause")
            let job = try await town.acceptBooking(BookingMessage())
            try await town.reopen()
            let again = try await town.book(BookingMessage())
            #expect(again.status == 200)
            #expect(again.object["job"] as? String == job)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `of one event delivered many times at once one job is made`() async throws {
        try await ServiceHarness.with { town in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await town.book(BookingMessage()).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 202 } == 1)
            #expect(statuses.count { $0 == 200 } == 7)
            #expect(try await town.get("/api/jobs").list.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a wrong signature, an unknown gym and one without OnceHub get one and the same answer`() async throws {
        let gyms = [
            ServiceHarness.Gym(), ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", secret: "secret-of-uptown"),
            ServiceHarness.Gym(id: "annex", key: "KeapAK-three", onceHub: nil),
        ]
        try await ServiceHarness.with(gyms) { town in
            let answers = [
                try await town.book(BookingMessage(), secret: "guessed"),
                try await town.book(BookingMessage(), to: gyms[0], secret: gyms[1].secret),
                try await town.book(BookingMessage(), to: ServiceHarness.Gym(id: "nowhere")),
                try await town.book(BookingMessage(), to: gyms[2]),
            ]
            for answer in answers {
                #expect(answer.status == 401)
                #expect(answer.body == answers[0].body)
                #expect(Set(answer.headers.keys) == Set(answers[0].headers.keys))
            }
            #expect(await town.service.queue.counts().tenants.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an unsigned call is refused with a sentence that names the header and v1, whatever the gym`() async throws {
        try await ServiceHarness.with { town in
            for gym in ["downtown", "nowhere"] {
                let answer = try await town.ask(
                    "POST", "\(town.intake)/hooks/\(gym)/oncehub", body: BookingMessage().body,
                    headers: ["Content-Type": "application/json"])
                #expect(answer.status == 401)
                #expect(answer.error.contains("Oncehub-Signature") && answer.error.contains("v1"))
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `the tolerance is wide, can be narrowed, and is told only to who holds the secret`() async throws {
        let narrow = ServiceHarness.Gym(id: "narrow", key: "KeapAK-two", onceHub: #""tolerance": 60"#)
        try await ServiceHarness.with([ServiceHarness.Gym(), narrow]) { town in
            #expect(try await town.book(BookingMessage(), secondsAgo: 3 * 86_400).status == 202)
            let late = try await town.book(BookingMessage(), to: narrow, secondsAgo: 90)
            #expect(late.status == 401)
            #expect(late.error.contains("tolerance"))
            let strange = try await town.book(BookingMessage(), to: narrow, secret: "guessed", secondsAgo: 90)
            #expect(!strange.error.contains("tolerance"))
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `while a secret is being changed both are good`() async throws {
        let gym = ServiceHarness.Gym(onceHub: #""secrets": ["secret-to-come"]"#)
        try await ServiceHarness.with([gym]) { town in
            let present = try await town.book(BookingMessage(event: "EVNT-1"), secret: gym.secret)
            let coming = try await town.book(BookingMessage(event: "EVNT-2"), secret: "secret-to-come")
            #expect(present.status == 202)
            #expect(coming.status == 202)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an unreadable message is refused, one not about bookings is ignored, and neither is kept`() async throws {
        try await ServiceHarness.with { town in
            let v1 = try await town.book(BookingMessage().body.replacing(#""v2""#, with: #""v1""#))
            #expect(v1.status == 400)
            #expect(v1.error.contains("v2"))
            for body in ["", "{", "7", "{}"] { #expect(try await town.book(body).status == 400, "\(body)") }
            let chat = try await town.book(BookingMessage(type: "conversation.closed"))
            #expect(chat.status == 200, "or OnceHub would disable the webhook after some days")
            #expect((chat.object["ignored"] as? String)?.contains("conversation.closed") == true)
            #expect(try await town.get("/api/jobs").list.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `another method is 405, another content type 415`() async throws {
        try await ServiceHarness.with { town in
            let hook = "\(town.intake)/hooks/downtown/oncehub"
            let got = try await town.ask("GET", hook)
            #expect(got.status == 405)
            #expect(got.headers["allow"] == "POST")
            let time = Int(Date.now.timeIntervalSince1970)
            let digest = ServiceHarness.signature(
                of: BookingMessage().body, at: time, secret: ServiceHarness.Gym().secret)
            for (type, status) in [
                ("text/html", 415), ("application/x-www-form-urlencoded", 415),
                ("application/json; charset=utf-8", 202),
            ] {
                let answer = try await town.ask(
                    "POST", hook, body: BookingMessage().body,
                    headers: ["Content-Type": type, "oncehub-signature": "t=\(time),s=\(digest)"])
                #expect(answer.status == status, "\(type): \(answer.text)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a booking without a name or an address is kept as a dead letter that says so`() async throws {
        try await ServiceHarness.with { town in
            for (event, name, email, word) in [("E-1", "", "c@example.net", "name"), ("E-2", "Carrie C", "", "email")] {
                let id = try await town.acceptBooking(BookingMessage(event: event, name: name, email: email))
                let job = try await town.job(id)
                #expect(job["state"] as? String == "dead")
                #expect((job["reason"] as? String)?.contains("no \(word) of its customer") == true)
                #expect(try await town.post("/api/jobs/\(id)/retry").status == 409)
                #expect(try await town.book(BookingMessage(event: event, name: name, email: email)).status == 200)
            }
            #expect(town.calls == 0)
        }
    }
}
