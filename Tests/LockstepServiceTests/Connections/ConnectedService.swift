import Clocks
import DeterministicSimulation
import EmbeddedHTTP
import FileJournal
import Foundation
import KeapSimulator

@testable import LockstepService

/// The whole service but its sockets, in virtual time, whose gyms are let in by an OAuth client.
struct ConnectedService: Sendable {
    let simulation: Simulation
    let keap: ConsentingKeap
    var files = SimulatedFileSystem(seed: 1)
    var said = LogBook()

    static func with(
        _ gyms: [String] = ["north"], _ body: @escaping @Sendable (ConnectedService, Service) async throws -> Void
    ) throws {
        try simulate(seed: 1) { simulation in
            let harness = ConnectedService(simulation: simulation, keap: ConsentingKeap { $0.clientLimits = .none })
            try await harness.live(ConsentingKeap.configuration(gyms)) { try await body(harness, $0) }
        }
    }

    func live(_ configuration: Configuration, _ body: @escaping @Sendable (Service) async throws -> Void) async throws {
        try await Service.live(configuration, said.log, on: simulation, files, body) { [keap, simulation] site in
            ConsentingWire(keap, site, simulation.clock)
        } adjust: { _ in
        }
    }

    func connect(_ gym: String, to account: String? = nil, _ service: Service) async throws -> HTTPAnswer {
        let begun: ConnectionAnswer = try await post("connection", of: gym, service)
        let address = keap.consent(
            to: begun.address ?? "", for: "\(account ?? gym).infusionsoft.com", at: simulation.clock.wall)
        return await callback(address, service)
    }

    /// The owner's browser comes in.
    func callback(_ address: String, _ service: Service) async -> HTTPAnswer {
        let items = URLComponents(string: address)?.queryItems ?? []
        return await service.answer(
            HTTPRequest(
                method: "GET", path: ["oauth", "keap", "callback"],
                query: items.map { (name: $0.name, value: $0.value ?? "") }))
    }

    func post<Answer: Decodable>(_ path: String, of gym: String, _ service: Service) async throws -> Answer {
        let answer = await service.answer(
            operator: HTTPRequest(
                method: "POST", path: ["api", "gyms", gym] + path.split(separator: "/").map(String.init)))
        return try JSONDecoder().decode(Answer.self, from: Data(answer.text.utf8))
    }

    func get(_ path: [String], _ service: Service) async -> String {
        await service.answer(operator: HTTPRequest(method: "GET", path: path)).text
    }

    func send(_ id: Int, to gym: String = "north", _ service: Service) async -> Int {
        let form = "personId=zp-\(id)&firstName=Ana&lastName=Ruiz&email=ana\(id)@example.org&status=Student"
        return await service.answer(
            HTTPRequest(
                method: "POST", path: ["hooks", gym, "zenplanner", "token-of-\(gym)"],
                headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(form.utf8))
        ).status
    }

    func wait(seconds: Int) async throws { try await simulation.clock.sleep(for: .seconds(seconds)) }

    func contacts(_ gym: String = "north") -> Int {
        keap.change { $0.accounts["\(gym).infusionsoft.com"]?.contacts.count ?? 0 }
    }

    func refreshes(_ gym: String = "north") -> Int { keap.change { $0.refreshes(of: "\(gym).infusionsoft.com") } }
}

extension HTTPAnswer {
    var text: String {
        guard case .response(let response) = self else { return "" }
        return String(decoding: response.body, as: UTF8.self)
    }
}
