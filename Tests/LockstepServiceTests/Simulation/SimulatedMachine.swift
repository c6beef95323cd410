import Clocks
import Keap
import FileJournal
import DurableQueue
import DeterministicSimulation
import OutboundAPI

@testable import LockstepService

/// One process: the real service on simulated files and a simulated clock.
struct SimulatedMachine: Sendable {
    let simulation: Simulation
    let files: SimulatedFileSystem
    let keap: SimulatedKeapSide
    var log = ServiceLog.silent
    /// Nil: one gym with every source.
    var configuration: Configuration?
    /// What outlives the process beside the files.
    var marks: MarkedMemory?
    /// What stands between the service and Keap; by default the simulated wire alone.
    var wire: @Sendable (SimulatedWire) -> any HTTPTransport = { $0 }
    /// The way to another API, by its address; nil: it is Keap's. It is told whether the machine is on.
    var other: @Sendable (APISite, _ isAlive: @escaping @Sendable () -> Bool) -> (any HTTPTransport)? = { _, _ in nil }
    var journal = JournalOptions(segmentSize: 64 << 10, maxPayload: 16 << 10)

    func live(_ body: @escaping @Sendable (Service) async throws -> Void) async throws {
        try await Service.live(configuration ?? Self.oneGym(), log, on: simulation, files, body) {
            [keap, wire, other] site in
            other(site) { !files.isOff } ?? wire(SimulatedWire(keap: keap, clock: simulation.clock) { !files.isOff })
        } adjust: { surroundings in
            surroundings.markMemory = { [marks] _ in marks }
            surroundings.journal = journal
            // So that what the simulated disk does to reads happens to all of them.
            surroundings.journal.keptBytes = 0
        }
    }

    static func oneGym() throws -> Configuration {
        try configuration(
            """
            {"id": "downtown", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "KeapAK-one"},
             "zenPlanner": {"token": "token"}, "onceHub": {"secret": "secret"}}
            """)
    }

    /// - Parameter gyms: their objects, with commas between.
    static func configuration(_ gyms: String) throws -> Configuration {
        var configuration = try read("{\"gyms\": [\(gyms)]}")
        configuration.data = "/data"
        return configuration
    }

    /// Until nothing is left to do, or an hour of virtual time is over.
    func drain(_ service: Service) async throws {
        for _ in 0..<3_600 {
            let pending = await service.queue.counts().tenants.values.reduce(0) { $0 + $1.pending }
            if pending == 0 { return }
            try await simulation.clock.sleep(for: .seconds(1))
        }
    }
}

extension Service {
    /// Runs a service in a simulation as long as `body` does. Nothing is run if the machine goes off before it has opened.
    static func live(
        _ configuration: Configuration, _ log: ServiceLog, on simulation: Simulation, _ files: SimulatedFileSystem,
        _ body: @escaping @Sendable (Service) async throws -> Void,
        transport: @escaping @Sendable (APISite) -> any HTTPTransport, adjust: (inout ServiceEnvironment) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let driver = TaskDriver(simulation.clock)
            group.addTask { await driver.run() }
            var surroundings = ServiceEnvironment(
                clock: simulation.clock, files: files,
                journalDriver: driver, transport: transport)
            adjust(&surroundings)
            let service: Service
            do {
                service = try await Service.open(configuration, log: log, in: surroundings)
            } catch {
                driver.giveUp()
                guard files.isOff else { throw error }
                return
            }
            group.addTask { await service.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body(service)) } catch { result = .failure(error) }
            await service.stop(grace: .zero)
            try await group.waitForAll()
            try result.get()
        }
    }
}
