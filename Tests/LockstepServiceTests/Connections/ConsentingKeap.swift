import Clocks
import DeterministicSimulation
import EmbeddedHTTP
import Foundation
import Keap
import KeapSimulator
import OutboundAPI
import Synchronization

@testable import LockstepService

/// A Keap whose accounts' owners let one OAuth client in, and what goes wrong on the way to it.
final class ConsentingKeap: Sendable {
    /// What becomes of a request to the token endpoint.
    enum Fate: Equatable, Sendable {
        case answered
        /// It never arrives, and the sender cannot know.
        case lost
        /// It is done, and its answer never comes.
        case answerLost
        case late(Duration)
        case status(Int, String)
        /// The sender dies: before it is done, or after.
        case killedBefore, killedAfter
    }

    private struct State {
        var world: KeapWorld
        var fates: [Fate] = []
        var asked = 0
    }

    private let state: Mutex<State>

    init(
        accounts: [String] = ["north.infusionsoft.com", "south.infusionsoft.com"],
        _ adjust: (inout WorldOptions) -> Void = { _ in }
    ) {
        var options = WorldOptions()
        options.oauth.clients = [
            OAuthClientSetup(
                id: "group", secret: "client-secret", redirectURI: "http://127.0.0.1:8080/oauth/keap/callback",
                accounts: accounts)
        ]
        adjust(&options)
        state = Mutex(State(world: KeapWorld(options)))
    }

    static let client = """
        {"id": "group", "clientID": "group", "clientSecret": "client-secret",
         "redirectURI": "http://127.0.0.1:8080/oauth/keap/callback",
         "authorizeURL": "http://127.0.0.1:9/app/oauth/authorize", "tokenURL": "http://127.0.0.1:9/token"}
        """

    static func gym(_ id: String, _ more: String = "") -> String {
        """
        {"id": "\(id)", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "client": "group"\(more)},
         "zenPlanner": {"token": "token-of-\(id)"}}
        """
    }

    static func configuration(_ gyms: [String] = ["north"]) throws -> Configuration {
        var configuration = try read(
            "{\"keapClients\": [\(client)], \"gyms\": [\(gyms.map { gym($0) }.joined(separator: ", "))]}")
        configuration.data = "/data"
        return configuration
    }

    func change<Result: Sendable>(_ body: @Sendable (inout KeapWorld) -> Result) -> Result {
        state.withLock { body(&$0.world) }
    }

    /// What becomes of the next token requests, the first first; those after them are answered.
    func expect(_ fates: [Fate]) { state.withLock { $0.fates = fates } }

    var tokenRequests: Int { state.withLock { $0.asked } }

    func nextFate() -> Fate {
        state.withLock { state in
            state.asked += 1
            return state.fates.isEmpty ? .answered : state.fates.removeFirst()
        }
    }

    func answer(_ request: SimRequest, at wall: WallTime) -> SimAnswer {
        state.withLock { $0.world.answer(request, at: WorldTime(milliseconds: wall.milliseconds)) }
    }

    /// The owner presses the button. Returns where their browser is sent.
    func consent(to address: String, for account: String, at wall: WallTime) -> String {
        let items = URLComponents(string: address)?.queryItems ?? []
        let answer = answer(
            SimRequest(
                method: "POST", path: ["app", "oauth", "authorize"],
                query: items.map { (name: $0.name, value: $0.value ?? "") },
                body: FormBody.encoded([(name: "account", value: account)])), at: wall)
        return answer.header("Location") ?? ""
    }
}

/// The way from one process to a `ConsentingKeap`.
struct ConsentingWire: HTTPTransport {
    let keap: ConsentingKeap
    let clock: ManualClock
    /// Of the base address.
    let prefix: [String]
    var isAlive: @Sendable () -> Bool = { true }
    var kill: @Sendable () -> Void = {}

    init(
        _ keap: ConsentingKeap, _ site: APISite, _ clock: ManualClock,
        isAlive: @escaping @Sendable () -> Bool = { true }, kill: @escaping @Sendable () -> Void = {}
    ) {
        self.keap = keap
        self.clock = clock
        prefix = OAuthClientConfiguration.path(of: site.base)
        self.isAlive = isAlive
        self.kill = kill
    }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        guard isAlive() else { throw .notSent("the process is dead") }
        guard request.target == "/token" else {
            await clock.rest(for: .milliseconds(50))
            return response(perform(request))
        }
        let fate = keap.nextFate()
        await clock.rest(for: .milliseconds(200))
        switch fate {
        case .answered: return response(perform(request))
        case .lost:
            await clock.rest(for: deadline)
            throw .unclear("no answer in time")
        case .answerLost:
            _ = perform(request)
            throw .unclear("the connection was reset")
        case .late(let pause):
            let answer = perform(request)
            await clock.rest(for: min(pause, deadline))
            guard pause < deadline else { throw .unclear("no answer in time") }
            return response(answer)
        case .status(let status, let body): return APIResponse(status: status, body: Array(body.utf8))
        case .killedBefore:
            kill()
            throw .unclear("dead")
        case .killedAfter:
            _ = perform(request)
            kill()
            throw .unclear("dead")
        }
    }

    func abandon() {}

    private func perform(_ request: APIRequest) -> SimAnswer {
        let parts = URLComponents(string: request.target)
        let path = OAuthClientConfiguration.path(of: request.target)
        let query = (parts?.queryItems ?? []).map { (name: $0.name, value: $0.value ?? "") }
        var headers = request.headers.map { (name: $0.key, value: $0.value) }
        if request.headers["Content-Type"] == nil { headers.append((name: "Content-Type", value: "application/json")) }
        return keap.answer(
            SimRequest(
                method: request.method.rawValue, path: prefix + path, query: query, headers: headers,
                body: request.body ?? []), at: clock.wall)
    }

    private func response(_ answer: SimAnswer) -> APIResponse {
        let headers = answer.headers.map { ($0.name.lowercased(), $0.value) }
        return APIResponse(
            status: answer.status, headers: Dictionary(headers) { first, _ in first }, body: answer.body)
    }
}
