@testable import ChartMogulSimulator
import Clocks
import DeterministicSimulation
import OutboundAPI
import RateLimits
import Synchronization
import Testing

@testable import ChartMogul

/// A simulated ChartMogul on the simulation's clock: a call takes a while there and back.
private final class Wire: HTTPTransport {
    private struct State {
        var world: MogulWorld
        var calls: [(time: Int64, endpoint: String)] = []
    }

    private let state: Mutex<State>
    private let clock: ManualClock
    private let latency: @Sendable (Int) -> Duration

    init(
        _ clock: ManualClock, _ adjust: (inout MogulWorld.Options) -> Void = { _ in },
        latency: @escaping @Sendable (Int) -> Duration = { _ in .milliseconds(20) }
    ) {
        (self.clock, self.latency) = (clock, latency)
        var options = MogulWorld.Options()
        options.accounts = [MogulWorld.AccountSetup(key: "k")]
        adjust(&options)
        state = Mutex(State(world: MogulWorld(options)))
    }

    private var now: MogulWorld.Time { MogulWorld.Time(milliseconds: clock.wall.milliseconds) }
    var world: MogulWorld { state.withLock { $0.world } }
    /// Milliseconds since the first call.
    var times: [Int64] { state.withLock { state in state.calls.map { $0.time - (state.calls.first?.time ?? 0) } } }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        let number = state.withLock { state in
            state.calls.append((clock.wall.milliseconds, request.endpoint.name))
            return state.calls.count
        }
        await clock.rest(for: latency(number) / 2)
        let (id, answer) = state.withLock { state in
            state.world.begin(
                MogulWorld.Request(
                    method: request.method.rawValue, target: request.target, key: "k", body: request.body ?? []),
                at: now)
        }
        await clock.rest(for: latency(number) / 2)
        state.withLock { $0.world.end(id, answer.delivery == .reset ? .reset : .answered, at: now) }
        if answer.delivery == .reset { throw .unclear("reset") }
        let headers = answer.headers.map { ($0.name.lowercased(), $0.value) }
        return APIResponse(status: answer.status, headers: Dictionary(headers) { $1 }, body: answer.body)
    }

    func abandon() {}
}

@Suite struct GatewayTests {
    private typealias Gateway = ChartMogulGateway<BudgetGate>

    private static func gateway(_ wire: Wire, _ clock: ManualClock) -> Gateway {
        let budget = BudgetGate(
            limits: CallLimits(perSecond: ChartMogulLimits.perSecond), clock: clock, saved: nil, save: { _ in })
        return ChartMogulGateway(
            transport: wire, authorizer: BasicAuthorizer(APIKey("k")), budget: budget, clock: clock)
    }

    private func inTime<Value: Sendable>(
        seed: UInt64 = 1, _ body: @escaping @Sendable (Simulation) async throws -> Value
    ) async throws -> Value {
        try await onOwnThread { Result { try simulate(seed: seed, body) } }.get()
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `no rolling second and no moment holds more calls than are allowed`(seed: UInt64) async throws {
        let wire = try await inTime(seed: seed) { simulation in
            let wire = Wire(simulation.clock) { options in
                // As strict as our own limits, so that one call more would be refused.
                (options.perSecond, options.atOnce) = (ChartMogulLimits.perSecond, ChartMogulLimits.concurrency)
            } latency: {
                .milliseconds(400 + $0 * 37 % 500)
            }
            let gateway = Self.gateway(wire, simulation.clock)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<150 { group.addTask { try await gateway.perform(.ping, urgency: .live) { true } } }
                try await group.waitForAll()
            }
            return wire
        }
        let throttle = try #require(wire.world.accounts["k"]?.throttle)
        #expect(throttle.mostInSecond <= 20 && throttle.overRate == 0)
        #expect((2...8).contains(throttle.mostAtOnce) && throttle.overAtOnce == 0)
        #expect(wire.times.count == 150)
    }

    /// Tries until it goes well.
    private static func insist(_ gateway: Gateway, _ clock: ManualClock) async throws -> Int {
        for attempt in 1...2_000 {
            do throws(ChartMogulFailure) {
                try await gateway.perform(.ping, urgency: .live) { true }
                return attempt
            } catch {
                guard case .unavailable = error else { throw error }
            }
            // As a job that is tried again.
            try await clock.sleep(until: clock.now.advanced(by: .milliseconds(100)))
        }
        return 0
    }

    @Test func `after a 429 no call goes before a second is over`() async throws {
        let wire = try await inTime { simulation in
            let wire = Wire(simulation.clock) { $0.faults = [MogulWorld.Fault(.status(429), times: 2)] }
            let attempts = try await Self.insist(Self.gateway(wire, simulation.clock), simulation.clock)
            #expect(attempts > 0)
            return wire
        }
        #expect(wire.times.count == 3)
        #expect(zip(wire.times, wire.times.dropFirst()).allSatisfy { $1 - $0 >= 1_000 })
    }

    @Test(arguments: [
        MogulWorld.FaultAction.status(503), .status(500), .status(502, body: "<html>no</html>"), .reset(),
    ])
    func `an outage is waited out, whatever its shape`(action: MogulWorld.FaultAction) async throws {
        let wire = try await inTime { simulation in
            let wire = Wire(simulation.clock) { options in
                options.faults = [
                    MogulWorld.Fault(
                        action, until: MogulWorld.Time(milliseconds: ManualClock.usualWallOrigin + 60_000))
                ]
            }
            let attempts = try await Self.insist(Self.gateway(wire, simulation.clock), simulation.clock)
            #expect(attempts > 0)
            return wire
        }
        #expect(wire.times.last.map { (59_000...90_000).contains($0) } == true)
        // Not more than now and then while it lasts.
        #expect(wire.times.count < 60)
    }

    @Test func `calls of one kind that fail hold back no others`() async throws {
        let (failing, calls) = try await inTime { simulation in
            let wire = Wire(simulation.clock) { options in
                options.faults = [
                    MogulWorld.Fault(
                        .status(500), match: MogulWorld.FaultMatch(method: "DELETE", path: "/v1/invoices"))
                ]
            }
            let gateway = Self.gateway(wire, simulation.clock)
            var failing: APIEndpoint?
            for number in 0..<60 where failing == nil {
                let log = AttemptLog()
                await AttemptLog.$current.withValue(log) {
                    _ = try? await gateway.perform(.deleteInvoice("inv_\(number)"), urgency: .live) { true }
                }
                try await gateway.perform(.ping, urgency: .live) { true }
                if let call = log.failedCall { failing = await gateway.failingEndpoint(of: call) }
            }
            return (failing, wire.times.count)
        }
        #expect(failing?.name == "deleteInvoice")
        #expect(calls < 120)
    }
}
