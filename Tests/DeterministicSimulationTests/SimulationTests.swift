import Clocks
import Foundation
import DeterministicSimulation
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(30))) struct SimulationTests {
    @Test func `the same seed gives the same run, another one another interleaving`() throws {
        let first = try (1...200).map { try Crowd.run(seed: UInt64($0)) }
        let second = try (1...200).map { try Crowd.run(seed: UInt64($0)) }

        #expect(first == second)
        #expect(Set(first.map(\.trace)).count > 190)
        #expect(Set(first.map(\.story)).count > 190)
    }

    @Test func `everything runs on the calling thread`() throws {
        let story = Story()
        try simulate(seed: 3) { simulation in
            try await Crowd(story: story).act(in: simulation)
        }
        #expect(story.threads == [ObjectIdentifier(Thread.current)])
    }

    @Test func `a day of sleep takes no time`() throws {
        let end = try simulate(seed: 1) { simulation in
            try await simulation.clock.sleep(for: .seconds(86_400))
            return (simulation.clock.now.offset, simulation.clock.wall.milliseconds)
        }
        #expect(end.0 == .seconds(86_400))
        #expect(end.1 == 1_700_086_400_000)
    }

    @Test func `sleepers wake in the order of their deadlines`() throws {
        let story = Story()
        try simulate(seed: 9) { simulation in
            await withTaskGroup(of: Void.self) { group in
                for second in [5, 1, 4, 2, 3] {
                    group.addTask {
                        try? await simulation.clock.sleep(for: .seconds(second))
                        story.add("\(second)")
                    }
                }
            }
        }
        #expect(story.lines == ["1", "2", "3", "4", "5"])
    }

    @Test func `a cancelled sleeper wakes at once, and its deadline passes unnoticed`() throws {
        try simulate(seed: 2) { simulation in
            await withTaskGroup(of: Bool.self) { group in
                group.addTask { (try? await simulation.clock.sleep(for: .seconds(1_000))) == nil }
                await simulation.settle()
                group.cancelAll()
                #expect(await group.next() == true)
            }
            try await simulation.clock.sleep(for: .seconds(2))
            #expect(simulation.clock.now.offset == .seconds(2))
            #expect(simulation.clock.sleeperCount == 0)
        }
    }

    @Test func `a rest lasts its time, though the task is cancelled`() throws {
        try simulate(seed: 2) { simulation in
            await withTaskGroup(of: Duration.self) { group in
                group.addTask {
                    await simulation.clock.rest(for: .seconds(7))
                    return simulation.clock.now.offset
                }
                group.cancelAll()
                #expect(await group.next() == .seconds(7))
            }
        }
    }

    @Test func `settling waits for all who can do something, and for no sleeper`() throws {
        let story = Story()
        try simulate(seed: 4) { simulation in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        for _ in 0..<20 { await Task.yield() }
                        story.add("worked")
                        try await simulation.clock.sleep(for: .seconds(1))
                        story.add("slept")
                    }
                }
                await simulation.settle()
                #expect(story.lines == Array(repeating: "worked", count: 5))
                #expect(simulation.clock.now.offset == .zero)
                try await group.waitForAll()
            }
        }
        #expect(story.lines.count == 10)
    }

    @Test func `a wait without end is reported with seed and time`() throws {
        let waiting = Waiting()
        let failure = #expect(throws: SimulationFailure.self) {
            try simulate(seed: 77) { simulation in
                try await simulation.clock.sleep(for: .seconds(3))
                await waiting.wait()
            }
        }
        #expect(failure == SimulationFailure(seed: 77, time: .seconds(3), reason: .stuck(strays: 0)))
        #expect(failure?.description.contains("seed 77") == true)
        waiting.letGo()
    }

    @Test func `work that goes round in circles is ended`() throws {
        var options = SimulationOptions()
        options.mostSteps = 1_000
        let failure = #expect(throws: SimulationFailure.self) {
            try simulate(seed: 5, options: options) { simulation in
                while simulation.steps < 5_000 { await Task.yield() }
            }
        }
        #expect(failure?.reason == .endless(steps: 1_001))
    }

    @Test func `work that comes from outside fails the run`() throws {
        let failure = #expect(throws: SimulationFailure.self) {
            try simulate(seed: 6) { simulation in
                let waiting = Waiting()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await waiting.wait() }
                    await simulation.settle()
                    let thread = Thread { waiting.letGo() }
                    thread.start()
                    // Holds the run up until the other thread has come back.
                    while !thread.isFinished {}
                }
            }
        }
        #expect(failure?.reason == .strays(1))
    }

    @Test func `the body's own errors are its result`() throws {
        struct Broken: Error {}
        #expect(throws: Broken.self) { try simulate(seed: 1) { _ in throw Broken() } }
    }

    @Test func `on a slow machine time passes while there is work`() throws {
        var options = SimulationOptions()
        options.time = .anyTime(onceIn: 4)
        let late = try (1...20).filter { seed in
            try simulate(seed: UInt64(seed), options: options) { simulation in
                await withTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        for _ in 0..<10 { await Task.yield() }
                        return simulation.clock.now.offset > .zero
                    }
                    group.addTask {
                        try? await simulation.clock.sleep(for: .seconds(1))
                        return false
                    }
                    return await group.reduce(false) { $0 || $1 }
                }
            }
        }
        #expect(late.count > 10)
    }

    @Test func `in the order of arrival the seed changes nothing`() throws {
        var options = SimulationOptions()
        options.order = .arrival
        let stories = try (1...5).map { seed in
            let story = Story()
            try simulate(seed: UInt64(seed), options: options) { simulation in
                try await Crowd(story: story).act(in: simulation)
            }
            return story.lines
        }
        #expect(Set(stories).count == 1)
        #expect(stories[0].count > 50)
    }
}

