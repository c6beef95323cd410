import DeterministicSimulation
import Synchronization
import Testing

@testable import KeapSimulator

@Suite(.timeLimit(.minutes(30))) struct ServerTests {
    /// Runs a simulator on a free port, with limits that are not in the way.
    static func withSimulator(
        _ adjust: (inout SimulatedKeap.Options) -> Void = { _ in },
        _ body: (SimulatedKeap, Int) async throws -> Void
    ) async throws {
        var options = SimulatedKeap.Options()
        options.world.acceptsAnyKey = true
        options.world.limits = .none
        options.grace = .milliseconds(1)
        adjust(&options)
        let simulator = SimulatedKeap(options)
        let port = try simulator.start()
        do {
            try await body(simulator, port)
        } catch {
            await simulator.stop()
            throw error
        }
        await simulator.stop()
    }

    static func exchange(_ port: Int, _ method: String, _ path: String, _ body: String = "") async throws
        -> WireClient.Outcome
    {
        let client = try WireClient(port: port)
        client.send(method, path, body)
        return await client.outcome()
    }

    @Test func `a request over the wire reaches the world, with its query decoded`() async throws {
        try await ServerTests.withSimulator { simulator, port in
            let created = try await ServerTests.exchange(
                port, "POST", "/crm/rest/v2/contacts",
                #"{"email_addresses":[{"field":"EMAIL1","email":"a+b@x.org"}]}"#)
            #expect(created.status == 201)
            let found = try await ServerTests.exchange(
                port, "GET", "/crm/rest/v2/contacts?fields=id&filter=email%3D%3Da%2Bb%40x.org%3Bcontact_id%3E5")
            guard case .answered(_, let head, let body) = found else {
                Issue.record("\(found)")
                return
            }
            #expect(body == #"{"contacts":[{"id":"1001"}],"next_page_token":""}"#)
            #expect(head.contains("\r\nx-keap-tenant-throttle-interval: 1|1\r\n"), "lower case")
            let endings = simulator.change { world, _ in world.audit.requests.map(\.ending) }
            #expect(endings == [.answered, .answered])
        }
    }

    @Test func `an answer that is lost was done, and the connection is reset`() async throws {
        try await ServerTests.withSimulator { simulator, port in
            simulator.change { world, _ in _ = world.faults.add(FaultRule(.reset(isDone: true), times: 1)) }
            let outcome = try await ServerTests.exchange(port, "POST", "/crm/rest/v2/tags", #"{"name":"A"}"#)
            #expect(outcome == .reset)
            let again = try await ServerTests.exchange(port, "POST", "/crm/rest/v2/tags", #"{"name":"A"}"#)
            #expect(again.status == 400, "it exists")
            let ending = simulator.change { world, _ in world.audit.requests.first?.ending }
            #expect(ending == .reset)
        }
    }

    @Test func `a hung request ends in a reset, a late one in its answer`() async throws {
        try await ServerTests.withSimulator { simulator, port in
            simulator.change { world, _ in
                world.faults.add(FaultRule(.hang(milliseconds: 20), times: 1))
                world.faults.add(FaultRule(.delay(milliseconds: 20), times: 1))
            }
            let outcome1 = try await ServerTests.exchange(port, "GET", "/crm/rest/v2/tags")
            #expect(outcome1 == .reset)
            let outcome2 = try await ServerTests.exchange(port, "GET", "/crm/rest/v2/tags")
            #expect(outcome2.status == 200)
            let times = simulator.change { world, _ in
                world.audit.requests.map { ($0.ended?.milliseconds ?? 0) - $0.arrived.milliseconds }
            }
            #expect(times.allSatisfy { $0 >= 19 }, "\(times)")
        }
    }

    @Test func `a client that goes away ends its request`() async throws {
        try await ServerTests.withSimulator { simulator, port in
            simulator.change { world, _ in _ = world.faults.add(FaultRule(.hang(milliseconds: 86_400_000))) }
            do {
                let client = try WireClient(port: port)
                client.send("GET", "/crm/rest/v2/contacts/1001")
                try await until { simulator.inFlight == 1 }
            }
            try await until { simulator.inFlight == 0 }
            let ending = simulator.change { world, _ in world.audit.requests.first?.ending }
            #expect(ending == .dropped)
        }
    }

    @Test func `stopping does not wait for requests that hang`() async throws {
        try await ServerTests.withSimulator { simulator, port in
            // For a day: if it were waited for, the test would not end.
            simulator.change { world, _ in _ = world.faults.add(FaultRule(.hang(milliseconds: 86_400_000))) }
            let client = try WireClient(port: port)
            client.send("GET", "/crm/rest/v2/tags")
            try await until { simulator.inFlight == 1 }
            await simulator.stop()
            let outcome = await client.outcome()
            #expect(outcome == .reset)
        }
    }

    @Test func `the control plane answers on loopback, and nowhere if it is turned off`() async throws {
        for (isControllable, status) in [(nil as Bool?, 200), (false, 404)] {
            try await ServerTests.withSimulator({ $0.isControllable = isControllable }) { _, port in
                let outcome3 = try await ServerTests.exchange(port, "GET", "/_simulator/accounts")
                #expect(outcome3.status == status)
            }
        }
    }

    @Test func `answers take the time that is set`() async throws {
        try await ServerTests.withSimulator({ $0.world.latencyInMilliseconds = 10...20 }) { simulator, port in
            let outcome4 = try await ServerTests.exchange(port, "GET", "/crm/rest/v2/tags")
            #expect(outcome4.status == 200)
            let request = simulator.change { world, _ in world.audit.requests.first }
            let took = (request?.ended?.milliseconds ?? 0) - (request?.arrived.milliseconds ?? 0)
            #expect(took >= 9)
        }
    }

    @Test func `the clock can be another one`() async throws {
        let time = Mutex(Caller.noon)
        try await ServerTests.withSimulator({ $0.clock = { time.withLock(\.self) } }) { simulator, port in
            _ = try await ServerTests.exchange(port, "GET", "/crm/rest/v2/tags")
            time.withLock { $0 = $0.advanced(byMilliseconds: 1000) }
            _ = try await ServerTests.exchange(port, "GET", "/crm/rest/v2/tags")
            let arrivals = simulator.change { world, _ in world.audit.requests.map(\.arrived) }
            #expect(arrivals == [Caller.noon, Caller.noon.advanced(byMilliseconds: 1000)])
        }
    }

    @Test func `the wall clock is steady`() {
        let clock = WallClock.steady()
        let (first, second) = (clock(), clock())
        #expect(first <= second)
        #expect(first > WorldTime(strict: "2020-01-01T00:00:00.000Z")!)
    }
}

extension SimulatedKeap {
    fileprivate var inFlight: Int { change { world, _ in world.audit.inFlightCount } }
}
