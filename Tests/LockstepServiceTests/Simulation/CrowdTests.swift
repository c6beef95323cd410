import Clocks
import KeapSimulator
import DurableQueue
import DeterministicSimulation
import Synchronization
import Testing

@testable import LockstepService

/// Many gyms whose changes wait, in virtual time: nothing that they hold keeps another gym, or a live change, waiting.
@Suite(.timeLimit(.minutes(30))) struct CrowdTests {
    enum Trouble: CaseIterable { case dayIsUsedUp, keysAreRevoked, keapIsDown }

    private static var options: SimulationOptions {
        var options = SimulationOptions()
        options.order = .arrival
        options.mostSteps = 50_000_000
        return options
    }

    private static func limits(perDay: Int) -> SimulatedLimits {
        SimulatedLimits(perSecond: 25, perMinute: 1_500, perDay: perDay, tenantPerMinute: nil, tenantPerDay: nil)
    }

    @Test(arguments: Trouble.allCases)
    func `a gym with budget of its own is served within five seconds, whatever thirty others wait for`(
        trouble: Trouble
    ) async throws {
        try await onOwnThread {
            Result {
                try simulate(seed: 1, options: Self.options) { simulation in
                    let stuck = (0..<30).map {
                        Crowd.Gym(id: "stuck\($0)", client: trouble == .dayIsUsedUp ? "ours" : nil)
                    }
                    let gyms = stuck + [Crowd.Gym(id: "free")]
                    let keap = CrowdedKeap(
                        gyms, revoked: trouble == .keysAreRevoked ? Set(stuck.map(\.key)) : [],
                        clientLimits: Self.limits(perDay: 20))
                    if trouble == .keapIsDown { keap.setDown(Set(stuck.map(\.key))) }
                    let crowd = Crowd(
                        simulation: simulation, keap: keap, log: LogBook(), files: SimulatedFileSystem(seed: 1),
                        clients: ["ours": #""limits": {"perDay": 20}, "pacing": "off""#])
                    try await crowd.live(gyms) { service in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            for gym in stuck {
                                group.addTask {
                                    for person in 1...160 {
                                        _ = try await crowd.send("\(person)", to: gym.id, of: service)
                                    }
                                }
                            }
                            try await group.waitForAll()
                        }
                        try await simulation.clock.sleep(for: .seconds(60))
                        #expect(await service.queue.counts().lanesRunning >= 3_000, "hundreds of each gym's can merge")
                        for round in 0..<3 {
                            let job = try await crowd.send("new\(round)", to: "free", of: service)
                            let took = try await crowd.wait(for: [job], of: service, within: .seconds(5))
                            #expect(took != nil, "round \(round)")
                        }
                        let pending = await service.queue.counts().tenants[TenantID("stuck3")]?.pending
                        #expect(pending == 160, "the others wait, and none of their jobs died")
                    }
                }
            }
        }.get()
    }

    /// `pause` let up to 512 lanes that waited for budget go on.
    @Test func `a paused gym makes no further call, also when the budget it waited for opens, until it is resumed`()
        async throws
    {
        try await onOwnThread {
            Result {
                try simulate(seed: 2, options: Self.options) { simulation in
                    let gyms = [Crowd.Gym(id: "downtown", client: "ours"), Crowd.Gym(id: "uptown", client: "ours")]
                    let keap = CrowdedKeap(gyms, clientLimits: Self.limits(perDay: 60))
                    let crowd = Crowd(
                        simulation: simulation, keap: keap, log: LogBook(), files: SimulatedFileSystem(seed: 2),
                        clients: ["ours": #""limits": {"perDay": 60}, "pacing": "off""#])
                    try await crowd.live(gyms) { service in
                        for person in 1...40 {
                            for gym in gyms { _ = try await crowd.send("\(person)", to: gym.id, of: service) }
                        }
                        try await simulation.clock.sleep(for: .seconds(60))
                        #expect(keap.calls("downtown") + keap.calls("uptown") == 60, "the day is used up")
                        #expect(
                            await crowd.ask(["api", "gyms", "downtown", "pause"], method: "POST", of: service).status
                                == 200)
                        let before = keap.calls("downtown")
                        try await simulation.clock.sleep(for: .seconds(1))
                        let waiting = await service.queue.counts().tenants[TenantID("downtown")]
                        #expect((waiting?.jobs[.paused] ?? 0) > 10 && waiting?.jobs[.running] == nil)
                        // Two new days.
                        try await simulation.clock.sleep(for: .seconds(2 * 86_400))
                        #expect(keap.calls("downtown") == before)
                        #expect(keap.calls("uptown") > 60)
                        #expect(
                            await crowd.ask(["api", "gyms", "downtown", "resume"], method: "POST", of: service).status
                                == 200)
                        for _ in 0..<10 { try await simulation.clock.sleep(for: .seconds(86_400)) }
                        #expect(await service.queue.counts().tenants.values.allSatisfy { $0.pending == 0 })
                        #expect(keap.contacts("downtown") == 40 && keap.contacts("uptown") == 40)
                        #expect(keap.overlaps == 0)
                    }
                }
            }
        }.get()
    }

    /// Imports get one call an hour at this time of the day; live changes as many as they want.
    @Test func `a live change of a person whose import row waits for the day is delivered within ten seconds`()
        async throws
    {
        try await onOwnThread {
            Result {
                // At the very beginning of a UTC day.
                let clock = ManualClock(wallOrigin: 1_767_225_600_000)
                try simulate(seed: 3, options: Self.options, clock: clock) { simulation in
                    let gym = Crowd.Gym(
                        id: "downtown", keap: #""limits": {"perDay": 2400}, "pacing": {"reserve": 100, "burst": 100}"#)
                    let keap = CrowdedKeap([gym])
                    let crowd = Crowd(
                        simulation: simulation, keap: keap, log: LogBook(), files: SimulatedFileSystem(seed: 3))
                    try await crowd.live([gym]) { service in
                        // The gym is known to Keap: tags and fields are made.
                        let first = try await crowd.send("900", status: "Prospect", to: "downtown", of: service)
                        #expect(try await crowd.wait(for: [first], of: service, within: .seconds(60)) != nil)
                        try await crowd.import((1...200).map { "\($0)" }, to: "downtown", of: service)
                        try await simulation.clock.sleep(for: .seconds(30))
                        #expect(keap.contacts("downtown") < 100, "the import waits")
                        var live: [JobID] = []
                        for person in [150, 160, 170, 180] {
                            live.append(
                                try await crowd.send("\(person)", status: "Student", to: "downtown", of: service))
                        }
                        // Each row has its own calls to make first.
                        let took = try await crowd.wait(for: live, of: service, within: .seconds(10))
                        #expect(took != nil)
                        #expect(keap.overlaps == 0)
                    }
                }
            }
        }.get()
    }

    @Test func `jobs that only wait for a permit are not told as running, and running ones tell their try`()
        async throws
    {
        try await onOwnThread {
            Result {
                try simulate(seed: 4, options: Self.options) { simulation in
                    let gym = Crowd.Gym(id: "downtown", keap: #""limits": {"perDay": 20}, "pacing": "off""#)
                    let keap = CrowdedKeap([gym])
                    let crowd = Crowd(
                        simulation: simulation, keap: keap, log: LogBook(), files: SimulatedFileSystem(seed: 4))
                    try await crowd.live([gym]) { service in
                        for person in 1...300 {
                            _ = try await crowd.send("\(person)", to: "downtown", of: service)
                        }
                        try await simulation.clock.sleep(for: .seconds(60))
                        let jobs = try Crowd.list(
                            await crowd.ask(["api", "jobs"], [("limit", "1000")], of: service))
                        #expect(jobs.count == 300)
                        let running = jobs.filter { $0["state"] as? String == "running" }
                        #expect(running.count <= 32, "\(running.count)")
                        #expect(running.allSatisfy { ($0["attempts"] as? Int ?? 0) >= 1 })
                        let waiting = jobs.filter { $0["state"] as? String == "waiting" }
                        #expect(waiting.count > 250)
                        #expect(waiting.allSatisfy { ($0["reason"] as? String)?.contains("its turn at Keap") == true })
                        let id = try #require(waiting.last?["id"] as? String)
                        let told = try Crowd.object(await crowd.ask(["api", "jobs", id, "explain"], of: service))
                        let sentences = (told["sentences"] as? [String] ?? []).joined(separator: "\n")
                        #expect(told["why"] as? String == "waiting to begin")
                        #expect(sentences.contains("no call was made for it yet"), "\(sentences)")
                        #expect(sentences.contains("20 of 20 calls on this UTC day"), "\(sentences)")
                        #expect(
                            await crowd.ask(["api", "jobs", id, "discard"], method: "POST", of: service).status == 200)
                    }
                }
            }
        }.get()
    }

    @Test
    func `a gym that is missing from the configuration for one start keeps its jobs, visibly, and goes on after it`()
        async throws
    {
        try await onOwnThread {
            Result {
                try simulate(seed: 5, options: Self.options) { simulation in
                    let (downtown, uptown) = (Crowd.Gym(id: "downtown"), Crowd.Gym(id: "uptown"))
                    let keap = CrowdedKeap([downtown, uptown])
                    let crowd = Crowd(
                        simulation: simulation, keap: keap, log: LogBook(), files: SimulatedFileSystem(seed: 5))
                    let known = JobList()
                    try await crowd.live([downtown, uptown]) { service in
                        let first = try await crowd.send("1", to: "uptown", of: service)
                        #expect(try await crowd.wait(for: [first], of: service, within: .seconds(60)) != nil)
                        keap.setDown([uptown.key])
                        for person in 1...20 {
                            let job = try await crowd.send("\(person)", status: "Alumni", to: "uptown", of: service)
                            known.add(job)
                        }
                        try await simulation.clock.sleep(for: .seconds(20))
                    }
                    keap.setDown([])
                    let calls = keap.calls("uptown")
                    try await crowd.live([downtown]) { service in
                        let other = try await crowd.send("1", to: "downtown", of: service)
                        #expect(try await crowd.wait(for: [other], of: service, within: .seconds(60)) != nil)
                        try await simulation.clock.sleep(for: .seconds(3_600))
                        #expect(keap.calls("uptown") == calls)
                        let jobs = try Crowd.list(
                            await crowd.ask(["api", "jobs"], [("gym", "uptown"), ("state", "paused")], of: service))
                        #expect(jobs.count == 20)
                        #expect(jobs.allSatisfy { $0["state"] as? String == "paused" })
                        #expect(
                            jobs.allSatisfy { ($0["reason"] as? String)?.contains("not in the configuration") == true })
                        let gyms = try Crowd.list(await crowd.ask(["api", "gyms"], of: service))
                        let uptown = try #require(gyms.first { $0["id"] as? String == "uptown" })
                        #expect(uptown["isConfigured"] as? Bool == false)
                        #expect((uptown["jobs"] as? [String: Int]) == ["paused": 20])
                        let last = known.all[19]
                        let told = try Crowd.object(
                            await crowd.ask(["api", "jobs", "\(last)", "explain"], of: service))
                        #expect(told["why"] as? String == "gym not configured")
                        #expect(
                            await crowd.ask(["api", "jobs", "\(last)", "discard"], method: "POST", of: service).status
                                == 200)
                    }
                    let lines = crowd.log.all.filter { $0.contains("uptown is not in the configuration") }
                    #expect(lines.count == 1 && lines[0].contains("20 jobs"), "\(crowd.log.all)")
                    try await crowd.live([downtown, uptown]) { service in
                        let left = Array(known.all.dropLast())
                        let took = try await crowd.wait(for: left, of: service, within: .seconds(60))
                        #expect(took != nil)
                        #expect(keap.contacts("uptown") == 19, "the first person's memory was kept, and one discarded")
                        #expect(keap.overlaps == 0)
                    }
                }
            }
        }.get()
    }
}

private final class JobList: Sendable {
    private let jobs = Mutex<[JobID]>([])
    func add(_ job: JobID) { jobs.withLock { $0.append(job) } }
    var all: [JobID] { jobs.withLock { $0 } }
}
