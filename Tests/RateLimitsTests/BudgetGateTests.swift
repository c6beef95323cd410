import SeededRandom
import Clocks
import DeterministicSimulation
import Synchronization
import Testing

@testable import RateLimits

@Suite(.timeLimit(.minutes(30)))
struct BudgetGateTests {
    private let clock = ManualClock(wallOrigin: 1_800_000_000_000)
    private let disk = Disk()

    private func gate(_ limits: CallLimits, ceiling: CallLimits? = nil, saved: [UInt8]? = nil) -> BudgetGate {
        BudgetGate(limits: limits, ceiling: ceiling, clock: clock, saved: saved) {
            [disk] in try await disk.save($0)
        }
    }

    /// Takes as many permits as there are, without waiting.
    private func fill(_ gate: BudgetGate, _ count: Int) async throws {
        for _ in 0..<count { await gate.finished(try await gate.take()) }
    }

    private func waitUntil(_ count: Int, waitIn gate: BudgetGate) async throws {
        try await eventually { await gate.waiting == count }
    }

    /// Looks again and again; the suite's time limit ends it by cancelling.
    private func eventually(_ condition: () async -> Bool) async throws {
        while !(await condition()) {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test func `callers pass in the order they came, live ones before bulk ones`() async throws {
        let gate = gate(CallLimits(perMinute: 1))
        try await fill(gate, 1)
        let order = Log<String>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, urgency) in [Urgency.bulk, .bulk, .live, .bulk, .live].enumerated() {
                group.addTask {
                    let permit = try await gate.take(urgency)
                    order.add("\(urgency) \(index)")
                    await gate.finished(permit)
                }
                try await waitUntil(index + 1, waitIn: gate)
            }
            for waiting in (0..<5).reversed() {
                clock.advance(by: .milliseconds(60_060))
                // Whoever passed must have finished before time goes on: a place falls free after the end of its call.
                try await eventually { await gate.isAt(waiting: waiting, running: 0) }
            }
            try await group.waitForAll()
        }
        #expect(order.all == ["live 2", "live 4", "bulk 0", "bulk 1", "bulk 3"])
    }

