import Foundation
import EmbeddedHTTP
import DurableQueue
import LockstepService
import OutboundAPI

/// Runs the demo: Keap, the service, the day's messages, an outage, and the comparison at the end.
final class DemoShow: Sendable {
    private let town: DemoWorld
    private let keap: DemoKeap
    private let service: Service
    private let intake: ListenAddress
    private let sender = CurlClient()
    private let directory: TemporaryDirectory

    init(_ town: DemoWorld) async throws {
        self.town = town
        try CurlLibrary.load()
        directory = try TemporaryDirectory(prefix: "lockstep-demo")
        keap = try DemoKeap(town.gyms)
        let file = directory.url.appending(path: "lockstep.json")
        try Self.configuration(town, keap).write(to: file)
        service = try await Service.open(try Configuration.load(file.path), log: .silent)
        let addresses = try service.listen()
        intake = addresses.intake
        Terminal.note("Keap (simulated)  \(keap.base)")
        Terminal.note("Lockstep intake   http://\(addresses.intake)")
        Terminal.note("Lockstep admin    http://\(addresses.admin)  (/metrics, /api/jobs, /api/gyms)")
    }

    /// Stops both servers and removes temporary files, also after an error.
    func end() async {
        await sender.close()
        await service.stop(grace: .seconds(5))
        await keap.stop()
        directory.remove()
    }

    func run() async throws -> DemoSummary {
        prepareKeap()
        let start = ContinuousClock.now
        async let delivering: Void = service.run()
        let accepted: Int
        do {
            for gym in town.gyms where gym.hasClient { try await connect(gym) }
            accepted = try await sendAll()
            try await drain(since: start)
        } catch {
            // Or leaving this scope would wait for ever for a service that is not stopped.
            await service.stop(grace: .zero)
            throw error
        }
        let counts = await service.queue.counts()
        let took = ContinuousClock.now - start
        let summary = await summary(accepted: accepted, counts: counts, took: took)
        await service.stop(grace: .seconds(5))
        await delivering
        return summary
    }

    private static func configuration(_ town: DemoWorld, _ keap: DemoKeap) throws -> Data {
        let gyms = town.gyms.map { gym -> [String: Any] in
            [
                "id": gym.id, "name": gym.name,
                "keap": [
                    "baseURL": keap.base, gym.hasClient ? "client" : "key": gym.hasClient ? DemoKeap.client : gym.key,
                ],
                "zenPlanner": ["token": gym.token], "onceHub": ["secret": gym.secret],
            ]
        }
        return try JSONSerialization.data(
            withJSONObject: [
                "listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "data": "journal", "gyms": gyms,
                "keapClients": [keap.clientSettings],
            ])
    }

    // MARK: Keap's side

    /// People whom Keap knows already, and one whom it will refuse to write.
    private func prepareKeap() {
        for gym in town.gyms {
            for person in gym.known {
                keap.post(
                    "accounts", gym.account, "contacts",
                    json: [
                        "given_name": person.firstName.uppercased(), "family_name": person.lastName,
                        "email_addresses": [["field": "EMAIL1", "email": person.email]],
                        "phone_numbers": [["field": "PHONE2", "number": "303-555-9999"]],
                        "tags": ["VIP", "ZP Status: Alumni"],
                    ])
            }
        }
        for method in ["POST", "PATCH"] {
            keap.post(
                "faults",
                json: [
                    "match": ["method": method, "email": town.sick.email, "path": "^/v2/contacts"], "action": "status",
                    "status": 400, "body": ["code": 400, "message": DemoKeap.refusal, "status": "BAD_REQUEST"],
                ])
        }
    }

    /// Three seconds of 503, then a few requests that are done but never answered.
    private func hiccup() {
        keap.post("faults", json: ["action": "reset", "done": true, "times": 4, "seconds": 10])
        keap.post("faults", json: ["action": "status", "status": 503, "seconds": 3])
    }

