import Synchronization

/// Tells the log of calls whose token or signature is wrong: the first at once, then at most one line a minute for each web
/// hook, with the number of calls since the line before.
final class RefusedCalls: Sendable {
    /// Which web hook was meant. Gyms that do not exist are one, so that a stranger's words do not fill memory.
    enum Target: Hashable, Sendable {
        case zenPlanner(GymID)
        case onceHub(GymID)
        case unknownGym
    }

    /// When a line was last written for a web hook, and the calls since.
    struct Tally: Equatable, Sendable {
        private(set) var toldAt: Int64?
        private(set) var untold = 0

        static let pause: Int64 = 60_000

        /// Returns how many calls to tell of, or nil while it is too early for another line.
        ///
        /// - Parameter now: milliseconds since 1970; a clock that was set back is no reason to be silent.
        mutating func count(at now: Int64) -> Int? {
            untold += 1
            if let toldAt, now >= toldAt, now - toldAt < Self.pause { return nil }
            defer { (toldAt, untold) = (now, 0) }
            return untold
        }
    }

    private let tallies = Mutex<[Target: Tally]>([:])
    private let log: ServiceLog
    private let wall: @Sendable () -> Int64

    init(log: ServiceLog, wall: @escaping @Sendable () -> Int64) {
        self.log = log
        self.wall = wall
    }

    func note(_ target: Target) {
        let now = wall()
        guard let count = tallies.withLock({ $0[target, default: Tally()].count(at: now) }) else { return }
        log.warning(Self.sentence(target, count))
    }

    static func sentence(_ target: Target, _ count: Int) -> String {
        let calls = count == 1 ? "a call" : "\(count) calls"
        switch target {
        case .zenPlanner(let gym):
            return """
                refused \(calls) for gym \(gym): the token in the address is not its zenPlanner.token; nothing was stored. If \
                Zen Planner sent it, correct the address under Setup > Web Hooks there
                """
        case .onceHub(let gym):
            return """
                refused \(calls) for gym \(gym): not signed with its onceHub.secret, or too long ago; nothing was stored. If \
                OnceHub sent it, compare the secret with the webhook's, and this machine's clock
                """
        case .unknownGym:
            return
                "refused \(calls) for a gym that is not in the configuration, or without that source; nothing was stored"
        }
    }
}
