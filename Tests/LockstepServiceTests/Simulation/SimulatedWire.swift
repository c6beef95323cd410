import SeededRandom
import Clocks
import Foundation
import Keap
import KeapSimulator
import DeterministicSimulation
import OutboundAPI
import Synchronization

/// A Keap of one gym that outlives the machines which write to it, and what goes wrong on the way there.
final class SimulatedKeapSide: Sendable {
    static let key = "KeapAK-one"
    static let app = "one.infusionsoft.com"

    private struct State {
        var world: KeapWorld
        var random: SeededGenerator
        /// Every so-many-th request is not answered as it should be.
        var trouble: Int
        var isDown = false
        /// What is not answered as it should be, whenever it is asked for.
        var faults: [Fault] = []
    }

    private let state: Mutex<State>

    /// Keys of its one account.
    let keys: [String]

    /// - Parameter app: the account that a key opens.
    init(
        seed: UInt64, trouble: Int, keys: [String] = [SimulatedKeapSide.key],
        app: (_ key: String) -> String = { _ in SimulatedKeapSide.app }
    ) {
        self.keys = keys
        var options = WorldOptions()
        options.seed = seed
        options.accounts = keys.map { AccountSetup(key: $0, appName: app($0)) }
        state = Mutex(State(world: KeapWorld(options), random: SeededGenerator(seed: ~seed), trouble: trouble))
    }

    struct Fault: Sendable {
        enum Reply: Sendable {
            case status(Int)
            case hang
        }

        var reply: Reply
        var matches: @Sendable (APIRequest) -> Bool

        /// Whatever is asked about one contact, also together with others.
        static func of(_ contact: Int, _ reply: Reply) -> Fault {
            Fault(reply: reply) { request in
                let body = try? JSONSerialization.jsonObject(with: Data(request.body ?? []))  // a GET has none
                let named = (body as? [String: Any])?["contact_ids"] as? [Any] ?? []
                return named.contains { "\($0)" == "\(contact)" } || request.target.contains("/contacts/\(contact)/")
                    || request.target.contains("/contacts/\(contact)?")
            }
        }

        /// Calls of one kind, whichever contact they are about.
        static func of(_ endpoint: APIEndpoint, _ reply: Reply) -> Fault {
            Fault(reply: reply) { $0.endpoint == endpoint }
        }
    }

    var faults: [Fault] {
        get { state.withLock { $0.faults } }
        set { state.withLock { $0.faults = newValue } }
    }

    func fault(for request: APIRequest) -> Fault.Reply? { faults.first { $0.matches(request) }?.reply }

    enum Fate { case answered, lostOnTheWay, lostOnTheWayBack, unavailable }

    /// What becomes of a request, and how many milliseconds it takes there and back.
    func draw() -> (fate: Fate, there: Int, back: Int) {
        state.withLock { state in
            let there = Int.random(in: 5...60, using: &state.random)
            let back = Int.random(in: 5...60, using: &state.random)
            if state.isDown { return (.unavailable, there, back) }
            guard state.trouble > 0, Int.random(in: 0..<state.trouble, using: &state.random) == 0 else {
                return (.answered, there, back)
            }
            let fates: [Fate] = [.lostOnTheWay, .lostOnTheWayBack, .lostOnTheWayBack, .unavailable]
            return (fates.randomElement(using: &state.random)!, there, back)
        }
    }

    /// Makes a contact by hand.
    func plant(_ contact: String) {
        state.withLock { state in
            let request = SimRequest(
                method: "POST", path: ["accounts", Self.key, "contacts"], query: [], headers: [],
                body: Array(contact.utf8))
            _ = state.world.control(request, at: WorldTime(milliseconds: 0))
        }
    }

    func isLucky() -> Bool { state.withLock { Bool.random(using: &$0.random) } }
    func endTrouble() { state.withLock { $0.trouble = 0 } }

    /// Whether it answers 503 to everything.
    var isDown: Bool {
        get { state.withLock { $0.isDown } }
        set { state.withLock { $0.isDown = newValue } }
    }

    func begin(_ request: APIRequest, key: String, at wall: Int64) -> (number: Int, answer: SimAnswer) {
        state.withLock {
            $0.world.begin(
                SimRequest(
                    method: request.method.rawValue, restTarget: request.target, key: key, body: request.body ?? []),
                at: WorldTime(milliseconds: wall))
        }
    }

    func end(_ number: Int, _ ending: AuditedRequest.Ending, at wall: Int64) {
        state.withLock { $0.world.end(number, ending, at: WorldTime(milliseconds: wall)) }
    }

    var world: KeapWorld { state.withLock { $0.world } }

    /// What people do in Keap, and Keap by itself.
    func change<Value>(_ body: (inout KeapWorld) throws -> Value) rethrows -> Value {
        try state.withLock { try body(&$0.world) }
    }
    var account: Account { world.accounts[Self.app]! }
}

extension APIRequest {
    /// The key that it was sent with.
    var bearer: String { (headers["Authorization"] ?? "").split(separator: " ").last.map(String.init) ?? "" }
}

/// The way from one process to Keap. When the process dies, what it had sent arrives or does not; nothing follows.
struct SimulatedWire: HTTPTransport {
    let keap: SimulatedKeapSide
    let clock: ManualClock
    let isAlive: @Sendable () -> Bool

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        guard isAlive() else { throw .notSent("the process is dead") }
        let (fate, there, back) = keap.draw()
        switch keap.fault(for: request) {
        case .status(let status)?:
            await clock.rest(for: .milliseconds(there + back))
            return APIResponse(status: status, body: Array(#"{"message":"Oops"}"#.utf8))
        case .hang?:
            await clock.rest(for: deadline)
            throw .unclear("No answer within \(deadline).")
        case nil: break
        }
        if fate == .unavailable { return APIResponse(status: 503, headers: ["content-type": "text/plain"]) }
        // A request on its way is not called back, whatever becomes of its sender.
        await clock.rest(for: .milliseconds(there))
        guard isAlive() || keap.isLucky(), fate != .lostOnTheWay else { throw .unclear("no answer") }
        let key = keap.keys.contains(request.bearer) ? request.bearer : SimulatedKeapSide.key
        let (number, answer) = keap.begin(request, key: key, at: clock.wall.milliseconds)
        // A process that is dead waits for nothing, and its connection is gone.
        guard isAlive(), fate != .lostOnTheWayBack else {
            keap.end(number, .dropped, at: clock.wall.milliseconds)
            throw .unclear("the answer was lost")
        }
        await clock.rest(for: .milliseconds(back))
        keap.end(number, isAlive() ? .answered : .dropped, at: clock.wall.milliseconds)
        let headers = answer.headers.map { ($0.name.lowercased(), $0.value) }
        return APIResponse(
            status: answer.status, headers: Dictionary(headers) { first, _ in first }, body: answer.body)
    }

    func abandon() {}
}