/// What happened, in order, and on which threads.
private final class Story: Sendable {
    private struct State {
        var lines: [String] = []
        var threads: Set<ObjectIdentifier> = []
    }

    private let state = Mutex(State())
    var lines: [String] { state.withLock { $0.lines } }
    var threads: Set<ObjectIdentifier> { state.withLock { $0.threads } }

    func add(_ line: String) {
        state.withLock { state in
            state.lines.append(line)
            state.threads.insert(ObjectIdentifier(Thread.current))
        }
    }
}

private final class Waiting: Sendable {
    private let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)

    func wait() async {
        await withCheckedContinuation { continuation in waiting.withLock { $0 = continuation } }
    }

    /// Also at the end: a continuation that is never resumed complains.
    func letGo() { waiting.withLock { $0 }?.resume() }
}

/// Actors that call one another, groups in groups, waiters, sleepers and cancellation: all that could run elsewhere.
private struct Crowd: Sendable {
    struct Outcome: Equatable {
        var trace: UInt64
        var story: [String]
    }

    private actor Counter {
        private var count = 0
        private let story: Story
        init(_ story: Story) { self.story = story }

        /// Re-entrant on purpose: others come in between the two halves.
        func add(_ name: String, telling next: Counter?) async {
            let before = count
            story.add("\(name) saw \(before)")
            await next?.add("\(name)'", telling: nil)
            await Task.yield()
            count = before + 1
            story.add("\(name) made \(count)")
        }
    }

    let story: Story

    static func run(seed: UInt64) throws -> Outcome {
        let story = Story()
        let trace = try simulate(seed: seed) { simulation in
            try await Crowd(story: story).act(in: simulation)
            return simulation.trace
        }
        return Outcome(trace: trace, story: story.lines)
    }

    func act(in simulation: Simulation) async throws {
        let (a, b) = (Counter(story), Counter(story))
        await withTaskGroup(of: Void.self) { group in
            for name in ["x", "y", "z"] {
                group.addTask {
                    for round in 0..<5 {
                        await a.add("\(name)\(round)", telling: b)
                        try? await simulation.clock.sleep(for: .milliseconds(round))
                    }
                }
                group.addTask { await nested(name, b) }
            }
            group.addTask {
                await withTaskGroup(of: Void.self) { race in
                    race.addTask { try? await simulation.clock.sleep(for: .milliseconds(3)) }
                    race.addTask {
                        await withTaskCancellationHandler {
                            try? await simulation.clock.sleep(for: .seconds(900))
                        } onCancel: {
                            story.add("cancelled")
                        }
                    }
                    await race.next()
                    race.cancelAll()
                }
            }
        }
        let (stream, feed) = AsyncStream<Int>.makeStream()
        async let sum = stream.reduce(0, +)
        for number in 0..<5 { feed.yield(number) }
        feed.finish()
        story.add("sum \(await sum)")
    }

    private func nested(_ name: String, _ counter: Counter) async {
        await withDiscardingTaskGroup { group in
            for number in 0..<3 {
                group.addTask { await counter.add("\(name).\(number)", telling: nil) }
            }
        }
    }
}