    @Test func `a wall clock that is set at any moment only makes callers wait`() async throws {
        let unsteady = UnsteadyWall(clock: clock)
        let gate = BudgetGate(
            limits: CallLimits(perDay: 1_000), pacing: DayPacing(reserve: 0, burst: 0), clock: unsteady, saved: nil,
            save: { _ in })
        let done = Log<Int>()
        await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    await gate.finished(try await gate.take())
                    done.add(number)
                }
            }
            while done.all.count < 50, !Task.isCancelled {
                clock.advance(by: .seconds(60))
                await Task.yield()
            }
        }
        #expect(done.all.sorted() == Array(0..<50))
    }

    @Test func `of a share's callers the one of the lowest rank goes first, whoever came first`() async throws {
        let gate = gate(CallLimits(perMinute: 1))
        await gate.finished(try await gate.take(rank: 1))
        let order = Log<UInt64>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, rank) in [UInt64(2), 3, 1].enumerated() {
                group.addTask {
                    let permit = try await gate.take(rank: rank)
                    order.add(rank)
                    await gate.finished(permit)
                }
                try await waitUntil(index + 1, waitIn: gate)
            }
            for waiting in (0..<3).reversed() {
                clock.advance(by: .milliseconds(60_060))
                try await eventually { await gate.isAt(waiting: waiting, running: 0) }
            }
            try await group.waitForAll()
        }
        #expect(order.all == [1, 2, 3])
    }

    @Test func `the head sleeps until its window opens`() async throws {
        let gate = gate(CallLimits(perSecond: 4))
        try await fill(gate, 1)
        let waiting = Task { try await gate.take() }
        let waking = await clock.nextWaking()
        #expect(clock.now.duration(to: waking) == .milliseconds(125))
        clock.advance(to: waking)
        await gate.finished(try await waiting.value)
        #expect(await gate.status().granted == 2)
    }

    @Test func `a cancelled head gives way at once, and nothing is spent`() async throws {
        let gate = gate(CallLimits(perMinute: 1))
        try await fill(gate, 1)
        let head = Task { try await gate.take() }
        try await waitUntil(1, waitIn: gate)
        _ = await clock.nextWaking()
        let next = Task { try await gate.take() }
        try await waitUntil(2, waitIn: gate)
        head.cancel()
        await #expect(throws: CancellationError.self) { try await head.value }
        clock.advance(by: .milliseconds(60_060))
        await gate.finished(try await next.value)
        #expect(await gate.status().granted == 2)
    }

    @Test func `a cancelled caller in the middle of the line leaves it at once`() async throws {
        let gate = gate(CallLimits(perMinute: 1))
        try await fill(gate, 1)
        let head = Task { try await gate.take() }
        try await waitUntil(1, waitIn: gate)
        let middle = Task { try await gate.take() }
        try await waitUntil(2, waitIn: gate)
        middle.cancel()
        await #expect(throws: CancellationError.self) { try await middle.value }
        try await waitUntil(1, waitIn: gate)
        head.cancel()
        await #expect(throws: CancellationError.self) { try await head.value }
    }

    @Test func `a caller that is cancelled already takes no permit, even if one is free`() async {
        let gate = gate(CallLimits(perMinute: 1))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await gate.take()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(await gate.status().granted == 0)
        #expect(disk.saves == 0)
    }

    @Test func `a raised limit wakes the head early`() async throws {
        let gate = gate(CallLimits(perMinute: 2))
        try await fill(gate, 1)
        let running = try await gate.take()
        let waiting = Task { try await gate.take() }
        _ = await clock.nextWaking()
        await gate.finished(running, learned: ReportedLimits(minute: .init(limit: 3)))
        await gate.finished(try await waiting.value)
        #expect(await gate.status().windows.map(\.limit) == [3])
    }

    @Test func `when running calls hold every place, the end of one is waited for`() async throws {
        let gate = gate(CallLimits(perMinute: 1))
        let running = try await gate.take()
        let waiting = Task { try await gate.take() }
        try await waitUntil(1, waitIn: gate)
        clock.advance(by: .seconds(300))
        #expect(await gate.status().bindingLimit == .minute)
        await gate.finished(running)
        let waking = await clock.nextWaking()
        #expect(clock.now.duration(to: waking) == .seconds(60))  // looked at again every minute
        clock.advance(by: .milliseconds(60_060))
        await gate.finished(try await waiting.value)
    }

    @Test func `a refusal closes the gate for all, and it opens again by itself`() async throws {
        let gate = gate(CallLimits(perMinute: 240))
        await gate.close(for: .seconds(20))
        #expect(await gate.status().closedFor == .seconds(20))
        let waiting = Task { try await gate.take() }
        let waking = await clock.nextWaking()
        #expect(clock.now.duration(to: waking) == .seconds(20))
        clock.advance(to: waking)
        await gate.finished(try await waiting.value)
        await gate.close(until: clock.wall.milliseconds + 5_000)
        #expect(await gate.status().closedFor == .seconds(5))
    }

    @Test(arguments: [Int64.min, 0, 1]) func `an instant long gone closes nothing`(until: Int64) async throws {
        let gate = gate(CallLimits(perMinute: 240))
        await gate.close(until: until)
        try await fill(gate, 1)
        #expect(await gate.status().granted == 1)
    }

    @Test func `a refusal is saved before its waiters settle down, so a restart does not knock again`() async throws {
        let first = gate(CallLimits(perMinute: 240))
        await first.close(for: .seconds(20))
        let waiting = Task { try await first.take() }
        _ = await clock.nextWaking()
        waiting.cancel()
        _ = await waiting.result
        let second = gate(CallLimits(perMinute: 240), saved: disk.bytes)
        #expect(await second.status().bindingLimit == .closed)
    }

    @Test func `a failed save grants nothing, and the next caller saves again`() async throws {
        let gate = gate(CallLimits(perMinute: 240))
        disk.failures = 2
        for _ in 0..<2 {
            await #expect(throws: Disk.Full.self) { try await gate.take() }
        }
        #expect(await gate.status().granted == 0)
        try await fill(gate, 1)
        #expect(disk.saves == 3)
    }

    @Test func `while one caller saves, the others wait, and one save is enough for all`() async throws {
        let gate = gate(CallLimits(perMinute: 240))
        disk.hold()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for urgency in [Urgency.bulk, .live, .bulk, .live] {
                group.addTask { await gate.finished(try await gate.take(urgency)) }
            }
            try await waitUntil(4, waitIn: gate)
            disk.release()
            try await group.waitForAll()
        }
        #expect(disk.saves == 1)
        #expect(disk.mostAtOnce == 1)
        #expect(await gate.status().granted == 4)
    }

    @Test func `settling forfeits nothing; without it the rest of the slice is gone`() async throws {
        let first = gate(CallLimits(perMinute: 240, perDay: 30_000))
        try await fill(first, 5)
        let killed = gate(CallLimits(perMinute: 240, perDay: 30_000), saved: disk.bytes)
        #expect(await killed.status().windows.map(\.used) == [24, 24])
        try await first.settle()
        let stopped = gate(CallLimits(perMinute: 240, perDay: 30_000), saved: disk.bytes)
        #expect(await stopped.status().windows.map(\.used) == [5, 5])
    }

    @Test func `settling that cannot be saved says so`() async {
        let gate = gate(CallLimits(perMinute: 240))
        disk.failures = 1
        await #expect(throws: Disk.Full.self) { try await gate.settle() }
    }

    @Test func `saved use that cannot be read makes the minute begin as full`() async throws {
        let gate = gate(CallLimits(perMinute: 240), ceiling: CallLimits(perMinute: 50), saved: [99])
        #expect(await gate.status().windows.map(\.used) == [50])
        let waiting = Task { try await gate.take() }
        _ = await clock.nextWaking()
        clock.advance(by: .milliseconds(60_060))
        await gate.finished(try await waiting.value)
    }

    @Test func `a real clock will do`() async throws {
        let gate = BudgetGate(
            limits: CallLimits(perSecond: 1_000), clock: SystemClock(), saved: nil
        ) { _ in }
        for _ in 0..<5 { await gate.finished(try await gate.take()) }
        #expect(await gate.status().granted == 5)
    }

    @Test func `a wall clock that is set while a caller waits for the day is noticed within a minute`() async throws {
        let gate = gate(CallLimits(perDay: 1))
        try await fill(gate, 1)
        let waiting = Task { try await gate.take() }
        let waking = await clock.nextWaking()
        #expect(clock.now.duration(to: waking) == .seconds(60))
        clock.setWall(aheadBy: .milliseconds(86_400_000))
        clock.advance(to: waking)
        await gate.finished(try await waiting.value)
    }

    @Test func `a tenant's refusal keeps only its callers waiting, and each is woken in its time`() async throws {
        let gate = gate(CallLimits(perMinute: 240))
        let (refused, other) = (BudgetShare("refused", of: "a"), BudgetShare("other", of: "b"))
        let permit = try await gate.take(for: refused)
        await gate.close(tenantOf: permit, until: clock.wall.milliseconds + 90_000)
        await gate.finished(permit)
        let waiting = Task { try await gate.take(for: refused) }
        try await waitUntil(1, waitIn: gate)
        let waking = await clock.nextWaking()
        #expect(clock.now.duration(to: waking) == .seconds(60))  // looked at again every minute
        await gate.finished(try await gate.take(.bulk, for: other))
        #expect(await gate.outlook(for: refused, .live).window == .closed)
        #expect(await gate.outlook(for: other, .live).window == nil)
        clock.advance(by: .seconds(60))
        let second = await clock.nextWaking()
        #expect(clock.now.duration(to: second) <= .milliseconds(30_001))
        clock.advance(to: second)
        await gate.finished(try await waiting.value)
    }

    @Test func `whom the pace holds back sleeps until it opens, and is overtaken by live callers`() async throws {
        let gate = BudgetGate(
            limits: CallLimits(perDay: 4), pacing: DayPacing(reserve: 50, burst: 50), clock: clock, saved: nil,
            save: { [disk] in try await disk.save($0) })
        // It is 8 in the morning: of 4 calls, 2 ⅔ are withheld from bulk ones, half of that from live ones.
        try await fill(gate, 2)
        let bulk = Task { try await gate.take(.bulk) }
        try await waitUntil(1, waitIn: gate)
        #expect(await gate.outlook(for: .sole, .bulk).window == .pace)
        await gate.finished(try await gate.take(.live))
        #expect(await gate.status().waiting == [.live: 0, .bulk: 1])
        while await gate.status().waiting[.bulk] == 1, !Task.isCancelled {
            if let waking = clock.firstWaking { clock.advance(to: waking) }
            await Task.yield()
        }
        await gate.finished(try await bulk.value)
        #expect(await gate.status().granted == 4)
    }

    @Test func `settling waits for a save that is under way, and comes after it`() async throws {
        let gate = gate(CallLimits(perMinute: 240))
        disk.hold()
        let taking = Task { try await gate.take() }
        try await eventually { disk.saves == 1 }
        let settling = Task { try await gate.settle() }
        for _ in 0..<50 { await Task.yield() }
        #expect(disk.saves == 1)
        disk.release()
        let permit = try await taking.value
        try await settling.value
        #expect(disk.saves == 2 && disk.mostAtOnce == 1)
        await gate.finished(permit)
    }

    // MARK: Gates whose calls are counted together

    private func used(_ gate: BudgetGate, _ window: BudgetWindow) async -> Int? {
        let status = await gate.status()
        return (status.windows + status.tenants.flatMap(\.windows)).first { $0.window == window }?.used
    }

    @Test func `a call under way in a gate that becomes part of another holds its place for a minute after its end`()
        async throws
    {
        let limits = CallLimits(perMinute: 2, perDay: 10, tenantPerDay: 10)
        let (mine, theirs) = (gate(limits), gate(limits))
        try await fill(theirs, 1)
        let permit = try await mine.take()
        await mine.merge(into: theirs, as: "t")
        #expect(await used(theirs, .day) == 2)
        #expect(await theirs.status().running == 1)
        clock.advance(by: .seconds(61))
        await mine.finished(permit, learned: ReportedLimits(day: .init(limit: 9)))
        #expect(await theirs.status().windows.first { $0.window == .day }?.limit == 9, "what it said is heard there")
        try await fill(theirs, 1)
        clock.advance(by: .seconds(30))
        #expect(await theirs.outlook(for: .sole, .live).window == .minute, "both were made within a minute")
        clock.advance(by: .seconds(31))
        #expect(await theirs.outlook(for: .sole, .live).window == nil)
        #expect(await used(theirs, .day) == 3)
    }

    @Test func `a call that was never made is counted nowhere, in however many gates it was`() async throws {
        let gates = (0..<3).map { _ in gate(CallLimits(perMinute: 5, perDay: 10, tenantPerDay: 10)) }
        let permits = [try await gates[0].take(), try await gates[1].take()]
        await gates[0].merge(into: gates[1], as: "t")
        await gates[1].merge(into: gates[2], as: "t")
        // Nothing is left to be moved.
        await gates[0].merge(into: gates[2], as: "t")
        await gates[2].merge(into: gates[0], as: "t")
        #expect(await used(gates[2], .day) == 2)
        #expect(await used(gates[2], .tenantDay) == 2)
        #expect(await gates[2].status().running == 2)
        await gates[0].release(permits[0])
        #expect(await used(gates[2], .day) == 1)
        #expect(await used(gates[2], .minute) == 1)
        await gates[1].finished(permits[1])
        #expect(await used(gates[2], .day) == 1)
        #expect(await gates[2].status().running == 0)
    }

    @Test(arguments: 0..<UInt64(100))
    func `whatever the interleaving, gates that merge in a circle become one, and no call is lost`(seed: UInt64) throws
    {
        try simulate(seed: seed) { simulation in
            let limits = CallLimits(perMinute: 50, perDay: 100, tenantPerDay: 100)
            let gates = (0..<3).map { _ in
                BudgetGate(limits: limits, clock: simulation.clock, saved: nil, save: { _ in })
            }
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<30 {
                    group.addTask {
                        var gate = gates[number % 3]
                        while true {
                            do {
                                let permit = try await gate.take()
                                await Task.yield()
                                await gate.finished(permit)
                                return
                            } catch let moved as BudgetMoved {
                                gate = moved.gate
                            } catch {
                                return
                            }
                        }
                    }
                }
                for number in 0..<3 {
                    group.addTask { await gates[number].merge(into: gates[(number + 1) % 3], as: "t") }
                }
            }
            var ones: [BudgetGate] = []
            for gate in gates where await gate.moved == nil { ones.append(gate) }
            #expect(ones.count == 1)
            let one = try #require(ones.first)
            #expect(await used(one, .day) == 30)
            #expect(await one.status().running == 0)
        }
    }

    @Test func `those that wait in a gate that becomes part of another are sent there`() async throws {
        let (mine, theirs) = (gate(CallLimits(perMinute: 1)), gate(CallLimits(perMinute: 5)))
        try await fill(mine, 1)
        let waiting = Task { try await mine.take() }
        try await waitUntil(1, waitIn: mine)
        await mine.merge(into: theirs, as: "t")
        let moved = await #expect(throws: BudgetMoved.self) { try await waiting.value }
        #expect(moved?.gate === theirs)
        await #expect(throws: BudgetMoved.self) { try await mine.take() }
        #expect(await mine.status().waiting == [.live: 0, .bulk: 0])
    }

    @Test func `a refusal of a call under way closes for its tenant in the gate that counts it`() async throws {
        let (mine, theirs) = (gate(CallLimits(perMinute: 5)), gate(CallLimits(perMinute: 5)))
        let permit = try await mine.take(for: BudgetShare("m", of: "old"))
        await mine.merge(into: theirs, as: "t")
        await mine.close(tenantOf: permit, until: clock.wall.milliseconds + 90_000)
        #expect(await theirs.outlook(for: BudgetShare("m", of: "t"), .live).window == .closed)
        #expect(await theirs.outlook(for: BudgetShare("n", of: "u"), .live).window == nil)
        await mine.finished(permit)
    }

    @Test func `many callers, some cancelled, exceed no window and leave none waiting`() async throws {
        let limits = CallLimits(perSecond: 50, perMinute: 300)
        let gate = gate(limits)
        let starts = Log<Duration>()
        let left = Log<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask { [clock] in
                    let task = Task {
                        let permit = try await gate.take(number % 3 == 0 ? .bulk : .live)
                        starts.add(clock.now.offset)
                        await gate.finished(permit)
                    }
                    if number % 10 == 0 { task.cancel() }
                    _ = await task.result
                    left.add(number)
                }
            }
            try await eventually {
                if let waking = clock.firstWaking { clock.advance(to: max(clock.now, waking)) }
                return left.all.count == 400
            }
            try await group.waitForAll()
        }
        #expect((360...400).contains(starts.all.count))
        let trace = Trace(calls: starts.all.map { .init(start: $0, end: $0) })
        #expect(trace.mostInAnyWindow(of: .seconds(1)) <= 50)
        #expect(trace.mostInAnyWindow(of: .seconds(60)) <= 300)
        #expect(await gate.status().waiting == [.live: 0, .bulk: 0])
    }
}

