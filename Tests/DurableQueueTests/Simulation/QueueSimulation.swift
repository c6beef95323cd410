import SeededRandom
import Clocks
import Foundation
import FileJournal
import DurableQueue
import DeterministicSimulation

/// Several lives of one queue on one simulated machine, all of it drawn from a seed.
struct QueueSimulation: Sendable {
    let seed: UInt64

    struct Outcome: Equatable, Sendable {
        var breaches: [String] = []
        var counters = Tally()
        var trace: UInt64 = 0
        var steps: UInt64 = 0
    }

    /// Whether what happens is printed, for a seed that is looked into.
    private var isTold: Bool { ProcessInfo.processInfo.environment["LOCKSTEP_STORY"] != nil }

    func run() throws -> Outcome {
        try simulate(seed: seed) { simulation in
            let ledger = Ledger(policy: SimulatedLife.policy)
            var chance = simulation.random(99)
            var files = SimulatedFileSystem(seed: seed)
            if isTold { ledger.tellStory { "\(simulation.clock.now.offset)" } }
            for number in 0..<Int.random(in: 2...4, using: &chance) {
                let plan = Plan(&chance)
                files = try await live(number, plan, on: files, ledger, simulation, &chance)
            }
            try await endWell(on: files, ledger, simulation)
            return Outcome(
                breaches: ledger.breaches, counters: ledger.counters, trace: simulation.trace, steps: simulation.steps)
        }
    }

    /// What will happen to one life.
    struct Plan: Sendable {
        var end: SimulatedEnd
        /// The change of a file after which the end comes, if there are as many.
        var endsAt: Int?
        var fillsDisk: Bool
        /// An operation that fails, which makes the process useless.
        var failure: FileFaults.Failure?
        /// It ends while it recovers, and again, as often as this.
        var dyingStarts: Int
        /// Reads of records that fail while it runs, and then go well again.
        var failingReads: FileFaults.Failure?

        init(_ chance: inout SeededGenerator) {
            let ends: [SimulatedEnd] = [.powerLost, .powerLost, .powerLost, .killed, .killed, .stopped]
            end = ends.randomElement(using: &chance)!
            endsAt =
                end != .stopped && Int.random(in: 0..<4, using: &chance) > 0 ? .random(in: 4..<90, using: &chance) : nil
            fillsDisk = Int.random(in: 0..<4, using: &chance) == 0
            dyingStarts = Int.random(in: 0..<4, using: &chance) == 0 ? .random(in: 1...3, using: &chance) : 0
            if Int.random(in: 0..<3, using: &chance) == 0 {
                failingReads = FileFaults.Failure(
                    .read, [EIO, ENOMEM].randomElement(using: &chance)!, on: ".segment",
                    after: .random(in: 0..<8, using: &chance), times: .random(in: 1...12, using: &chance))
            }
            guard Int.random(in: 0..<6, using: &chance) == 0 else { return }
            let operation: FileError.Operation = [.write, .sync, .sync, .rename].randomElement(using: &chance)!
            failure = FileFaults.Failure(operation, EIO, after: .random(in: 0..<40, using: &chance))
            if end == .stopped { end = .killed }
        }
    }

    private func live(
        _ number: Int, _ plan: Plan, on found: SimulatedFileSystem, _ ledger: Ledger, _ simulation: Simulation,
        _ chance: inout SeededGenerator
    ) async throws -> SimulatedFileSystem {
        let (files, expected) = try await start(number, plan, on: found, ledger, simulation, &chance)
        if let endsAt = plan.endsAt { files.faults.powerFailsAt = files.changes + endsAt }
        if let failure = plan.failure { files.faults.failures.append(failure) }
        let life = SimulatedLife(simulation: simulation, ledger: ledger, files: files, number: number)
        ledger.tell("life \(number): \(plan)")
        ledger.listen { [files] in !files.isOff }
        _ = try await life.open { queue, log, findings in
            // The machine went off while the process looked at what is there.
            guard !life.files.isOff else { return }
            Self.check(findings, expected, ledger)
            ledger.recovered(findings, after: ledger.lastEnd)
            let gone = await queue.lanesGone
            let users = SimulatedUsers(life: life, queue: queue, log: log)
            ledger.note { $0.readsFail = plan.failingReads != nil }
            if let failure = plan.failingReads { life.files.faults.failures.append(failure) }
            try await life.running(queue) {
                await users.act(fillingDisk: plan.fillsDisk)
                life.files.faults.capacity = nil
                if plan.end == .stopped, !life.files.isOff {
                    await queue.stop(grace: .milliseconds(200))
                    await log.close()
                }
                ledger.countAlways(\.segments, by: log.journal.segments.count)
                ledger.countAlways(\.lanesForgotten, by: max(0, await queue.lanesGone - gone))
                life.files.failPower()
            }
        }
        files.failPower()
        if plan.failingReads != nil, files.faults.failures.contains(where: { $0.operation == .read && $0.times == 0 }) {
            ledger.countAlways(\.failedReads)
        }
        if log(files, plan) { ledger.countAlways(\.failures) }
        ledger.tell("life \(number) ended, off: \(files.isOff)")
        ledger.ended(as: plan.end)
        return plan.end == .powerLost ? files.crash() : files.kill()
    }

