import SeededRandom
import Clocks
@testable import RateLimits

/// Parties that want calls at given instants, a queue, and calls that last a random time: a day in a second or two.
struct DaySimulation {
    struct Served {
        var share: BudgetShare
        var urgency: Urgency
        var wanted: Duration
        var start: Duration
        var end: Duration

        var waited: Duration { start - wanted }
    }

    private struct Wish {
        var share: BudgetShare
        var urgency: Urgency
        var at: Duration
    }

    static let day = 20_000
    var limits: CallLimits
    var pacing = DayPacing.standard
    var concurrency = 8
    var callLength = 20...300  // in milliseconds
    var random: SeededGenerator
    /// By the end of the call.
    private(set) var served: [Served] = []
    private var wishes: [Wish] = []

    init(limits: CallLimits, seed: UInt64) {
        self.limits = limits
        random = SeededGenerator(seed: seed)
    }

    /// `time` counts from midnight.
    mutating func want(_ count: Int, _ urgency: Urgency, for share: BudgetShare, at time: Duration) {
        for _ in 0..<count { wishes.append(Wish(share: share, urgency: urgency, at: time)) }
    }

    mutating func run(from begin: Duration = .zero, until end: Duration = .seconds(86_400)) {
        var now = begin
        // A second after midnight the day before is still asked for, which knows nothing.
        let budget = WriteAheadBudget(Budget(limits: limits, pacing: pacing, at: moment(now)))
        var queue = PermitQueue<Int>(budget, at: moment(now))
        var running: [(permit: Permit, call: Served)] = []
        wishes.sort { $0.at < $1.at }
        var joined = 0

        while now < end {
            while joined < wishes.count, wishes[joined].at <= now {
                _ = queue.join(joined, wishes[joined].urgency, for: wishes[joined].share)
                joined += 1
            }
            for call in running where call.call.end <= now {
                queue.finish(call.permit, learned: nil, at: moment(now))
                served.append(call.call)
            }
            running.removeAll { $0.call.end <= now }

            var next = running.map(\.call.end).min() ?? end
            if joined < wishes.count { next = min(next, wishes[joined].at) }
            if running.count < concurrency, let turn = queue.turn(at: moment(now)) {
                switch turn.act {
                case .go:
                    let wish = wishes[queue.line[turn.position]!]
                    let permit = queue.admit(turn.position, at: moment(now))
                    let length = Duration.milliseconds(Int.random(in: callLength, using: &random))
                    let call = Served(
                        share: wish.share, urgency: wish.urgency, wanted: wish.at, start: now, end: now + length)
                    running.append((permit, call))
                    continue
                case .write(let draft):
                    queue.written(draft)
                    continue
                case .wait(let wait):
                    if case .at(let instant) = wait.opening { next = min(next, instant.offset) }
                }
            }
            now = max(now + .nanoseconds(1), next)
        }
        served += running.map(\.call)
    }

    var trace: Trace { Trace(calls: served.map { .init(start: $0.start, end: $0.end) }) }

    func longestWait(of share: BudgetShare, _ urgency: Urgency = .live, after begin: Duration = .zero) -> Duration {
        served.filter { $0.share == share && $0.urgency == urgency && $0.wanted >= begin }.map(\.waited).max() ?? .zero
    }

    private func moment(_ now: Duration) -> ClockReading {
        ClockReading(
            Instant(offset: now),
            wall: WallTime(milliseconds: Int64(Self.day) * 86_400_000 + now.wholeMilliseconds))
    }
}