extension BudgetGate {
    fileprivate var waiting: Int { status().waiting.values.reduce(0, +) }

    fileprivate func isAt(waiting: Int, running: Int) -> Bool { self.waiting == waiting && status().running == running }
}

/// Shows noon or the first second of the day, anew at each reading: what the pace has released at noon is withheld then.
private final class UnsteadyWall: TimeSource {
    private let clock: ManualClock
    private let random = Mutex(SeededGenerator(seed: 12))

    init(clock: ManualClock) { self.clock = clock }

    var now: Instant { clock.now }
    var wall: WallTime {
        WallTime(milliseconds: random.withLock { Bool.random(using: &$0) } ? 43_200_000 : 3_000)
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws { try await clock.sleep(until: deadline) }
}

/// Keeps what was saved last, fails or stalls when told to.
private final class Disk: Sendable {
    struct Full: Error {}

    private struct State {
        var bytes: [UInt8]?
        var saves = 0
        var failures = 0
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
        var atOnce = 0
        var mostAtOnce = 0
    }

    private let state = Mutex(State())

    var bytes: [UInt8]? { state.withLock { $0.bytes } }
    var saves: Int { state.withLock { $0.saves } }
    var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }
    var failures: Int {
        get { state.withLock { $0.failures } }
        set { state.withLock { $0.failures = newValue } }
    }

    func hold() { state.withLock { $0.isHeld = true } }

    func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for save in held { save.resume() }
    }

    func save(_ bytes: [UInt8]) async throws {
        state.withLock {
            $0.saves += 1
            $0.atOnce += 1
            $0.mostAtOnce = max($0.mostAtOnce, $0.atOnce)
        }
        defer { state.withLock { $0.atOnce -= 1 } }
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
        try state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                throw Full()
            }
            state.bytes = bytes
        }
    }
}

private final class Log<Entry: Sendable>: Sendable {
    private let entries = Mutex<[Entry]>([])

    var all: [Entry] { entries.withLock { $0 } }
    func add(_ entry: Entry) { entries.withLock { $0.append(entry) } }
}
