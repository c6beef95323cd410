import Clocks
import Connectors
import ConfigurationReading
import Synchronization

/// Tells the log of calls whose token or signature is wrong: the first at once, then at most one line a minute for each web
/// hook, with the number of calls since the line before.
final class RefusedCalls: Sendable {
    /// Which web hook was meant. Gyms that do not exist are one, so that a stranger's words do not fill memory.
    enum Target: Hashable, Sendable {
        /// The web hook of a source, by its name in paths.
        case hook(of: GymID, String)
        case unknownGym
        /// The console's form.
        case signIn
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
    private let clock: any TimeSource

    init(log: ServiceLog, clock: any TimeSource) {
        self.log = log
        self.clock = clock
    }

    func note(_ target: Target) {
        let now = clock.wall.milliseconds
        guard let count = tallies.withLock({ $0[target, default: Tally()].count(at: now) }) else { return }
        log.warning(Self.sentence(target, count))
    }

    static func sentence(_ target: Target, _ count: Int) -> String {
        let calls = count == 1 ? "a call" : "\(count) calls"
        switch target {
        case .hook(let gym, let name):
            let why = Sources.all.first { $0.pathName == name }?.refusedCalls ?? "nothing was stored"
            return "refused \(calls) for gym \(gym): \(why)"
        case .unknownGym:
            return
                "refused \(calls) for a gym that is not in the configuration, or without that source; nothing was stored"
        case .signIn: return "refused \(calls) to sign in to the console: the token was wrong"
        }
    }
}
