import Clocks
import Foundation
import KeapSimulator
import EmbeddedHTTP
import DurableQueue
import DeterministicSimulation
import Testing

@testable import LockstepService

/// What `explain` and `budget` promise of a backlog, beside what then happens; in virtual time.
@Suite(.timeLimit(.minutes(30))) struct EstimateTests {
    private struct Promise: Sendable {
        var at: Instant
        var least: Int
        var most: Int
        var about: Int
    }

    private func ask(_ service: Service, _ path: [String]) async throws -> Any {
        let answer = await service.answer(operator: HTTPRequest(method: "GET", path: path, headers: [:], body: []))
        guard case .response(let response) = answer, response.status == 200 else { throw PoisonHarness.Refused() }
        return try JSONSerialization.jsonObject(with: Data(response.body))
    }

    /// Asks about one job of a crowd, again and again until it is done.
    private func promises(
        about place: Int, of people: Int, seed: UInt64
    ) throws -> (promises: [Promise], done: Instant, counts: [(explained: Int, told: Int)]) {
        try simulate(seed: seed) { simulation in
            let keap = SimulatedKeapSide(seed: seed, trouble: 0)
            let machine = SimulatedMachine(simulation: simulation, files: SimulatedFileSystem(seed: seed), keap: keap)
            let found = FoundBox<([Promise], Instant, [(Int, Int)])>()
            try await machine.live { service in
                let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                try await town.finish(try await town.send("Prospect", toAll: 1...2))
                let jobs = try await town.send("Student", toAll: 3...(people + 2))
                var (promises, counts): ([Promise], [(Int, Int)]) = ([], [])
                for _ in 0..<600 {
                    // Nothing moves between the two answers then.
                    await simulation.settle()
                    if try await town.state(of: jobs[place]) == .done { break }
                    let told = try await ask(service, ["api", "jobs", "\(jobs[place])", "explain"]) as? [String: Any]
                    if let least = told?["atLeastSeconds"] as? Int, let most = told?["atMostSeconds"] as? Int {
                        let about = told?["aboutSeconds"] as? Int ?? -1
                        promises.append(Promise(at: town.now, least: least, most: most, about: about))
                        let budgets = try await ask(service, ["api", "budget"]) as? [[String: Any]]
                        let waiting = (budgets?.first?["waiting"] as? [[String: Any]])?.first?["live"] as? Int
                        let sentences = (told?["sentences"] as? [String] ?? []).joined(separator: " ")
                        if let match = sentences.firstMatch(of: #/(\d+) calls? go(es)? before it/#),
                            let count = Int(match.1)
                        {
                            counts.append((count, waiting ?? -1))
                        }
                    }
                    try await town.sleep(.seconds(3))
                }
                found.set((promises, town.now, counts))
                try await town.finish(jobs, within: .seconds(3_600))
            }
            let value = try #require(found.value)
            return (value.0, value.1, value.2)
        }
    }

    @Test(arguments: [(0, 150), (70, 150), (149, 150), (200, 300), (299, 300)], [UInt64(1), 2])
    func `a job in a crowd is delivered within the range that was told at each asking`(
        job: (place: Int, people: Int), seed: UInt64
    ) throws {
        let found = try promises(about: job.place, of: job.people, seed: seed)
        if job.place > 60 { #expect(found.promises.count > 5) }
        for promise in found.promises {
            // Asked every three seconds, so that its end is known to three.
            let real = promise.at.duration(to: found.done)
            #expect(real >= .seconds(promise.least - 1), "at \(promise.at): \(promise), really \(real)")
            #expect(real <= .seconds(promise.most + 3), "at \(promise.at): \(promise), really \(real)")
            #expect(promise.least <= promise.about && promise.about <= promise.most)
        }
    }

    @Test func `explain and budget count the calls that wait alike`() throws {
        let found = try promises(about: 149, of: 150, seed: 1)
        #expect(found.counts.count > 5)
        for count in found.counts { #expect(count.explained == count.told) }
    }

    @Test func `a crowd of the first minutes is not said to end the day's quota`() throws {
        let ends = try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            let machine = SimulatedMachine(simulation: simulation, files: SimulatedFileSystem(seed: 1), keap: keap)
            let ends = FoundBox<[Bool]>()
            try await machine.live { service in
                let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                let jobs = try await town.send("Student", toAll: 1...400)
                var told: [Bool] = []
                for _ in 0..<10 {
                    try await town.sleep(.seconds(30))
                    let budgets = try await ask(service, ["api", "budget"]) as? [[String: Any]]
                    told.append(budgets?.first?["runsOutAt"] is String)
                }
                ends.set(told)
                try await town.finish(jobs, within: .seconds(3_600))
            }
            return ends.value ?? []
        }
        #expect(ends.count == 10 && !ends.contains(true))
    }
}
