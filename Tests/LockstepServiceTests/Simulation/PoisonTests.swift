import Connectors
import Clocks
import ContactSync
import Foundation
import Keap
import KeapSimulator
import EmbeddedHTTP
import DurableQueue
import DeterministicSimulation
import OutboundAPI
import Testing

@testable import LockstepService

/// What becomes of a contact that Keap always fails, beside others, alone, and in outages; in virtual time.
@Suite(.timeLimit(.minutes(30))) struct PoisonTests {
    typealias Fault = SimulatedKeapSide.Fault

    @Test(arguments: [Fault.Reply.status(500), .status(503), .status(502), .hang])
    func `a contact that Keap always fails ends as a dead letter, and stops none of the others`(
        reply: Fault.Reply
    ) throws {
        let found = try inTown(people: 5) { town in
            let sick = try town.contact(of: 1)
            town.keap.faults = [.of(sick, reply)]
            let job = try await town.send("Student", to: 1)
            var slowest = Duration.zero
            for round in 0..<200 where try await town.state(of: job) != .dead {
                let begun = town.now
                let others = try await town.send(["Hold", "Student"][round % 2], toAll: 2...5)
                try await town.finish(others, within: .seconds(200))
                // In the first rounds others may ride in one call with it, before it is known.
                if round > 2 { slowest = max(slowest, begun.duration(to: town.now)) }
                try await town.sleep(.seconds(2))
            }
            let view = try #require(await town.service.queue.job(job))
            return (view.state, view.reason ?? "", view.attempts, slowest, await town.circuit)
        }
        #expect(found.0 == .dead)
        #expect(
            (found.1.contains("tried 7 times") || found.1.contains("tried 8 times")) && found.1.contains("zp-1"),
            "\(found.1)")
        #expect((7...8).contains(found.2))
        #expect(found.3 < .seconds(5), "others waited \(found.3)")
        #expect(found.4 == .closed)
    }

    @Test(arguments: 0...7)
    func `an outage that begins when a contact has failed so often kills nothing`(attempts: Int) throws {
        let found = try inTown(people: 4) { town in
            let sick = try town.contact(of: 1)
            town.keap.faults = [.of(sick, .status(500))]
            let job = try await town.send("Student", to: 1)
            for round in 0..<400 {
                let view = try #require(await town.service.queue.job(job))
                if view.attempts >= attempts || view.state == .dead { break }
                try await town.finish(try await town.send(["Hold", "Student"][round % 2], toAll: 2...4))
                try await town.sleep(.milliseconds(700))
            }
            let isDeadBefore = try await town.state(of: job) == .dead
            // The contact is well now, but Keap is not.
            town.keap.faults = []
            town.keap.isDown = true
            let later = try await town.send("Alumni", toAll: 1...4)
            try await town.sleep(.seconds(3_600))
            let dead = await town.deadJobs
            town.keap.isDown = false
            let end = town.now
            try await town.finish(later)
            return (isDeadBefore, dead, end.duration(to: town.now), await town.deadJobs)
        }
        // With seven attempts it was judged before the outage began; nothing else is.
        #expect(found.1.count == (found.0 ? 1 : 0))
        #expect(found.0 == (attempts == 7))
        #expect(found.2 < .seconds(15), "work resumed \(found.2) after the outage")
        #expect(found.3.count <= 1)
    }

    @Test(arguments: [Fault.Reply.status(500), .status(503), .hang])
    func `an outage of one endpoint kills nothing, and what needs other endpoints goes on`(
        reply: Fault.Reply
    ) throws {
        let found = try inTown(people: 6) { town in
            town.keap.faults = [.of(.removeTags, reply), .of(.removeTagFromMany, reply)]
            let stuck = try await town.send("Student", toAll: 1...3)
            for number in 7...12 {
                // Only additions: somebody new has nothing to be taken off.
                try await town.finish([try await town.send("Prospect", to: number)], within: .seconds(240))
                try await town.sleep(.seconds(300))
            }
            let dead = await town.deadJobs
            town.keap.faults = []
            try await town.finish(stuck, within: .seconds(400))
            return (dead, await town.deadJobs)
        }
        #expect(found.0 == [] && found.1 == [])
    }

    @Test func `changes that an outage of one endpoint holds back keep no place from others, and go on after it`()
        throws
    {
        let found = try inTown(people: 80) { town in
            town.keap.faults = [.of(.removeTags, .status(500)), .of(.removeTagFromMany, .status(500))]
            // More than may run at once.
            let stuck = try await town.send("Student", toAll: 1...80)
            try await town.sleep(.seconds(60))
            let begun = town.now
            for number in 81...84 {
                // Only additions: somebody new has nothing to be taken off.
                try await town.finish([try await town.send("Prospect", to: number)])
            }
            let others = begun.duration(to: town.now)
            let (circuit, failing) = (await town.circuit, await town.failingEndpoints)
            let health = await town.ask("healthz")
            var attempts = 0
            for job in stuck { attempts += await town.service.queue.job(job)?.attempts ?? 0 }
            town.keap.faults = []
            let end = town.now
            try await town.finish(stuck, within: .seconds(120))
            return (others, circuit, failing, health, end.duration(to: town.now), attempts, await town.deadJobs)
        }
        #expect(found.0 < .seconds(40), "four new people took \(found.0)")
        #expect(found.1 == .closed && found.2 == ["removeTags"] && found.3.contains("endpointOutage"))
        #expect(found.4 < .seconds(75), "work resumed \(found.4) after the outage")
        #expect(found.5 == 0 && found.6 == [], "\(found.5) attempts were charged")
    }

    @Test func `with none to compare with it is tried less and less often, listed, never dead, and ends when well`()
        throws
    {
        let found = try inTown(people: 1) { town in
            let sick = try town.contact(of: 1)
            let before = town.keap.world.audit.total
            town.keap.faults = [.of(sick, .status(500))]
            let job = try await town.send("Student", to: 1)
            try await town.sleep(.seconds(6 * 3_600))
            let state = try await town.state(of: job)
            let attempts = await town.service.queue.job(job)?.attempts
            let notes = town.service.gyms["downtown"]?.attention.all.flatMap(\.notes).map(\.text) ?? []
            let probes = town.keap.world.audit.total - before
            let circuit = await town.circuit
            town.keap.faults = []
            try await town.finish([job], within: .seconds(360))
            let after = town.service.gyms["downtown"]?.attention.all.count
            return (state, attempts, notes, probes, circuit, after)
        }
        if case .waiting = found.0 {} else { Issue.record("it is \(String(describing: found.0))") }
        #expect(found.1 == 0)
        #expect(found.2.contains { $0.contains("times in vain") && $0.contains("Oops") }, "\(found.2)")
        #expect(found.3 < 30, "probes of Keap's health cost \(found.3) calls")
        #expect(found.4 == .closed)
        #expect(found.5 == 0)
    }

    @Test func `after a restart charged attempts still count, and the first failure never does`() throws {
        let found = try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            var files = SimulatedFileSystem(seed: 1)
            var attempts: [Int] = []
            let job = FoundBox<JobID>()
            for life in 0..<4 {
                let machine = SimulatedMachine(simulation: simulation, files: files, keap: keap)
                let counted = FoundBox<Int>()
                try await machine.live { service in
                    let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                    if life == 0 {
                        try await town.finish(try await town.send("Prospect", toAll: 1...3))
                        keap.faults = [.of(try town.contact(of: 1), .status(500))]
                    }
                    let sick = if let known = job.value { known } else { try await town.send("Student", to: 1) }
                    job.set(sick)
                    for round in 0..<8 {
                        try await town.finish(
                            try await town.send(["Hold", "Student"][(life + round) % 2], toAll: 2...3))
                        try await town.sleep(.milliseconds(500))
                    }
                    if life == 3 { try await town.sleep(.seconds(60)) }
                    counted.set(await service.queue.job(sick)?.attempts ?? -1)
                }
                attempts.append(counted.value ?? -1)
                files = files.kill()
            }
            return attempts
        }
        #expect(found == found.sorted() && found.first.map { $0 < 7 } == true, "\(found)")
    }

    /// Runs `body` on a gym of so many people, who are in Keap already.
    private func inTown<Found: Sendable>(
        people: Int, _ body: @escaping @Sendable (PoisonHarness) async throws -> Found
    ) throws -> Found {
        try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            let machine = SimulatedMachine(simulation: simulation, files: SimulatedFileSystem(seed: 1), keap: keap)
            let found = FoundBox<Found>()
            try await machine.live { service in
                let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                try await town.finish(try await town.send("Prospect", toAll: 1...people))
                found.set(try await body(town))
            }
            return try #require(found.value)
        }
    }
}
