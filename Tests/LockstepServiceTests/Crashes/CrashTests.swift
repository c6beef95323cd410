import Clocks
import Foundation
import Keap
import DurableQueue
import DeterministicSimulation
import OutboundAPI
import Testing

@testable import LockstepService

/// A service that crashes, or is killed, again and again with the same jobs under way; in virtual time.
@Suite(.timeLimit(.minutes(30))) struct CrashTests {
    /// A machine whose process can crash at a call about one person.
    private struct Fate: Sendable {
        let memory = MarkedMemory()
        let poison = 1
        /// From the call to the crash.
        var delay = Duration.zero

        func machine(
            _ simulation: Simulation, _ files: SimulatedFileSystem, _ keap: SimulatedKeapSide, log: LogBook,
            crashes: Bool = true
        ) -> SimulatedMachine {
            memory.startAgain()
            var machine = SimulatedMachine(simulation: simulation, files: files, keap: keap, log: log.log)
            machine.marks = memory
            let memory = self.memory
            let name = "person\(poison)"
            machine.wire = { wire in
                CrashingWire(wire: wire) { [delay] request in
                    let text = request.target + String(decoding: request.body ?? [], as: UTF8.self)
                    guard crashes, text.contains(name + "@") || text.contains(name + "%40") else { return }
                    try? await simulation.clock.sleep(for: delay)
                    memory.end(by: 11)
                    files.failPower()
                }
            }
            return machine
        }
    }

    private struct CrashingWire: HTTPTransport {
        let wire: SimulatedWire
        let look: @Sendable (APIRequest) async -> Void

        func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
            await look(request)
            return try await wire.send(request, deadline: deadline)
        }

        func abandon() {}
    }

    @Test(arguments: [1, 10, 21])
    func `a job with which Lockstep crashes each time is dead after three crashes, and all beside it are done`(
        place: Int
    ) throws {
        try simulate(seed: UInt64(place)) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            let log = LogBook()
            let fate = Fate()
            var files = SimulatedFileSystem(seed: 1)
            let people = Array(2...21)
            let jobs = FoundBox<[JobID]>()
            var crashes = 0
            for life in 0..<8 {
                let machine = fate.machine(simulation, files, keap, log: log)
                try await machine.live { [files] service in
                    let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                    if life == 0 {
                        var sent: [JobID] = []
                        var order = people
                        order.insert(1, at: place - 1)
                        for person in order { sent.append(try await town.send("Student", to: person)) }
                        jobs.set([sent.remove(at: place - 1)] + sent)
                    }
                    for _ in 0..<600 where !files.isOff { try await town.sleep(.milliseconds(100)) }
                    guard !files.isOff, let all = jobs.value else { return }
                    let poisoned = try #require(await service.queue.job(all[0]))
                    #expect(poisoned.state == .dead)
                    #expect(poisoned.reason?.contains("crashed 3 times") == true, "\(poisoned.reason ?? "")")
                    #expect(poisoned.reason?.contains("SIGSEGV") == true)
                    for job in all.dropFirst() { #expect(await service.queue.job(job)?.state == .done) }
                }
                guard files.isOff else { break }
                crashes += 1
                files = files.kill()
            }
            #expect(crashes == 3)
            #expect(jobs.value?.count == 21)
            #expect(log.all.contains { $0.contains("Lockstep crashed (SIGSEGV)") })
        }
    }

    @Test func `a job with which Lockstep crashes long after its run began is dead after one crash more`() throws {
        try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            let fate = Fate(delay: .seconds(8))
            var files = SimulatedFileSystem(seed: 1)
            let jobs = FoundBox<[JobID]>()
            var crashes = 0
            for life in 0..<8 {
                let machine = fate.machine(simulation, files, keap, log: LogBook())
                try await machine.live { [files] service in
                    let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                    if life == 0 { jobs.set([try await town.send("Student", to: 1)]) }
                    for _ in 0..<600 where !files.isOff { try await town.sleep(.milliseconds(100)) }
                    guard !files.isOff, let all = jobs.value else { return }
                    #expect(await service.queue.job(all[0])?.state == .dead)
                }
                guard files.isOff else { break }
                crashes += 1
                files = files.kill()
            }
            #expect(crashes == 4)
        }
    }

    @Test func `a retry of such a dead letter is one more trial; it ends in a crash once, or well`() throws {
        try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            let fate = Fate()
            var files = SimulatedFileSystem(seed: 1)
            let box = FoundBox<JobID>()
            // Three crashes; dead, retried and the fourth; dead again, retried with a mended program and done.
            for life in 0...4 {
                let machine = fate.machine(simulation, files, keap, log: LogBook(), crashes: life < 4)
                try await machine.live { [files] service in
                    let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                    if life == 0 { box.set(try await town.send("Student", to: 1)) }
                    let job = try #require(box.value)
                    for _ in 0..<100 where !files.isOff { try await town.sleep(.milliseconds(100)) }
                    #expect(files.isOff == (life < 3))
                    guard life >= 3 else { return }
                    let reason = try #require(await service.queue.job(job)?.reason)
                    #expect(reason.contains("crashed \(life) times"), "\(reason)")
                    try await service.queue.retry(job)
                    for _ in 0..<100 where !files.isOff { try await town.sleep(.milliseconds(100)) }
                    #expect(files.isOff == (life == 3))
                    if life == 4 { #expect(try await town.state(of: job) == .done) }
                }
                files = files.kill()
            }
        }
    }

    @Test(arguments: [false, true])
    func `25 kills from outside convict no job, also while Keap answers nothing`(hangs: Bool) throws {
        try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            let log = LogBook()
            let fate = Fate()
            var files = SimulatedFileSystem(seed: 1)
            let jobs = FoundBox<[JobID]>()
            for life in 0...25 {
                let machine = fate.machine(simulation, files, keap, log: log, crashes: false)
                keap.faults = hangs && life < 25 ? [.init(reply: .hang) { _ in true }] : []
                try await machine.live { [files] service in
                    let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                    if life == 0 { jobs.set(try await town.send("Student", toAll: 1...8)) }
                    if life == 25 { return try await town.finish(jobs.value ?? [], within: .seconds(900)) }
                    try await town.sleep(.milliseconds(40))
                    fate.memory.end(by: 0)
                    files.failPower()
                }
                files = files.kill()
            }
            let machine = fate.machine(simulation, files, keap, log: log, crashes: false)
            try await machine.live { service in
                for job in jobs.value ?? [] { #expect(await service.queue.job(job)?.state == .done) }
            }
            #expect(!log.all.contains { $0.contains("crashed") })
        }
    }

    /// They began before, and what they wait for is none of the crash's business.
    @Test func `suspects that hang hold the other jobs for half a minute, and are dead letters for none of it`() throws
    {
        try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            let fate = Fate()
            var files = SimulatedFileSystem(seed: 1)
            let jobs = FoundBox<[JobID]>()
            for life in 0..<2 {
                let machine = fate.machine(simulation, files, keap, log: LogBook(), crashes: false)
                try await machine.live { [files] service in
                    let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                    if life == 0 {
                        keap.faults = [.init(reply: .hang) { _ in true }]
                        jobs.set(try await town.send("Student", toAll: 1...20))
                        try await town.sleep(.seconds(1))
                        fate.memory.end(by: 11)
                        return files.failPower()
                    }
                    let other = try await town.send("Student", to: 30)
                    try await town.sleep(.seconds(20))
                    #expect(await service.queue.job(other)?.state == .waitingToBegin)
                    keap.faults = []
                    try await town.finish((jobs.value ?? []) + [other], within: .seconds(900))
                    #expect(await town.deadJobs == [])
                }
                files = files.kill()
            }
        }
    }

    @Test func `a crash with a paused or finished job in it holds no other job`() throws {
        try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0)
            let fate = Fate()
            var files = SimulatedFileSystem(seed: 1)
            for life in 0..<2 {
                let machine = fate.machine(simulation, files, keap, log: LogBook(), crashes: false)
                try await machine.live { [files] service in
                    let town = PoisonHarness(service: service, keap: keap, clock: simulation.clock)
                    guard life == 1 else {
                        let done = try await town.send("Student", to: 1)
                        try await town.finish([done])
                        // Under way when the process crashes, though it is finished; and one that never was.
                        let marks = RunMarks(fate.memory)
                        for job in [done.rawValue, 4_711] { _ = marks.begin(job) }
                        fate.memory.end(by: 11)
                        return files.failPower()
                    }
                    try await town.finish([try await town.send("Student", to: 2)], within: .seconds(5))
                }
                files = files.kill()
            }
        }
    }
}
