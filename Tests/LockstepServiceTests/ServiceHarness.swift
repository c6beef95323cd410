import Clocks
import Foundation
import KeapSimulator
import DurableQueue
import OutboundAPI
import Synchronization
import Testing

@testable import LockstepService

/// A whole service on loopback, the simulated Keap that it writes to, and a directory of its own for the journal.
final class ServiceHarness: Sendable {
    struct Gym: Sendable {
        var id = "downtown"
        var key = "KeapAK-one"
        /// Empty: Zen Planner is not used.
        var token = "token-of-downtown"
        /// The account that its key opens; two keys of one name open one.
        var app: String?
        /// More members of its `keap` object.
        var keap = ""
        /// The OAuth client that it shares with others.
        var client: String?
        /// More members of the gym's object, such as `"afterDead": "park"`.
        var more = ""
        /// More members of its `zenPlanner` object.
        var zenPlanner = ""
        var secret = "secret-of-downtown"
        /// More members of its `onceHub` object. Nil: there is none.
        var onceHub: String? = ""

        var sections: [String] {
            let person = token.isEmpty ? nil : section("zenPlanner", "token", token, zenPlanner)
            let booking = onceHub.map { section("onceHub", "secret", secret, $0) }
            return [person, booking, more.isEmpty ? nil : more].compactMap { $0 }
        }

        private func section(_ name: String, _ key: String, _ value: String, _ more: String) -> String {
            "\"\(name)\": {\"\(key)\": \"\(value)\"\(more.isEmpty ? "" : ", " + more)}"
        }
    }

    private struct Running: Sendable {
        var service: Service
        var delivering: Task<Void, Never>
        var addresses: Service.Addresses
    }

    let directory: URL
    let said = LogBook()
    private let keap: SimulatedKeap
    private let keapPort: Int
    private let adminToken: String?
    private let readToken: String?
    private let client = CurlClient()
    private let running: Mutex<Running>

    private init(_ gyms: [Gym], adminToken: String?, readToken: String?, _ quirks: Quirks, more: [Gym]) async throws {
        var options = SimulatedKeap.Options()
        options.world.quirks = quirks
        // Wide, so that a test waits for nothing but the work.
        options.world.limits = SimulatedLimits(
            perSecond: 2_000, perMinute: 50_000, perDay: 500_000, tenantPerMinute: nil, tenantPerDay: nil)
        let apps = Dictionary((gyms + more).map { ($0.key, $0.app ?? "app-\($0.key)") }) { first, _ in first }
        options.world.accounts = apps.sorted { $0.key < $1.key }.map { AccountSetup(key: $0.key, appName: $0.value) }
        keap = SimulatedKeap(options)
        keapPort = try keap.start()
        directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-town-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        self.adminToken = adminToken
        self.readToken = readToken
        let configuration = try Self.configuration(
            gyms, keapPort, directory, adminToken: adminToken, readToken: readToken)
        running = Mutex(try await Self.start(configuration, said.log))
    }

    /// Runs `body` in a town and takes it down again, whatever happened.
    ///
    /// - Parameter later: whose keys Keap knows too, for when they are opened later.
    static func with(
        _ gyms: [Gym] = [Gym()], adminToken: String? = nil, readToken: String? = nil, quirks: Quirks = Quirks(),
        later: [Gym] = [],
        _ body: (ServiceHarness) async throws -> Void
    ) async throws {
        let town = try await ServiceHarness(gyms, adminToken: adminToken, readToken: readToken, quirks, more: later)
        do {
            try await body(town)
            await town.end()
        } catch {
            await town.end()
            throw error
        }
    }

    /// What the service would run with.
    func configuration(_ gyms: [Gym]) throws -> Configuration {
        try Self.configuration(gyms, keapPort, directory, adminToken: adminToken, readToken: readToken)
    }

