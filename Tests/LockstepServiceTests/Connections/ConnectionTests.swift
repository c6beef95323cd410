import DeterministicSimulation
import DurableQueue
import EmbeddedHTTP
import Foundation
import Keap
import KeapSimulator
import OutboundAPI
import Testing

@testable import LockstepService

/// A gym behind an OAuth client, from its first consent to the last.
struct ConnectionTests {
    @Test func `before its owner consents a gym's messages are accepted, and wait with the command to type`() throws {
        try ConnectedService.with { harness, service in
            #expect(await harness.send(1, service) == 202)
            try await harness.wait(seconds: 600)
            #expect(harness.contacts() == 0)
            #expect(harness.keap.change { $0.audit.total } == 0)
            let health = await harness.get(["healthz"], service)
            #expect(health.contains(#""kind":"notConnected""#))
            #expect(health.contains("lockstep connect --config FILE --gym north"))
            let job = try #require(await service.queue.jobs(.init()).first)
            let explained = await harness.get(["api", "jobs", "\(job.id)", "explain"], service)
            #expect(explained.contains("gym not connected"))
            #expect(explained.contains("lockstep connect"))
            #expect(await harness.get(["api", "jobs"], service).contains("lockstep connect --config FILE --gym north"))
            #expect(harness.said.all.filter { $0.contains("lockstep connect") }.count == 1)

            #expect(try await harness.connect("north", service).status == 200)
            try await harness.wait(seconds: 10)
            #expect(harness.contacts() == 1)
            #expect(await harness.get(["healthz"], service).contains(#""status":"ok""#))
        }
    }

