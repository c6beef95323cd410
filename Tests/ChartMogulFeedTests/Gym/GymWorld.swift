import Clocks
import ChartMogulSimulator
import KeapSimulator
import OutboundAPI
import SeededRandom
import Synchronization

/// A gym's Keap and its ChartMogul, which outlive the processes that stand between them, and what goes wrong on the way.
final class GymWorld: Sendable {
    enum Peer: Hashable, Sendable { case keap, chartMogul }

    struct State {
        var keap: KeapWorld
        var mogul: MogulWorld
        var random: SeededGenerator
        /// Of a hundred calls so many do not end as they should.
        var trouble = 0
        /// Milliseconds since 1970 until which it answers nothing.
        var outages: [Peer: Int64] = [:]
        var calls: [Peer: Int] = [:]
        var endpoints: [String: Int] = [:]
    }

    static let key = "key"
    private let state: Mutex<State>
    let clock: any TimeSource

    init(seed: UInt64, clock: any TimeSource) {
        self.clock = clock
        var keap = WorldOptions()
        keap.seed = seed
        keap.accounts = [AccountSetup(key: Self.key, appName: "gym", limits: SimulatedLimits.none)]
        (keap.rememberedRequests, keap.rememberedEventsPerContact) = (100, 10)
        var mogul = MogulWorld.Options()
        mogul.accounts = [MogulWorld.AccountSetup(key: Self.key)]
        mogul.rememberedRequests = 100
        mogul.seed = seed
        state = Mutex(
            State(keap: KeapWorld(keap), mogul: MogulWorld(mogul), random: SeededGenerator(seed: seed &+ 77)))
    }

    func with<Value>(_ body: (inout State) throws -> sending Value) rethrows -> sending Value {
        try state.withLock { try body(&$0) }
    }

    var now: Int64 { clock.wall.milliseconds }
    var mogul: MogulWorld { with { $0.mogul } }
    func calls(_ peer: Peer) -> Int { with { $0.calls[peer] ?? 0 } }

    /// What becomes of a call.
    private enum Fate { case answered, lostAnswer, lostRequest, unavailable, page }

    private func fate(of peer: Peer, _ endpoint: APIEndpoint) -> Fate {
        with { state in
            if let end = state.outages[peer], now < end { return .unavailable }
            state.calls[peer, default: 0] += 1
            state.endpoints["\(peer) \(endpoint.name)", default: 0] += 1
            guard Int.random(in: 0..<100, using: &state.random) < state.trouble else { return .answered }
            let fates: [Fate] = [.lostAnswer, .lostRequest, .unavailable, .page]
            return fates[Int.random(in: 0..<fates.count, using: &state.random)]
        }
    }

    func send(_ request: APIRequest, to peer: Peer) throws(TransportFailure) -> APIResponse {
        let fate = fate(of: peer, request.endpoint)
        switch fate {
        case .unavailable: return APIResponse(status: 503, body: Array("<html>503</html>".utf8))
        case .page: return APIResponse(status: 500, body: Array("<html>regrets</html>".utf8))
        case .lostRequest: throw .unclear("reset")
        case .answered, .lostAnswer: break
        }
        let answer: APIResponse = with { state in
            switch peer {
            case .keap:
                let answer = state.keap.answer(
                    SimRequest(
                        method: request.method.rawValue, restTarget: request.target, key: Self.key,
                        body: request.body ?? []), at: WorldTime(milliseconds: now))
                return APIResponse(status: answer.status, body: answer.body)
            case .chartMogul:
                let answer = state.mogul.answer(
                    MogulWorld.Request(
                        method: request.method.rawValue, target: request.target, key: Self.key,
                        body: request.body ?? []), at: MogulWorld.Time(milliseconds: now))
                return APIResponse(status: answer.status, body: answer.body)
            }
        }
        if fate == .lostAnswer { throw .unclear("the answer was lost") }
        return answer
    }
}

/// The way to one of a world's two peers: calls take a while.
struct GymTransport: HTTPTransport {
    let world: GymWorld
    let peer: GymWorld.Peer

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        try world.send(request, to: peer)
    }

    func abandon() {}
}
