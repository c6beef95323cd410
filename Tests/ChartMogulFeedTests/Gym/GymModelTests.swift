import ChartMogulFeed
import ChartMogulSimulator
import Clocks
import DeterministicSimulation
import DurableQueue
import Foundation
import KeapBilling
import KeapSimulator
import SeededRandom
import Synchronization
import Testing
import WireFormats

/// Two years of a gym's members, from Keap's hooks and polls to what ChartMogul shows of them, through the reader, a queue
/// on its journal and the feed; with outages, lost and repeated hooks, answers that are lost, and processes that are killed.
@Suite(.timeLimit(.minutes(Seeds.minutes(30)))) struct GymModelTests {
    struct Plan: Sendable {
        var contacts = 16
        var days: Int64 = 730
        var handsOver = false
        var trouble = 2
    }

    struct Outcome: Sendable {
        var differences: [String] = []
        var happenings: [String: Int] = [:]
        var calls: [String: Int] = [:]
        var orders = 0
        var summary = ""
    }

    private static func run(_ plan: Plan, seed: UInt64) throws -> Outcome {
        var options = SimulationOptions()
        options.mostSteps = 2_000_000_000
        options.order = .arrival
        // 2025-01-15T00:00:00Z
        let clock = ManualClock(wallOrigin: 1_736_899_200_000)
        return try simulate(seed: seed, options: options, clock: clock) { simulation in
            try await GymRun(plan, seed, simulation).run()
        }
    }

    private func check(_ plan: Plan, seed: UInt64) async throws {
        let outcome = try await onOwnThread { Result { try Self.run(plan, seed: seed) } }.get()
        #expect(outcome.differences.isEmpty, "seed \(seed): \(outcome.differences.prefix(12).joined(separator: "\n"))")
        print(outcome.summary)
    }

    @Test func `two years of a gym end with the model's subscriptions, churns and revenue`() async throws {
        for seed in Seeds.all(1) { try await check(Plan(), seed: seed) }
    }

    @Test func `a year of a gym whose moves hand over ends with the model's`() async throws {
        for seed in Seeds.all(1) { try await check(Plan(contacts: 14, days: 365, handsOver: true), seed: seed) }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["LOCKSTEP_GYM"] != nil))
    func `two years of a large gym end with the model's`() async throws {
        let contacts = ProcessInfo.processInfo.environment["LOCKSTEP_GYM"].flatMap { Int($0) } ?? 500
        try await check(Plan(contacts: contacts), seed: 11)
    }
}

/// One run, from the first sign-up to the comparison.
private final class GymRun: Sendable {
    let plan: GymModelTests.Plan
    let seed: UInt64
    let simulation: Simulation
    let world: GymWorld
    let told = ToldSnapshots()
    let settings: FeedSettings
    private let model: Mutex<GymModel>
    private let chance: Mutex<SeededGenerator>
    private let day: Mutex<Int64>
    private let isCutOff = Mutex(false)

    init(_ plan: GymModelTests.Plan, _ seed: UInt64, _ simulation: Simulation) throws {
        (self.plan, self.seed, self.simulation) = (plan, seed, simulation)
        world = GymWorld(seed: seed, clock: simulation.clock)
        settings = try ChartMogulFeedTests.settings { settings in
            settings.movedContact = plan.handsOver ? .handOver : .merge
            settings.pollHealthy = 3 * 86_400 - 600
        }
        let start = simulation.clock.wall.milliseconds
        let model = try world.with { state in
            var model = try GymModel(
                contacts: plan.contacts, seed: seed, handsOver: plan.handsOver, at: start, in: &state.keap)
            model.connect(&state.keap)
            return model
        }
        self.model = Mutex(model)
        chance = Mutex(simulation.random(1))
        day = Mutex(0)
        world.with { $0.keap.setHookFaults(Self.faults, of: GymWorld.key) }
    }

    private static var faults: HookFaults {
        var faults = HookFaults()
        (faults.repeatPercent, faults.shuffles) = (10, true)
        return faults
    }

    private func number(_ range: Range<Int>) -> Int { chance.withLock { Int.random(in: range, using: &$0) } }

