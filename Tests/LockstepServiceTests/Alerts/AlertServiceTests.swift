import Clocks
import ConfigurationReading
import DeterministicSimulation
import DurableQueue
import EmbeddedHTTP
import FileJournal
import Foundation
import KeapSimulator
import OutboundAPI
import Synchronization
import Testing

@testable import LockstepService

/// Alerts of a whole service, on simulated files, a simulated clock and a simulated wire.
@Suite struct AlertServiceTests {
    /// Takes what the web hook is sent, or refuses it.
    private final class Receiver: HTTPTransport {
        private let state = Mutex<(isDown: Bool, tries: Int, notices: [[String: String]])>((false, 0, []))

        func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
            let notice = (try? JSONSerialization.jsonObject(with: Data(request.body ?? []))) as? [String: Any] ?? [:]
            var texts = notice.compactMapValues { $0 as? String }
            texts["target"] = request.target
            texts["secret"] = request.headers["X-Key"]
            let isDown = state.withLock { state in
                state.tries += 1
                if !state.isDown { state.notices.append(texts) }
                return state.isDown
            }
            if isDown { throw .notSent("connection refused") }
            return APIResponse(status: 204, headers: [:], body: [])
        }

        func abandon() {}

        var isDown: Bool {
            get { state.withLock { $0.isDown } }
            set { state.withLock { $0.isDown = newValue } }
        }
        var tries: Int { state.withLock { $0.tries } }
        var ids: [String] { state.withLock { $0.notices.compactMap { $0["id"] } } }
        var notices: [[String: String]] { state.withLock { $0.notices } }
    }

    private struct Machine {
        let simulation: Simulation
        let files: SimulatedFileSystem
        let keap: SimulatedKeapSide
        let receiver: Receiver
        let said: LogBook

        func live(_ body: @escaping @Sendable (Service) async throws -> Void) async throws {
            var configuration = try SimulatedMachine.oneGym()
            configuration.alerts.webhook = try .init(
                "https://alerts.example.com/in?key=hidden",
                header: .init(name: "X-Key", value: .init("secret-of-alerts")))
            let (keap, receiver, clock, files) = (keap, receiver, simulation.clock, files)
            try await Service.live(configuration, said.log, on: simulation, files, body) { site in
                guard !site.base.contains("alerts") else { return receiver }
                return SimulatedWire(keap: keap, clock: clock) { !files.isOff }
            } adjust: { environment in
                environment.alertPause = .seconds(5)
                environment.journal = JournalOptions(segmentSize: 64 << 10, maxPayload: 16 << 10)
            }
        }
    }

    private static func simulated(_ body: @escaping @Sendable (Machine) async throws -> Void) throws {
        try simulate(seed: 1) { simulation in
            try await body(
                Machine(
                    simulation: simulation, files: SimulatedFileSystem(seed: 1),
                    keap: SimulatedKeapSide(seed: 1, trouble: 0), receiver: Receiver(), said: LogBook()))
        }
    }

    private static func message(_ person: Int) -> HTTPRequest {
        let body = "personId=\(person)&firstName=A&lastName=B&email=p\(person)%40example.org&status=Student"
        return HTTPRequest(
            method: "POST", path: ["hooks", "downtown", "zenplanner", "token"],
            headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(body.utf8))
    }

    private static func send(_ person: Int, _ service: Service) async {
        #expect(await service.answer(message(person)).status == 202)
    }

    private static func get(_ path: String, _ service: Service) async -> String {
        let parts = path.split(separator: "/").map(String.init)
        let answer = await service.answer(operator: HTTPRequest(method: "GET", path: parts))
        guard case .response(let response) = answer else { return "" }
        return String(decoding: response.body, as: UTF8.self)
    }

    @Test func `an outage is told once to log, lists, metrics and web hook, and so is its end`() throws {
        try Self.simulated { machine in
            try await machine.live { service in
                machine.keap.isDown = true
                await Self.send(1, service)
                try await machine.simulation.clock.sleep(for: .seconds(50))
                #expect(machine.receiver.tries == 0, "not within a minute")
                try await machine.simulation.clock.sleep(for: .seconds(600))
                #expect(machine.receiver.ids == ["1-keapFailing-opened"])
                let notice = try #require(machine.receiver.notices.first)
                #expect(notice["target"] == "/in?key=hidden" && notice["secret"] == "secret-of-alerts")
                #expect(notice["event"] == "opened" && notice["kind"] == "keapFailing" && notice["gym"] == "downtown")
                #expect(await Self.get("api/alerts", service).contains(#""id":"1-keapFailing""#))
                #expect(await Self.get("healthz", service).contains(#""alerts":[{"ended":null"#))
                #expect(
                    await Self.get("metrics", service)
                        .contains(#"lockstep_alert_open{kind="keapFailing",gym="downtown"} 1"#))
                machine.keap.isDown = false
                await Self.send(2, service)
                try await machine.simulation.clock.sleep(for: .seconds(600))
                #expect(machine.receiver.ids == ["1-keapFailing-opened", "1-keapFailing-ended"])
                #expect(await Self.get("healthz", service).contains(#""alerts":[]"#))
                #expect(await Self.get("api/alerts", service).contains(#""open":[],"recent":[{"ended":"2"#))
                #expect(!(await Self.get("metrics", service)).contains("lockstep_alert_open{"))
            }
            #expect(
                machine.said.all.filter { $0.contains("alert") }.map { $0.prefix(21) } == [
                    "warning: alert: keapF", "info: alert ended: ke",
                ], "\(machine.said.all)")
        }
    }

    @Test func `a web hook that is down is told later, in order, also by the next process, and holds nothing up`()
        throws
    {
        try Self.simulated { machine in
            machine.receiver.isDown = true
            try await machine.live { service in
                machine.keap.isDown = true
                await Self.send(1, service)
                try await machine.simulation.clock.sleep(for: .seconds(120))
                machine.keap.isDown = false
                try await machine.simulation.clock.sleep(for: .seconds(600))
                #expect(await service.queue.counts().done == 1)
                #expect(machine.receiver.tries > 5 && machine.receiver.ids == [])
                #expect(service.ground.alerts.book.open.isEmpty)
            }
            machine.receiver.isDown = false
            try await machine.live { _ in
                try await machine.simulation.clock.sleep(for: .seconds(60))
                #expect(machine.receiver.ids == ["1-keapFailing-opened", "1-keapFailing-ended"])
            }
            #expect(machine.said.all.filter { $0.contains("could not be sent") }.count == 1)
            #expect(!machine.said.all.contains { $0.contains("hidden") || $0.contains("secret-of") })
        }
    }

    @Test func `what was told is not told again after a restart, nor ended before it is known to be over`() throws {
        try Self.simulated { machine in
            machine.keap.isDown = true
            try await machine.live { service in
                await Self.send(1, service)
                try await machine.simulation.clock.sleep(for: .seconds(120))
                #expect(machine.receiver.ids == ["1-keapFailing-opened"])
            }
            try await machine.live { _ in
                try await machine.simulation.clock.sleep(for: .seconds(600))
                #expect(machine.receiver.ids == ["1-keapFailing-opened"])
                machine.keap.isDown = false
                try await machine.simulation.clock.sleep(for: .seconds(600))
                #expect(machine.receiver.ids == ["1-keapFailing-opened", "1-keapFailing-ended"])
            }
        }
    }

    @Test func `a full disk is told once, also over a restart, though the disk has no room to note it`() throws {
        try Self.simulated { machine in
            try await machine.live { service in
                machine.keap.isDown = true
                // Until what a start sets aside is there.
                try await machine.simulation.clock.sleep(for: .seconds(10))
                machine.files.faults.capacity = machine.files.used
                var person = 0
                while await service.answer(Self.message(person)).status == 202, person < 500 { person += 1 }
                for _ in 0..<60 {
                    try await machine.simulation.clock.sleep(for: .seconds(5))
                    _ = await service.answer(Self.message(person))
                }
                #expect(machine.receiver.notices.contains { $0["kind"] == "diskFull" && $0["event"] == "opened" })
            }
            let before = machine.receiver.ids
            try await machine.live { service in
                _ = await service.answer(Self.message(1_000))
                try await machine.simulation.clock.sleep(for: .seconds(45))
                #expect(machine.receiver.ids == before)
                machine.files.faults.capacity = nil
                machine.keap.isDown = false
                try await machine.simulation.clock.sleep(for: .seconds(600))
                #expect(machine.receiver.notices.contains { $0["kind"] == "diskFull" && $0["event"] == "ended" })
                #expect(Set(machine.receiver.ids).count == machine.receiver.ids.count)
            }
        }
    }
}
