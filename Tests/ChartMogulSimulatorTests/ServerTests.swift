import Testing

@testable import ChartMogulSimulator

@Suite(.timeLimit(.minutes(30))) struct ServerTests {
    /// Runs a simulator on a free port.
    private static func withSimulator(_ body: (SimulatedChartMogul, Int) async throws -> Void) async throws {
        var options = SimulatedChartMogul.Options()
        options.world.accounts = [MogulWorld.AccountSetup(key: "key")]
        options.grace = .milliseconds(1)
        let simulator = SimulatedChartMogul(options)
        let port = try simulator.start()
        do {
            try await body(simulator, port)
        } catch {
            await simulator.stop()
            throw error
        }
        await simulator.stop()
    }

    private static func exchange(
        _ port: Int, _ method: String, _ path: String, _ body: String = ""
    ) async throws -> WireClient.Outcome {
        let client = try WireClient(port: port)
        client.send(method, path, body)
        return await client.outcome()
    }

    @Test func `a request over the wire reaches the world, and a lost answer was done`() async throws {
        try await ServerTests.withSimulator { simulator, port in
            let ping = try await ServerTests.exchange(port, "GET", "/v1/ping")
            #expect(ping.status == 200)
            simulator.change { world, _ in _ = world.faults.add(MogulWorld.Fault(.reset(isDone: true), times: 1)) }
            let lost = try await ServerTests.exchange(port, "POST", "/v1/data_sources", #"{"name":"Keap"}"#)
            #expect(lost == .reset)
            let found = try await ServerTests.exchange(port, "GET", "/v1/data_sources?name=Keap")
            guard case .answered(_, _, let body) = found else {
                Issue.record("\(found)")
                return
            }
            #expect(body.contains(#""name":"Keap""#))
            let endings = simulator.change { world, _ in world.audit.requests.map(\.ending) }
            #expect(endings == [.answered, .reset, .answered])
            let audit = try await ServerTests.exchange(port, "GET", "/control/audit")
            #expect(audit.status == 200)
        }
    }

    @Test func `stopping does not wait for requests that hang`() async throws {
        try await ServerTests.withSimulator { simulator, port in
            // For a day: if it were waited for, the test would not end.
            simulator.change { world, _ in _ = world.faults.add(MogulWorld.Fault(.hang(milliseconds: 86_400_000))) }
            let client = try WireClient(port: port)
            client.send("GET", "/v1/ping", "")
            await simulator.stop()
            let outcome = await client.outcome()
            #expect(outcome.status == nil, "reset or closed")
        }
    }
}
