import Foundation
import EmbeddedHTTP
import DurableQueue
import LockstepService
import OutboundAPI

/// Runs the demo: Keap, the service, the day's messages, an outage, and the comparison at the end.
final class DemoShow: Sendable {
    private let town: DemoWorld
    /// Over which the day's messages are spread.
    private let length: Duration
    private let progress: DemoProgress
    let keap: DemoKeap
    let bills: DemoBills
    let service: Service
    private let intake: ListenAddress
    private let admin: ListenAddress
    private let sender = CurlClient()
    private let directory: TemporaryDirectory

    init(_ town: DemoWorld, lasting length: Duration = .zero) async throws {
        (self.town, self.length) = (town, length)
        progress = DemoProgress(total: town.messageCount, gyms: town.gyms.map(\.id))
        try CurlLibrary.load()
        directory = try TemporaryDirectory(prefix: "lockstep-demo")
        keap = try DemoKeap(town.gyms)
        bills = try DemoBills(keap)
        let file = directory.url.appending(path: "lockstep.json")
        try Self.configuration(town, keap, bills).write(to: file)
        service = try await Service.open(try Configuration.load(file.path), log: .silent)
        let addresses = try service.listen()
        (intake, admin) = (addresses.intake, addresses.admin)
        Terminal.note("Keap, simulated       \(keap.base)")
        Terminal.note("ChartMogul, simulated \(bills.base)")
        Terminal.note("Lockstep intake       http://\(addresses.intake)")
        Terminal.note("Lockstep admin        http://\(addresses.admin)  (/metrics, /api/jobs, /api/gyms)")
    }

    /// Stops both servers and removes temporary files, also after an error.
    func end() async {
        await sender.close()
        await service.stop(grace: .seconds(5))
        await keap.stop()
        await bills.stop()
        directory.remove()
    }

    /// - Parameter watch: called with the summary while all of it still runs.
    func run(_ watch: @Sendable (DemoSummary) async -> Void) async throws -> DemoSummary {
        prepareKeap()
        let start = ContinuousClock.now
        async let delivering: Void = service.run()
        let summary: DemoSummary
        do {
            for gym in town.gyms where gym.hasClient { try await connect(gym) }
            try await bringPast()
            let hadLeft = bills.showsLateAsLeft
            // Only the day's changes end between the two.
            let before = await service.queue.counts().done
            try await day()
            let counts = await service.queue.counts()
            try await payLate()
            summary = await self.summary(
                delivered: Int(counts.done - before), took: ContinuousClock.now - start,
                bills: bills.outcome(wasLeft: hadLeft))
        } catch {
            // Or leaving this scope would wait for ever for a service that is not stopped.
            await service.stop(grace: .zero)
            throw error
        }
        await watch(summary)
        await service.stop(grace: .seconds(5))
        await delivering
        return summary
    }

    /// What a person can do while it stays.
    var invitation: String {
        """
        Everything goes on until Ctrl-C. Ask it, for example:
          lockstep jobs --admin http://\(admin)
          lockstep budget --admin http://\(admin)
          lockstep chartmogul diff --admin http://\(admin) --gym \(DemoBills.gym)
        """
    }

    private static func configuration(_ town: DemoWorld, _ keap: DemoKeap, _ bills: DemoBills) throws -> Data {
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
                "listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "data": "journal",
                "gyms": gyms + [bills.settings(keap)],
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
        progress.noteOutage()
        keap.post("faults", json: ["action": "reset", "done": true, "times": 4, "seconds": 10])
        keap.post(
            "faults",
            json: ["action": "status", "status": 503, "seconds": Int(DemoProgress.outage.components.seconds)])
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
        Terminal.note("Connected             \(gym.id) to the Keap account \(gym.app), by OAuth")
    }

    // MARK: The day

    private func day() async throws {
        let progress = progress
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                await progress.run(self.service)
                return false
            }
            group.addTask {
                try await self.sendAll()
                try await self.drain()
                return true
            }
            while try await group.next() == false {}
            group.cancelAll()
        }
        Terminal.clearProgress()
    }

    /// Each gym's messages in their order; the gyms side by side.
    private func sendAll() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, gym) in town.gyms.enumerated() {
                let pause = length / max(1, gym.messages.count)
                group.addTask {
                    for (number, message) in gym.messages.enumerated() {
                        if index == 0, number == gym.messages.count / 3 { self.hiccup() }
                        try await self.send(message, to: gym)
                        self.progress.noteSent()
                        if pause > .zero { try await Task.sleep(for: pause) }
                    }
                }
            }
            try await group.waitForAll()
        }
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
        try await post(
            ["hooks", gym.id] + hook.split(separator: "/").map(String.init), message.contentType, message.body,
            expecting: 202, signature: signature)
    }

    func post(
        _ path: [String], _ contentType: String, _ body: String, expecting status: Int, signature: String? = nil
    ) async throws {
        var request = APIRequest(
            APIEndpoint("hook"), .post, path, headers: ["Content-Type": contentType], body: Array(body.utf8))
        if let signature { request.headers["Oncehub-Signature"] = signature }
        let response = try await CurlTransport(base: "http://\(intake)", peer: "the service", through: sender)
            .send(request, deadline: .seconds(60))
        guard response.status == status else {
            throw CommandFailure("the service refused a message: \(String(decoding: response.body, as: UTF8.self))")
        }
    }

    private func drain() async throws {
        let start = ContinuousClock.now
        while true {
            let pending = progress.pending(await service.queue.counts())
            if pending == 0 { return }
            guard ContinuousClock.now - start < .seconds(300) else {
                throw CommandFailure("\(pending) changes are still not delivered after five minutes")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    // MARK: The end

    private func summary(delivered: Int, took: Duration, bills: DemoBillsOutcome) async -> DemoSummary {
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
            accepted: progress.sentCount, delivered: delivered, dead: dead.count, deadExpected: sickMessages,
            calls: audit["requests"] as? Int ?? 0, overruns: overruns + (audit["throttled"] as? Int ?? 0),
            overlaps: audit["violations"] as? Int ?? 0, orderViolations: check.orderViolations,
            duplicates: audit["duplicates"] as? Int ?? 0, seconds: took.seconds, problems: problems,
            bills: bills)
    }
}
