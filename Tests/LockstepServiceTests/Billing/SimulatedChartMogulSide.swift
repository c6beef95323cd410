import ChartMogulSimulator
import Clocks
import DeterministicSimulation
import Foundation
import OutboundAPI
import SeededRandom
import Synchronization

/// A ChartMogul that outlives the machines which write to it, and what goes wrong on the way there.
final class SimulatedChartMogulSide: Sendable {
    static let key = "mogul-key"
    static let base = "http://127.0.0.1:10"

    private struct State {
        var world: MogulWorld
        var random: SeededGenerator
        /// Every so-many-th request is not answered as it should be.
        var trouble: Int
        /// When each call came. Milliseconds since 1970.
        var arrivals: [Int64] = []
    }

    private let state: Mutex<State>

    init(seed: UInt64, trouble: Int = 0, keys: [String] = [SimulatedChartMogulSide.key]) {
        var options = MogulWorld.Options()
        options.seed = seed
        options.accounts = keys.map { MogulWorld.AccountSetup(key: $0) }
        state = Mutex(State(world: MogulWorld(options), random: SeededGenerator(seed: ~seed &+ 7), trouble: trouble))
    }

    var world: MogulWorld { state.withLock { $0.world } }
    func change<Value>(_ body: (inout MogulWorld) throws -> Value) rethrows -> Value {
        try state.withLock { try body(&$0.world) }
    }
    fileprivate func noteArrival(at now: Int64) { state.withLock { $0.arrivals.append(now) } }

    /// Calls that came so far.
    var calls: Int { state.withLock { $0.arrivals.count } }

    /// The most calls that came in any second.
    var mostInASecond: Int {
        let arrivals = state.withLock { $0.arrivals.sorted() }
        return arrivals.indices.map { first in arrivals[first...].prefix { $0 < arrivals[first] + 1_000 }.count }.max()
            ?? 0
    }

    func endTrouble() { state.withLock { $0.trouble = 0 } }

    enum Fate { case answered, lostOnTheWay, lostOnTheWayBack }

    fileprivate func draw() -> (fate: Fate, there: Int, back: Int) {
        state.withLock { state in
            let there = Int.random(in: 5...60, using: &state.random)
            let back = Int.random(in: 5...60, using: &state.random)
            guard state.trouble > 0, Int.random(in: 0..<state.trouble, using: &state.random) == 0 else {
                return (.answered, there, back)
            }
            return (Bool.random(using: &state.random) ? .lostOnTheWay : .lostOnTheWayBack, there, back)
        }
    }

    fileprivate func isLucky() -> Bool { state.withLock { Bool.random(using: &$0.random) } }

    /// What it asks an operator, without a call: as its pages show it.
    func ask(_ target: String, key: String = SimulatedChartMogulSide.key) -> [String: Any] {
        var world = world
        let answer = world.answer(
            .init(method: "GET", target: target, key: key), at: .init(milliseconds: 4_000_000_000_000))
        let value = try? JSONSerialization.jsonObject(with: Data(answer.body))  // none fails the test that asked
        return value as? [String: Any] ?? [:]
    }

    func dataSources(key: String = SimulatedChartMogulSide.key) -> [String] {
        (ask("/v1/data_sources", key: key)["data_sources"] as? [[String: Any]] ?? []).compactMap {
            $0["name"] as? String
        }
    }
}

/// The way from one process to ChartMogul. When the process dies, what it had sent arrives or does not.
struct SimulatedChartMogulWire: HTTPTransport {
    let side: SimulatedChartMogulSide
    let clock: ManualClock
    let isAlive: @Sendable () -> Bool

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        guard isAlive() else { throw .notSent("the process is dead") }
        let (fate, there, back) = side.draw()
        await clock.rest(for: .milliseconds(there))
        guard isAlive() || side.isLucky(), fate != .lostOnTheWay else { throw .unclear("no answer") }
        side.noteArrival(at: clock.wall.milliseconds)
        let (number, answer) = side.change { world in
            world.begin(
                MogulWorld.Request(
                    method: request.method.rawValue, target: request.target,
                    headers: request.headers.map { ($0.key, $0.value) }, body: request.body ?? []),
                at: .init(milliseconds: clock.wall.milliseconds))
        }
        switch answer.delivery {
        case .never, .reset:
            end(number, .reset)
            throw .unclear("the connection was reset")
        case .after(let milliseconds): await clock.rest(for: .milliseconds(milliseconds))
        default: break
        }
        guard isAlive(), fate != .lostOnTheWayBack else {
            end(number, .dropped)
            throw .unclear("the answer was lost")
        }
        await clock.rest(for: .milliseconds(back))
        end(number, isAlive() ? .answered : .dropped)
        let headers = answer.headers.map { ($0.name.lowercased(), $0.value) }
        return APIResponse(status: answer.status, headers: Dictionary(headers) { first, _ in first }, body: answer.body)
    }

    private func end(_ number: Int, _ ending: MogulWorld.Ending) {
        side.change { $0.end(number, ending, at: .init(milliseconds: clock.wall.milliseconds)) }
    }

    func abandon() {}
}
