import Clocks
import Foundation
import Keap
import KeapSimulator
import EmbeddedHTTP
import FileJournal
import DurableQueue
import DeterministicSimulation
import OutboundAPI
import Synchronization
import Testing

@testable import LockstepService

/// Many gyms on one simulated machine, and the Keap that they write to.
struct Crowd: Sendable {
    struct Gym: Sendable {
        var id: String
        /// The OAuth client that it shares with others.
        var client: String?
        /// More members of its `keap` object.
        var keap = ""

        var key: String { "KeapAK-\(id)" }
    }

    let simulation: Simulation
    let keap: CrowdedKeap
    let log: LogBook
    let files: SimulatedFileSystem
    /// Of clients: more members of their objects.
    var clients: [String: String] = [:]

    /// Runs the service for these gyms as long as `body` does. What it leaves on the disk is there for the next.
    func live(_ gyms: [Gym], _ body: @escaping @Sendable (Service) async throws -> Void) async throws {
        let configuration = try configuration(gyms)
        try await Service.live(configuration, log.log, on: simulation, files, body) { [keap] _ in
            CrowdedWire(keap: keap, clock: simulation.clock)
        } adjust: { surroundings in
            surroundings.journal.segmentSize = 4 << 20
        }
    }

    private func configuration(_ gyms: [Gym]) throws -> Configuration {
        let objects = gyms.map { gym in
            let more = (gym.client.map { #", "client": "\#($0)""# } ?? "") + (gym.keap.isEmpty ? "" : ", " + gym.keap)
            return """
                {"id": "\(gym.id)", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "\(gym.key)"\(more)},
                 "zenPlanner": {"token": "token"}}
                """
        }
        let names = Set(gyms.compactMap(\.client)).sorted()
        let clients: [String] = names.map { id in
            let more = self.clients[id].map { ", \($0)" } ?? ""
            return "{\"id\": \"\(id)\"\(more)}"
        }
        var configuration = try read(
            """
            {"keapClients": [\(clients.joined(separator: ", "))], "gyms": [\(objects.joined(separator: ",\n"))]}
            """)
        configuration.data = "/data"
        return configuration
    }

    // MARK: What a test does

    /// A web hook about one person.
    func send(_ person: String, status: String = "Student", to gym: String, of service: Service) async throws -> JobID {
        let form =
            "personId=\(person)&firstName=F\(person)&lastName=L\(person)&email=\(person)%40example.org&status=\(status)"
        let answer = await service.answer(
            HTTPRequest(
                method: "POST", path: ["hooks", gym, "zenplanner", "token"],
                headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(form.utf8)))
        let job = try Self.object(answer)["job"] as? String
        return try #require(JobID(job ?? ""))
    }

    /// Rows of a report, as the command sends them.
    func `import`(_ people: [String], to gym: String, of service: Service) async throws {
        let rows = people.map { person in
            "personId=\(person)&firstName=F\(person)&lastName=L\(person)&email=\(person)%40example.org&status=Prospect"
        }
        let body = try JSONSerialization.data(withJSONObject: ["rows": rows])
        let answer = await service.answer(
            operator: HTTPRequest(method: "POST", path: ["api", "gyms", gym, "people"], body: Array(body)))
        #expect(answer.status == 202)
    }

    /// What an operator asks for.
    func ask(
        _ path: [String], _ query: [(name: String, value: String)] = [], method: String = "GET", of service: Service
    ) async -> HTTPAnswer {
        await service.answer(operator: HTTPRequest(method: method, path: path, query: query))
    }

    static func object(_ answer: HTTPAnswer) throws -> [String: Any] {
        guard case .response(let response) = answer else { return [:] }
        return try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any] ?? [:]
    }

    static func list(_ answer: HTTPAnswer) throws -> [[String: Any]] {
        guard case .response(let response) = answer else { return [] }
        return try JSONSerialization.jsonObject(with: Data(response.body)) as? [[String: Any]] ?? []
    }

    /// How long, in virtual time, until the jobs are done; nil if that is longer than `limit`.
    func wait(for jobs: [JobID], of service: Service, within limit: Duration) async throws -> Duration? {
        let began = simulation.clock.now
        while began.duration(to: simulation.clock.now) <= limit {
            var left = jobs.count
            for job in jobs where await service.queue.job(job)?.state == .done { left -= 1 }
            if left == 0 { return began.duration(to: simulation.clock.now) }
            try await simulation.clock.sleep(for: .milliseconds(50))
        }
        return nil
    }
}

/// Keap, with one account for each key.
final class CrowdedKeap: Sendable {
    private struct State {
        var world: KeapWorld
        /// Keys whose calls are answered 503.
        var down: Set<String> = []
        var calls: [String: Int] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter revoked: keys that open nothing.
    init(_ gyms: [Crowd.Gym], revoked: Set<String> = [], clientLimits: SimulatedLimits = .oauth) {
        var options = WorldOptions()
        options.rememberedRequests = 1
        options.clientLimits = clientLimits
        options.accounts = gyms.filter { !revoked.contains($0.key) }.map {
            AccountSetup(key: $0.key, appName: "\($0.id).infusionsoft.com", client: $0.client)
        }
        state = Mutex(State(world: KeapWorld(options)))
    }

    func setDown(_ keys: Set<String>) { state.withLock { $0.down = keys } }

    /// Calls that arrived with this key.
    func calls(_ gym: String) -> Int { state.withLock { $0.calls["KeapAK-\(gym)"] ?? 0 } }
    func contacts(_ gym: String) -> Int {
        state.withLock { $0.world.accounts["\(gym).infusionsoft.com"]?.contacts.count ?? 0 }
    }

    var overlaps: Int { state.withLock { $0.world.audit.violationCount } }

    fileprivate func begin(_ request: APIRequest, key: String, at wall: Int64) -> (number: Int, answer: SimAnswer)? {
        state.withLock { state in
            state.calls[key, default: 0] += 1
            if state.down.contains(key) { return nil }
            return state.world.begin(
                SimRequest(
                    method: request.method.rawValue, restTarget: request.target, key: key, body: request.body ?? []),
                at: WorldTime(milliseconds: wall))
        }
    }

    fileprivate func end(_ number: Int, at wall: Int64) {
        state.withLock { $0.world.end(number, .answered, at: WorldTime(milliseconds: wall)) }
    }
}

private struct CrowdedWire: HTTPTransport {
    let keap: CrowdedKeap
    let clock: ManualClock

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        await clock.rest(for: .milliseconds(40))
        guard let (number, answer) = keap.begin(request, key: request.bearer, at: clock.wall.milliseconds) else {
            await clock.rest(for: .milliseconds(40))
            return APIResponse(status: 503, headers: ["content-type": "text/plain"])
        }
        await clock.rest(for: .milliseconds(40))
        keap.end(number, at: clock.wall.milliseconds)
        let headers = answer.headers.map { ($0.name.lowercased(), $0.value) }
        return APIResponse(
            status: answer.status, headers: Dictionary(headers) { first, _ in first }, body: answer.body)
    }

    func abandon() {}
}