    /// As `lockstep connect` does: asks for the address of the consent page, on which the owner presses the button; their
    /// browser then brings the answer to the intake.
    private func connect(_ gym: DemoWorld.Gym) async throws {
        let begun = await service.answer(
            operator: HTTPRequest(method: "POST", path: ["api", "gyms", gym.id, "connection"]))
        guard case .response(let response) = begun,
            let answer = try? JSONDecoder().decode(ConnectionAnswer.self, from: Data(response.body)),  // told below
            let address = answer.address, let query = keap.consent(to: address, for: gym.app)
        else { throw CommandFailure("gym \(gym.id) could not ask for consent") }
        var request = APIRequest(APIEndpoint("consent"), .get, [])
        request.target = "\(DemoKeap.callback)?\(query)"
        let reply = try await CurlTransport(base: "http://\(intake)", peer: "the service", through: sender)
            .send(request, deadline: .seconds(60))
        guard reply.isSuccess else {
            throw CommandFailure("gym \(gym.id) could not be connected: \(String(decoding: reply.body, as: UTF8.self))")
        }
        Terminal.note("Connected         \(gym.id) to the Keap account \(gym.app), by OAuth")
    }

    // MARK: The day

    /// Each gym's messages in their order; the gyms side by side.
    private func sendAll() async throws -> Int {
        let total = town.messageCount
        let sent = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, gym) in town.gyms.enumerated() {
                group.addTask {
                    for (number, message) in gym.messages.enumerated() {
                        if index == 0, number == gym.messages.count / 3 { self.hiccup() }
                        try await self.send(message, to: gym)
                        let count = sent.increment()
                        Terminal.progress("sending     \(Terminal.bar(count, of: total)) \(count) of \(total)")
                    }
                }
            }
            try await group.waitForAll()
        }
        return sent.value
    }

    private func send(_ message: DemoMessage, to gym: DemoWorld.Gym) async throws {
        let hook: String
        var signature: String?
        if case .booking = message.meaning {
            hook = "oncehub"
            signature = DemoMessage.signature(
                of: message.body, secret: gym.secret, at: Int(Date.now.timeIntervalSince1970))
        } else {
            hook = "zenplanner/\(gym.token)"
        }
        var request = APIRequest(
            APIEndpoint("hook"), .post, ["hooks", gym.id, hook], headers: ["Content-Type": message.contentType],
            body: Array(message.body.utf8))
        if let signature { request.headers["Oncehub-Signature"] = signature }
        let response = try await CurlTransport(base: "http://\(intake)", peer: "the service", through: sender)
            .send(request, deadline: .seconds(60))
        guard response.status == 202 else {
            throw CommandFailure("the service refused a message: \(String(decoding: response.body, as: UTF8.self))")
        }
    }

    private func drain(since start: ContinuousClock.Instant) async throws {
        let total = town.messageCount
        while true {
            let counts = await service.queue.counts()
            let pending = counts.tenants.values.reduce(0) { $0 + $1.pending }
            let done = total - pending
            Terminal.progress("delivering  \(Terminal.bar(done, of: total)) \(done) of \(total)")
            if pending == 0 { return }
            guard ContinuousClock.now - start < .seconds(300) else {
                throw CommandFailure("\(pending) changes are still not delivered after five minutes")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    // MARK: The end

    private func summary(accepted: Int, counts: QueueCounts, took: Duration) async -> DemoSummary {
        var check = DemoCheck(keap)
        for gym in town.gyms {
            let names = ["Foundations", "Kids", "Open Mat", "Competition Team"].enumerated()
            let programs = Dictionary(uniqueKeysWithValues: names.map { ("\(gym.id)-p\($0.offset + 1)", $0.element) })
            check.check(gym, leavingOut: town.sick.person, programs: programs)
        }
        let audit = keap.get("audit")
        let accounts = audit["accounts"] as? [String: [String: Any]] ?? [:]
        let overruns = accounts.values.reduce(0) { sum, account in
            sum + (account["overruns"] as? [String: Int] ?? [:]).values.reduce(0, +)
        }
        let sickMessages = town.gyms.flatMap(\.messages).count { message in
            if case .person(let person) = message.meaning { return person.id == town.sick.person }
            return false
        }
        var query = JobQuery()
        query.state = .dead
        query.limit = .max
        let dead = await service.queue.jobs(query)
        var problems = check.problems
        for job in dead where !(job.reason ?? "").contains(DemoKeap.refusal) {
            problems.append("job \(job.id) of \(job.tenant) is dead: \(job.reason ?? "")")
        }
        return DemoSummary(
            accepted: accepted, delivered: Int(counts.done), dead: dead.count, deadExpected: sickMessages,
            calls: audit["requests"] as? Int ?? 0, overruns: overruns + (audit["throttled"] as? Int ?? 0),
            overlaps: audit["violations"] as? Int ?? 0, orderViolations: check.orderViolations,
            duplicates: audit["duplicates"] as? Int ?? 0, seconds: took.seconds, problems: problems)
    }
}