    private static func configuration(
        _ gyms: [Gym], _ port: Int, _ directory: URL, adminToken: String?, readToken: String?
    ) throws -> Configuration {
        let objects = gyms.map { gym in
            let client = gym.client.map { #", "client": "\#($0)""# } ?? ""
            // No call is given up for want of time, however busy the machine is.
            let keap = client + #", "timeout": 600"# + (gym.keap.isEmpty ? "" : ", " + gym.keap)
            return """
                {"id": "\(gym.id)", "keap": {"baseURL": "http://127.0.0.1:\(port)/crm/rest", "key": "\(gym.key)"\(keap)},
                 \(gym.sections.joined(separator: ", "))}
                """
        }
        let clients = Set(gyms.compactMap(\.client)).sorted().map { #"{"id": "\#($0)"}"# }.joined(separator: ", ")
        let token =
            (adminToken.map { #", "adminToken": "\#($0)""# } ?? "")
            + (readToken.map { #", "readToken": "\#($0)""# } ?? "")
        var configuration = try read(
            """
            {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0"\(token), "keapClients": [\(clients)], "gyms": [\(objects.joined(separator: ",\n"))]}
            """)
        configuration.data = directory.appending(path: "journal").path
        return configuration
    }

    private static func start(_ configuration: Configuration, _ log: ServiceLog) async throws -> Running {
        let service = try await Service.open(configuration, log: log)
        let addresses = try service.listen()
        // Ends when the service is stopped, which `end` and `reopen` do.
        return Running(service: service, delivering: Task { await service.run() }, addresses: addresses)
    }

    var service: Service { running.withLock { $0.service } }
    var intake: String { running.withLock { "http://\($0.addresses.intake)" } }
    var admin: String { running.withLock { "http://\($0.addresses.admin)" } }

    /// Stops the service in order and opens another one on the same journal.
    ///
    /// - Parameter isForgetful: on an empty one, as after a machine is lost.
    func reopen(_ gyms: [Gym] = [Gym()], isForgetful: Bool = false) async throws {
        let old = running.withLock { $0 }
        await old.service.stop(grace: .milliseconds(200))
        await old.delivering.value
        if isForgetful { try FileManager.default.removeItem(at: directory.appending(path: "journal")) }
        let configuration = try Self.configuration(
            gyms, keapPort, directory, adminToken: adminToken, readToken: readToken)
        let new = try await Self.start(configuration, said.log)
        running.withLock { $0 = new }
    }

    /// Copies the journal's directory, as a backup does beside the running service.
    func backUp() throws {
        let copy = directory.appending(path: "backup")
        try? FileManager.default.removeItem(at: copy)  // the first backup finds none
        try FileManager.default.copyItem(at: directory.appending(path: "journal"), to: copy)
    }

    /// Stops the service, puts the backup in its journal's place and opens it again.
    func restoreBackup(_ gyms: [Gym] = [Gym()]) async throws {
        let old = running.withLock { $0 }
        await old.service.stop(grace: .milliseconds(200))
        await old.delivering.value
        let journal = directory.appending(path: "journal")
        try FileManager.default.removeItem(at: journal)
        try FileManager.default.copyItem(at: directory.appending(path: "backup"), to: journal)
        let configuration = try Self.configuration(
            gyms, keapPort, directory, adminToken: adminToken, readToken: readToken)
        let new = try await Self.start(configuration, said.log)
        running.withLock { $0 = new }
    }

    private func end() async {
        let last = running.withLock { $0 }
        await last.service.stop(grace: .milliseconds(200))
        await last.delivering.value
        await keap.stop()
        await client.close()
        // Left behind at worst in the system's temporary directory.
        try? FileManager.default.removeItem(at: directory)
    }

    // MARK: Asking

    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: Any? { try? JSONSerialization.jsonObject(with: Data(body)) }  // nil fails the test that asked
        var object: [String: Any] { json as? [String: Any] ?? [:] }
        var list: [[String: Any]] { json as? [[String: Any]] ?? [] }
        var error: String { object["error"] as? String ?? "" }
    }

    func ask(
        _ method: String, _ address: String, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = APIRequest(
            APIEndpoint("test"), try #require(APIRequest.Method(rawValue: method)), [],
            headers: body == nil ? headers : Self.form.merging(headers) { $1 }, body: body.map { Array($0.utf8) })
        request.target = address
        let response = try await CurlTransport(base: "", peer: "the service", through: client)
            .send(request, deadline: .seconds(1_200))
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }

    func get(_ path: String) async throws -> Answer { try await ask("GET", admin + path) }
    func post(_ path: String) async throws -> Answer { try await ask("POST", admin + path, body: "") }

    static let form = ["Content-Type": "application/x-www-form-urlencoded"]

    /// Sends a web hook as Zen Planner does.
    func send(_ fields: [String: String], to gym: Gym = Gym()) async throws -> Answer {
        let pairs = fields.sorted { $0.key < $1.key }.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        return try await ask(
            "POST", "\(intake)/hooks/\(gym.id)/zenplanner/\(gym.token)", body: pairs.joined(separator: "&"),
            headers: Self.form)
    }

    /// Sends, expects 202, and returns the job's id.
    @discardableResult
    func accept(_ fields: [String: String], to gym: Gym = Gym()) async throws -> String {
        let answer = try await send(fields, to: gym)
        try #require(answer.status == 202, "\(answer.text)")
        return try #require(answer.object["job"] as? String)
    }

    func job(_ id: String) async throws -> [String: Any] { try await get("/api/jobs/\(id)").object }

    func state(of id: String) async throws -> String? { try await job(id)["state"] as? String }

    /// Returns when nothing is under way; a cancelled test, as at its time limit, throws.
    func settle() async throws {
        let queue = service.queue
        var events = queue.events().makeAsyncIterator()
        while await queue.counts().tenants.values.contains(where: { $0.pending > 0 }) {
            if await events.next() == nil { throw CancellationError() }
        }
    }

    // MARK: Keap, from behind the counter

    func keap(_ method: String, _ path: [String], _ body: String = "") -> [String: Any] {
        let bytes = keap.change { world, now in
            let request = SimRequest(method: method, path: path, query: [], headers: [], body: Array(body.utf8))
            return world.control(request, at: now).body
        }
        let value = try? JSONSerialization.jsonObject(with: Data(bytes))  // an empty body is no object
        return value as? [String: Any] ?? [:]
    }

    /// Pairs of calls that named one contact at once.
    var overlaps: Int { keap("GET", ["audit"])["violations"] as? Int ?? -1 }

    /// Calls that Keap had so far.
    var calls: Int { keap("GET", ["audit"])["requests"] as? Int ?? -1 }

    func contacts(of key: String = "KeapAK-one") -> [[String: Any]] {
        keap("GET", ["accounts", key, "contacts"])["contacts"] as? [[String: Any]] ?? []
    }

    func tagNames(of key: String = "KeapAK-one") -> Set<String> {
        let tags = keap("GET", ["accounts", key, "tags"])["tags"] as? [[String: Any]] ?? []
        return Set(tags.compactMap { $0["name"] as? String })
    }

    func worn(by contact: [String: Any]) -> Set<String> { Set(contact["tags"] as? [String] ?? []) }

    /// Keap refuses to create or change whoever has this address, until `heal`.
    func refuse(_ email: String) {
        for method in ["POST", "PATCH"] {
            _ = keap(
                "POST", ["faults"],
                """
                {"match": {"method": "\(method)", "email": "\(email)", "path": "^/v2/contacts"}, "action": "status",
                 "status": 400, "body": {"code": 400, "message": "Not this one", "status": "BAD_REQUEST"}}
                """)
        }
    }

    func heal() { _ = keap("DELETE", ["faults"]) }
}

/// What a service said.
final class LogBook: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var log: ServiceLog { ServiceLog { [self] level, text in lines.withLock { $0.append("\(level): \(text)") } } }
}

/// A person's message with everything that makes a contact.
func person(_ id: String = "zp-1", _ changes: [String: String] = [:]) -> [String: String] {
    [
        "personId": id, "firstName": "Ana", "lastName": "Ruiz", "email": "\(id)@example.org",
        "mobilePhone": "303-555-1000", "status": "Student",
    ].merging(changes) { $1 }
}