    func run() async throws -> GymModelTests.Outcome {
        var files = SimulatedFileSystem(seed: seed)
        while day.withLock({ $0 }) < plan.days {
            let (isKilled, now) = try await GymProcess.live(world, settings, on: files, simulation, told: told) {
                [self, files] process in
                while day.withLock({ $0 }) < plan.days {
                    if try await live(process, files) { return (true, files) }
                }
                return (false, files)
            }
            files = isKilled ? (number(0..<2) == 0 ? now.crash() : now.kill()) : now.kill()
        }
        return try await GymProcess.live(world, settings, on: files, simulation, told: told) { [self] process in
            try await end(process)
        }
    }

    private func sleep(until time: Int64) async throws {
        let left = time - world.now
        guard left > 0 else { return }
        try await world.clock.sleep(until: world.clock.now.advanced(by: .milliseconds(left)))
    }

    /// True: the process was killed.
    private func live(_ process: GymProcess, _ files: SimulatedFileSystem) async throws -> Bool {
        if isCutOff.withLock({ $0 }) {
            isCutOff.withLock { $0 = false }
            // What it did not answer comes again.
            try await process.poll()
            _ = try await hear(process, files, isKilled: false, losesHooks: false)
        }
        let midnight = (world.now / 86_400_000 + 1) * 86_400_000
        day.withLock { $0 += 1 }
        try await sleep(until: midnight + 9 * 3_600_000)
        let last = try world.with { state in
            try model.withLock { try $0.live(from: midnight + 9 * 3_600_000, in: &state.keap) }
        }
        if number(0..<30) == 0 {
            let peer: GymWorld.Peer = number(0..<2) == 0 ? .keap : .chartMogul
            world.with { $0.outages[peer] = last + Int64(number(1..<40)) * 60_000 }
        }
        world.with { $0.trouble = plan.trouble }
        try await sleep(until: last + 1_000)
        // On some days each comes when it comes, on the others once all are on their way.
        if number(0..<10) > 0 { try await sleep(until: last + 11 * 60_000) }
        let losesHooks = number(0..<25) == 0
        if losesHooks { try await process.poll() } else { try await process.pollIfDue(settings) }
        return try await hear(process, files, isKilled: number(0..<40) == 0, losesHooks: losesHooks)
    }

    /// Takes what Keap's hooks tell until noon.
    private func hear(
        _ process: GymProcess, _ files: SimulatedFileSystem, isKilled: Bool, losesHooks: Bool
    ) async throws -> Bool {
        let noon = world.now / 86_400_000 * 86_400_000 + 12 * 3_600_000
        for _ in 0..<200 {
            let next = world.with { $0.keap.nextDelivery?.milliseconds }
            guard let next, next < noon else { break }
            try await sleep(until: next)
            for delivery in world.with({ $0.keap.dueDeliveries(at: WorldTime(milliseconds: world.now)) }) {
                // Deletions are told of in no other way.
                let isLost = losesHooks && !Self.isDeletion(delivery)
                var status: Int? = 200
                if isCutOff.withLock({ $0 }) {
                    status = nil
                } else if delivery.secret == nil, !isLost {
                    try await process.accept(hook: delivery.body)
                }
                world.with { [now = world.now] in
                    $0.keap.delivered(
                        delivery, status: status, secret: delivery.secret, at: WorldTime(milliseconds: now))
                }
                if isKilled, number(0..<3) == 0, !isCutOff.withLock({ $0 }) {
                    try await world.clock.sleep(until: world.clock.now.advanced(by: .milliseconds(number(0..<400))))
                    files.failPower()
                    isCutOff.withLock { $0 = true }
                }
            }
            if isCutOff.withLock({ $0 }) { return true }
        }
        guard isKilled else { return false }
        files.failPower()
        isCutOff.withLock { $0 = true }
        return true
    }

    private static func isDeletion(_ delivery: HookDelivery) -> Bool {
        String(decoding: delivery.body, as: UTF8.self).contains(".delete")
    }