    @Test func `one refresh serves any number of refused calls, and the circuit breaker hears of none`() throws {
        try ConnectedService.with { harness, service in
            _ = try await harness.connect("north", service)
            #expect(await harness.send(0, service) == 202)
            try await harness.wait(seconds: 10)
            harness.keap.change { $0.expireAccess(of: "north.infusionsoft.com") }
            for id in 1...20 { #expect(await harness.send(id, service) == 202) }
            try await harness.wait(seconds: 20)
            #expect(harness.contacts() == 21)
            #expect(harness.refreshes() == 1)
            #expect(await service.accounts[0].gateway.counters().circuit == .closed)
            #expect(await service.queue.jobs(.init()).allSatisfy { $0.attempts <= 1 })
        }
    }

    @Test func `a connection that Keap ends makes jobs wait and intake go on, until the owner consents again`() throws {
        try ConnectedService.with { harness, service in
            _ = try await harness.connect("north", service)
            try await harness.wait(seconds: 1)
            harness.keap.change { $0.revokeTokens(of: "north.infusionsoft.com") }
            for id in 1...3 { #expect(await harness.send(id, service) == 202) }
            try await harness.wait(seconds: 7_200)
            #expect(await harness.send(4, service) == 202)
            #expect(harness.contacts() == 0)
            let jobs = await service.queue.jobs(.init())
            #expect(jobs.count == 4 && jobs.allSatisfy { $0.state != .dead })
            #expect(await harness.get(["healthz"], service).contains("invalid_grant"))
            #expect(await harness.get(["metrics"], service).contains(#"lockstep_keap_connected{gym="north"} 0"#))
            #expect(harness.said.all.filter { $0.contains("Keap has ended the connection of gym north") }.count == 1)

            #expect(try await harness.connect("north", service).status == 200)
            try await harness.wait(seconds: 20)
            #expect(harness.contacts() == 4)
        }
    }

    @Test func `an outage of the token endpoint ends nothing`() throws {
        try ConnectedService.with { harness, service in
            _ = try await harness.connect("north", service)
            harness.keap.expect(Array(repeating: .status(502, "<html>invalid_grant</html>"), count: 60))
            try await harness.wait(seconds: 26 * 3_600)
            #expect(await harness.send(1, service) == 202)
            try await harness.wait(seconds: 60)
            #expect(harness.contacts() == 0)
            #expect(await harness.get(["healthz"], service).contains(#""kind":"outage""#))
            try await harness.wait(seconds: 12 * 3_600)
            #expect(harness.contacts() == 1)
            #expect(!harness.said.all.contains { $0.contains("lockstep connect") && !$0.contains("is not connected") })
        }
    }

    // MARK: Consent

    @Test func `a foreign state, a state twice, and one that is old are refused`() throws {
        try ConnectedService.with { harness, service in
            let begun: ConnectionAnswer = try await harness.post("connection", of: "north", service)
            let address = harness.keap.consent(
                to: begun.address ?? "", for: "north.infusionsoft.com", at: harness.simulation.clock.wall)
            let foreign = address.replacing(begun.state ?? "", with: String(repeating: "0", count: 32))
            #expect(await harness.callback(foreign, service).status == 400)
            #expect(await harness.callback(address, service).status == 200)
            #expect(await harness.callback(address, service).status == 400)

            let late: ConnectionAnswer = try await harness.post("connection", of: "north", service)
            try await harness.wait(seconds: 601)
            let answer = harness.keap.consent(
                to: late.address ?? "", for: "north.infusionsoft.com", at: harness.simulation.clock.wall)
            #expect(await harness.callback(answer, service).status == 400)
            #expect(begun.state?.count == 32 && begun.state != late.state)
        }
    }

    @Test func `an account that another gym has is refused, and nothing is kept of it`() throws {
        try ConnectedService.with(["north", "south"]) { harness, service in
            #expect(try await harness.connect("north", service).status == 200)
            let refused = try await harness.connect("south", to: "north", service)
            #expect(refused.status == 400)
            #expect(refused.text.contains("which gym north has"))
            #expect(harness.files.content("/data/tokens/south.json") == nil)
            #expect(try await harness.connect("south", service).status == 200)
        }
    }

    @Test func `an owner who denies is told apart, and a wrong path is as ever`() throws {
        try ConnectedService.with { harness, service in
            let begun: ConnectionAnswer = try await harness.post("connection", of: "north", service)
            let denied = "http://127.0.0.1:8080/oauth/keap/callback?error=access_denied&state=\(begun.state ?? "")"
            let answer = await harness.callback(denied, service)
            #expect(answer.status == 400 && answer.text.contains("did not consent"))
            let other = await service.answer(HTTPRequest(method: "GET", path: ["oauth", "keap"]))
            #expect(other.status == 404)
        }
    }

    @Test func `no token and no secret shows in the journal, logs, metrics, health or answers`() throws {
        try ConnectedService.with { harness, service in
            _ = try await harness.connect("north", service)
            #expect(await harness.send(1, service) == 202)
            try await harness.wait(seconds: 20 * 3_600)
            harness.keap.change { $0.revokeTokens(of: "north.infusionsoft.com") }
            #expect(await harness.send(2, service) == 202)
            try await harness.wait(seconds: 3_600)
            let memory = try #require(service.connections.all[0].file.load().memory)
            let secrets = [memory.pair.access.text, memory.pair.refresh.text, "client-secret"]
            var shown = harness.said.all
            for path in [["healthz"], ["metrics"], ["api", "gyms"], ["api", "jobs"], ["api", "attention"]] {
                shown.append(await harness.get(path, service))
            }
            for path in harness.files.paths where !path.contains("/tokens/") {
                shown.append(String(decoding: harness.files.content(path) ?? [], as: UTF8.self))
            }
            for secret in secrets { #expect(!shown.contains { $0.contains(secret) }) }
            let kept = String(decoding: harness.files.content("/data/tokens/north.json") ?? [], as: UTF8.self)
            #expect(kept.contains(memory.pair.refresh.text) && !kept.contains("client-secret"))
        }
    }

    @Test func `the tokens are there after a restart`() throws {
        try simulate(seed: 2) { simulation in
            let harness = ConnectedService(simulation: simulation, keap: ConsentingKeap { $0.clientLimits = .none })
            let configuration = try ConsentingKeap.configuration()
            try await harness.live(configuration) { _ = try await harness.connect("north", $0) }
            try await harness.live(configuration) { service in
                #expect(await harness.send(1, service) == 202)
                try await harness.wait(seconds: 10)
                #expect(harness.contacts() == 1)
            }
        }
    }
}