    /// I7: starts that end before they come to anything. What one of them found stays so.
    private func start(
        _ number: Int, _ plan: Plan, on found: SimulatedFileSystem, _ ledger: Ledger, _ simulation: Simulation,
        _ chance: inout SeededGenerator
    ) async throws -> (SimulatedFileSystem, SimulatedLife.Findings?) {
        func open(_ files: SimulatedFileSystem) async throws -> SimulatedLife.Findings? {
            try await SimulatedLife(simulation: simulation, ledger: ledger, files: files, number: number).openOnly()
        }
        var files = found
        // Somebody has a look at a copy.
        var expected = try await open(found.kill())
        var promised: SimulatedLife.Findings?
        for _ in 0..<plan.dyingStarts {
            files.faults.powerFailsAt = files.changes + Int.random(in: 0...8, using: &chance)
            let findings = try await open(files)
            if let findings { Self.check(findings, expected, ledger) }
            promised = findings ?? promised
            ledger.countAlways(\.midRecovery)
            if Bool.random(using: &chance) {
                files = files.kill()
            } else {
                files = files.crash()
                expected = promised
                if promised == nil { ledger.lostPowerToo() }
            }
        }
        return (files, expected)
    }

    private static func check(
        _ findings: SimulatedLife.Findings, _ expected: SimulatedLife.Findings?, _ ledger: Ledger
    ) {
        guard let expected, findings != expected else { return }
        ledger.breachAlways(.stable, "at first this, then that: \(expected.difference(from: findings))")
    }

    private func log(_ files: SimulatedFileSystem, _ plan: Plan) -> Bool {
        plan.failure != nil && files.faults.failures.allSatisfy { $0.operation == .read || $0.times == 0 }
    }

    /// I1, I5, I8: a last life without any trouble but one damaged record, after which everything is done or explained.
    private func endWell(on files: SimulatedFileSystem, _ ledger: Ledger, _ simulation: Simulation) async throws {
        let life = SimulatedLife(simulation: simulation, ledger: ledger, files: files, number: SimulatedLife.last)
        ledger.listen { !files.isOff }
        let damaged = try await life.open { queue, log, findings in
            ledger.note { $0.readsFail = false }
            ledger.recovered(findings, after: ledger.lastEnd)
            let damaged = seed % 3 == 0 ? Self.damageOne(of: findings, in: files, ledger) : nil
            try await life.running(queue) {
                await SimulatedUsers(life: life, queue: queue, log: log).finish()
                if let damaged { ledger.isSettled(damaged: damaged, as: await queue.job(damaged)) }
                await queue.stop(grace: .zero)
            }
            return damaged
        }
        ledger.closes()
        if damaged != nil { try await checkNextStart(files, ledger, simulation) }
    }

    /// Flips a bit in every copy of one job's record. Nil if nothing waits.
    private static func damageOne(
        of findings: SimulatedLife.Findings, in files: SimulatedFileSystem, _ ledger: Ledger
    ) -> JobID? {
        let pending = findings.views.values.filter { view in
            // Not where it would park what comes after it.
            [.accepted, .waiting].contains(view.state.name) && view.tenant != SimulatedSubject.tenants[1]
        }
        guard let id = pending.map(\.id).min(), let mark = ledger.damages(id) else { return nil }
        let wanted = withUnsafeBytes(of: mark.littleEndian) { Array($0) }
        for path in files.paths where path.hasSuffix(".segment") {
            guard let bytes = files.content(path), let place = bytes.firstRange(of: wanted) else { continue }
            files.flipBit(path, byte: place.lowerBound)
        }
        return id
    }

    /// I8: a start over a damaged record names it, unless its segment is gone by now.
    private func checkNextStart(
        _ files: SimulatedFileSystem, _ ledger: Ledger, _ simulation: Simulation
    ) async throws {
        do {
            _ = try await SimulatedLife(simulation: simulation, ledger: ledger, files: files.kill(), number: 100)
                .openOnly()
        } catch {
            guard !"\(error)".contains(".segment is damaged at offset") else { return }
            ledger.breachAlways(.contained, "the next start says only: \(error)")
        }
    }
}

extension SimulatedLife {
    /// Nil: it did not open.
    func openOnly() async throws -> Findings? { try await open { _, _, findings in findings } }
}