    private func end(_ process: GymProcess) async throws -> GymModelTests.Outcome {
        world.with { ($0.trouble, $0.outages) = (0, [:]) }
        // Ends that come, and what a poll alone tells.
        for _ in 0..<3 {
            try await sleep(until: (world.now / 86_400_000 + 1) * 86_400_000 + 60_000)
            try await process.poll()
            try await process.settle()
        }
        var outcome = GymModelTests.Outcome()
        compare(&outcome)
        var dead = JobQuery()
        dead.state = .dead
        for view in await process.queue.jobs(dead) {
            outcome.differences.append("dead: \(view.reason ?? "without a reason")")
        }
        let calls = world.calls(.chartMogul)
        try await process.snapshots.send(told.list.shuffled(), .live)
        try await process.settle()
        let more = world.calls(.chartMogul) - calls
        if more > 0 {
            outcome.differences.append("told twice: \(more) calls more")
            var again = GymModelTests.Outcome()
            compare(&again)
            outcome.differences += again.differences.map { "told twice: \($0)" }
        }
        outcome.happenings = model.withLock(\.happenings)
        outcome.calls = world.with(\.endpoints)
        outcome.orders = world.with { $0.keap.book?.orders.count ?? 0 }
        let counts = world.with(\.calls)
        outcome.summary =
            "steps \(simulation.steps) attempts \(told.attempts) \(plan.contacts) contacts, \(plan.days) days, \(outcome.orders) orders: calls \(counts), "
            + "\(told.list.count) snapshots; \(outcome.calls.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }); "
            + "\(outcome.happenings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })"
        return outcome
    }

    private func compare(_ outcome: inout GymModelTests.Outcome) {
        let now = world.now
        let expected = model.withLock { $0.expected(at: now) }
        let found = world.mogul.subscriptions(account: GymWorld.key)
        let byName = Dictionary(grouping: found.filter { !$0.periods.isEmpty || !$0.trials.isEmpty }, by: \.externalID)
        for course in expected {
            guard let list = byName[course.subscription], list.count == 1, let real = list.first else {
                outcome.differences.append("\(course.subscription): \(byName[course.subscription]?.count ?? 0) times")
                continue
            }
            let periods = real.periods.map { period in
                ExpectedCourse.Period(
                    from: period.from.milliseconds, to: (period.to?.milliseconds).map(course.known),
                    monthly: period.revenue["USD"] ?? 0,
                    plan: period.plan)
            }
            if periods != course.periods {
                let wrong = zip(periods, course.periods).first { $0 != $1 }
                outcome.differences.append(
                    "\(course.subscription): \(periods.count) periods, not \(course.periods.count); "
                        + (wrong.map { "\(Self.text($0)), not \(Self.text($1))" } ?? ""))
            }
            if real.churns.map({ course.known($0.milliseconds) }) != course.churns {
                outcome.differences.append(
                    "\(course.subscription): churns \(real.churns.map(\.text)), not \(course.churns.map(ISO8601.text))")
            }
            if real.scheduledCancellations.map(\.milliseconds) != course.scheduled {
                outcome.differences.append(
                    "\(course.subscription): scheduled \(real.scheduledCancellations.map(\.text)), not "
                        + "\(course.scheduled.map(ISO8601.text))")
            }
            if !real.customers.contains(course.customer) {
                outcome.differences.append("\(course.subscription): of \(real.customers), not \(course.customer)")
            }
        }
        comparePlans(&outcome)
        let names = Set(expected.map(\.subscription))
        for name in byName.keys.sorted() where !names.contains(name) { outcome.differences.append("\(name): too many") }
    }

    /// Plans have their products' names of now.
    private func comparePlans(_ outcome: inout GymModelTests.Outcome) {
        let products: [(name: String, plans: [Int])] = world.with { state in
            (state.keap.book?.products.values).map { $0.map { ($0.name, $0.plans.map(\.id)) } } ?? []
        }
        var mogul = world.mogul
        let request = MogulWorld.Request(method: "GET", target: "/v1/plans?per_page=200", key: GymWorld.key)
        let answer = mogul.answer(request, at: MogulWorld.Time(milliseconds: world.now))
        guard let node = try? JSONReader.read(answer.body), case .array(let plans)? = node.member("plans") else {
            outcome.differences.append("no plans")
            return
        }
        for plan in plans {
            guard case .string(let id)? = plan.member("external_id"), case .string(let name)? = plan.member("name"),
                let product = products.first(where: { $0.plans.contains { id.hasPrefix("keap-plan-\($0)-") } })
            else { continue }
            if !name.hasPrefix(product.name + " (") {
                outcome.differences.append("plan \(id): \(name), not of \(product.name)")
            }
        }
    }

    private static func text(_ period: ExpectedCourse.Period) -> String {
        "\(ISO8601.text(period.from))–\(period.to.map(ISO8601.text) ?? "") \(period.monthly) \(period.plan)"
    }
}

extension JSONNode {
    fileprivate func member(_ name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
