import SeededRandom
import Clocks
import DeterministicSimulation
import KeapSimulator
import OutboundAPI
import RateLimits
import Synchronization

@testable import Keap

/// A simulated Keap without a socket, on the test's clock: requests and answers take some turns of other tasks each.
final class SimulatedAccount: HTTPTransport {
    static let start: Int64 = 1_772_452_800_000  // milliseconds since 1970

    private struct State {
        var world: KeapWorld
        var random: SeededGenerator
        var underWay = 0
    }

    private let state: Mutex<State>
    private let clock: ManualClock
    private let slowness: Int

    /// - Parameter slowness: the most turns that a request, or an answer, is on its way.
    init(clock: ManualClock, limits: SimulatedLimits = .none, slowness: Int = 0, seed: UInt64 = 1) {
        var options = WorldOptions()
        options.accounts = [AccountSetup(key: "key", appName: "gym", limits: limits)]
        state = Mutex(State(world: KeapWorld(options), random: SeededGenerator(seed: seed)))
        self.clock = clock
        self.slowness = slowness
    }

    var underWay: Int { state.withLock(\.underWay) }
    var audit: Audit { state.withLock(\.world.audit) }

    /// What happened to a contact's tags, in order.
    func tagHistory(of contact: ContactID) -> [String] {
        state.withLock { state in
            let events = state.world.accounts["gym"]?.history.events(of: Int(contact.text) ?? 0) ?? []
            return events.compactMap { event in
                switch event.what {
                case .tagApplied(let tag): "+\(tag)"
                case .tagRemoved(let tag): "-\(tag)"
                default: nil
                }
            }
        }
    }

    func tags(of contact: ContactID) -> Set<TagID> {
        state.withLock { state in
            let worn = state.world.accounts["gym"]?.contacts[Int(contact.text) ?? 0]?.tags.keys
            return Set((worn.map(Array.init) ?? []).map { TagID("\($0)") })
        }
    }

    /// Done from behind the counter: no call, no limit.
    func contacts(_ count: Int, wearing tags: (Int) -> [String]) -> [ContactID] {
        (0..<count).map { number in
            let names = tags(number).map { "\"\($0)\"" }.joined(separator: ",")
            let body = """
                {"given_name": "P\(number)", "family_name": "Q", "tags": [\(names)],
                 "email_addresses": [{"field": "EMAIL1", "email": "p\(number)@example.org"}]}
                """
            let answer = control("POST", ["accounts", "key", "contacts"], body)
            return ContactID(JSONValue(json: answer.body)?["id"]?.text ?? "")
        }
    }

    func tag(_ name: String) -> TagID {
        let known = state.withLock { state in
            state.world.accounts["gym"]?.tags.values.first { $0.name == name }?.id
        }
        if let known { return TagID("\(known)") }
        let answer = control("POST", ["accounts", "key", "rest", "v2", "tags"], "{\"name\": \"\(name)\"}")
        return TagID(JSONValue(json: answer.body)?["id"]?.text ?? "")
    }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        await travel()
        let (number, answer) = change {
            $0.begin(
                SimRequest(
                    method: request.method.rawValue, restTarget: request.target, key: "key", body: request.body ?? []),
                at: $1)
        }
        state.withLock { $0.underWay += 1 }
        await travel()
        change { $0.end(number, .answered, at: $1) }
        state.withLock { $0.underWay -= 1 }
        let headers = answer.headers.map { ($0.name.lowercased(), $0.value) }
        return APIResponse(status: answer.status, headers: Dictionary(headers) { $1 }, body: answer.body)
    }

    func abandon() {}

    /// A call of the control plane, below `_simulator`.
    @discardableResult
    func control(_ method: String, _ path: [String], _ body: String) -> SimAnswer {
        change { world, now in
            world.control(
                SimRequest(method: method, path: ["_simulator"] + path, body: Array(body.utf8)), at: now)
        }
    }

    private func change<Result>(_ body: (inout KeapWorld, WorldTime) -> Result) -> Result {
        let now = WorldTime(milliseconds: clock.wall.milliseconds)
        return state.withLock { body(&$0.world, now) }
    }

    private func travel() async {
        let turns = state.withLock { Int.random(in: 0...slowness, using: &$0.random) }
        for _ in 0..<turns { await Task.yield() }
    }
}
