import Synchronization

/// Makes two or more tasks take turns at their calls, in an order that is drawn up beforehand.
///
/// A task is either parked at a call, or waits for something that another one holds, or has ended. Once all of them
/// are, the next turn is given.
final class Interleaving: Sendable {
    @TaskLocal static var actor: Int?

    private struct State {
        var parked: [Int: CheckedContinuation<Void, Never>] = [:]
        /// The tasks that have been parked, in the order of the first time.
        var arrivals: [Int] = []
        var running = 0
    }

    private let state = Mutex(State())

    /// Parks the calling task until its turn; tasks that are not part of it pass.
    func park() async {
        guard let actor = Self.actor else { return }
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.parked[actor] = continuation
                if !state.arrivals.contains(actor) { state.arrivals.append(actor) }
            }
        }
    }

    /// Runs the bodies side by side.
    ///
    /// - Parameters:
    ///   - blocked: how many of them wait for another.
    ///   - choose: whose turn it is, of those that are parked. They are in the order in which they came: which of two
    ///     equal tasks is quicker to a lock differs from run to run, and what the first and the second do does not.
    func run(
        _ bodies: [@Sendable () async -> Void], blocked: () -> Int, choose: ([Int]) -> Int
    ) async {
        state.withLock { ($0.running, $0.arrivals) = (bodies.count, []) }
        await withTaskGroup(of: Void.self) { group in
            for (actor, body) in bodies.enumerated() {
                group.addTask {
                    await Self.$actor.withValue(actor) { await body() }
                    self.state.withLock { $0.running -= 1 }
                }
            }
            while true {
                let (running, parked) = state.withLock { ($0.running, $0.arrivals.filter($0.parked.keys.contains)) }
                if running == 0 { break }
                guard parked.count + blocked() >= running, !parked.isEmpty else {
                    await Task.yield()
                    continue
                }
                let next = choose(parked)
                state.withLock { $0.parked.removeValue(forKey: next) }?.resume()
            }
        }
    }
}

/// Goes through all sequences of choices, one run of the system for each.
struct AllChoices {
    private var taken: [(choice: Int, of: Int)] = []
    private var place = 0
    private(set) var runs = 0

    /// The next choice of this run.
    mutating func choose(_ count: Int) -> Int {
        guard count > 1 else { return 0 }
        if place == taken.count { taken.append((0, count)) }
        defer { place += 1 }
        return min(taken[place].choice, count - 1)
    }

    /// Whether there is another run.
    mutating func next() -> Bool {
        runs += 1
        taken.removeSubrange(min(place, taken.count)...)
        place = 0
        while let last = taken.popLast() {
            guard last.choice + 1 < last.of else { continue }
            taken.append((last.choice + 1, last.of))
            return true
        }
        return false
    }
}
