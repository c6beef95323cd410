import SeededRandom
import Clocks
import Keap
import KeapSimulator
import DeterministicSimulation
import OutboundAPI
import Synchronization

/// The wire to a simulated Keap, in virtual time: a request takes a while to get there, and its answer to come back.
final class SimulatedWire: HTTPTransport {
    private struct State {
        /// Nil until the first request shows the key.
        var random: SeededGenerator?
        var isAbandoned = false
    }

    private let keap: SimulatedAccounts
    private let clock: ManualClock
    private let seed: UInt64
    private let state = Mutex(State())

    /// One way, in milliseconds. What is far away and what is near differ by about this much.
    private static let travel = 20...90

    /// The account is the one that the requests' key opens.
    init(_ keap: SimulatedAccounts, clock: ManualClock, seed: UInt64) {
        self.keap = keap
        self.clock = clock
        self.seed = seed
    }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        let key = (request.headers["Authorization"] ?? "").split(separator: " ").last.map(String.init) ?? ""
        let (there, back, isAbandoned) = state.withLock { state in
            var random = state.random ?? SeededGenerator(seed: seed &+ UInt64(key.utf8.count))
            defer { state.random = random }
            return (
                Int.random(in: Self.travel, using: &random), Int.random(in: Self.travel, using: &random),
                state.isAbandoned
            )
        }
        guard !isAbandoned else { throw .notSent("Calls to Keap have been stopped.") }
        let began = clock.wall.milliseconds
        // A request on its way is not called back: cancelling its sender shortens nothing.
        await clock.rest(for: .milliseconds(there))
        let (number, answer) = keap.begin(
            SimRequest(method: request.method.rawValue, restTarget: request.target, key: key, body: request.body ?? []),
            at: clock.wall.milliseconds)
        await clock.rest(for: .milliseconds(back))
        keap.end(number, at: clock.wall.milliseconds, lasted: clock.wall.milliseconds - began)
        let headers = answer.headers.map { ($0.name.lowercased(), $0.value) }
        return APIResponse(
            status: answer.status, headers: Dictionary(headers) { first, _ in first }, body: answer.body)
    }

    func abandon() { state.withLock { $0.isAbandoned = true } }
}

/// The world of simulated accounts, shared by their wires, and the instants of all that reached it.
final class SimulatedAccounts: Sendable {
    private struct State {
        var world: KeapWorld
        var arrivals: [Int64] = []
        var lasted: Int64 = 0
    }

    private let state: Mutex<State>

    init(_ options: WorldOptions) { state = Mutex(State(world: KeapWorld(options))) }

    func begin(_ request: SimRequest, at wall: Int64) -> (number: Int, answer: SimAnswer) {
        state.withLock { state in
            state.arrivals.append(wall)
            return state.world.begin(request, at: WorldTime(milliseconds: wall))
        }
    }

    /// - Parameter milliseconds: from sending to the answer.
    func end(_ number: Int, at wall: Int64, lasted milliseconds: Int64) {
        state.withLock { state in
            state.lasted += milliseconds
            state.world.end(number, .answered, at: WorldTime(milliseconds: wall))
        }
    }

    /// How long a call lasts, on average, from sending to the answer.
    var meanLatency: Duration {
        state.withLock { $0.arrivals.isEmpty ? .zero : .milliseconds($0.lasted) / $0.arrivals.count }
    }

    func with<Value: Sendable>(_ body: (inout KeapWorld) -> Value) -> Value { state.withLock { body(&$0.world) } }

    /// When requests arrived, in milliseconds since 1970, oldest first.
    var arrivals: [Int64] { state.withLock { $0.arrivals } }
    var calls: Int { state.withLock { $0.arrivals.count } }
}
