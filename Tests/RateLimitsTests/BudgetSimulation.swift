import SeededRandom
import Clocks
@testable import RateLimits

/// Callers that always have work, calls that last a random time, a program that dies at random instants and is started
/// again from what was on disk: in one value, so that a day passes in a moment.
struct BudgetSimulation {
    var limits: CallLimits
    var concurrency: Int
    var callLength: ClosedRange<Int>  // in milliseconds
    /// How late a waiter wakes, at most, in microseconds.
    var lateness = 0
    /// One step in so many is the last one of this life; 0 for never.
    var deathsOneIn = 0
    /// Each call is for one of so many tenants.
    var tenants = 1
    /// Whether the peer says with each answer what it has counted so far.
    var peerAnnounces = false
    var wallAtStart = Duration.seconds(20_000 * 86_400 + 3_600)
    var random: SeededGenerator

    private(set) var trace = Trace()
    private(set) var traceOfTenant: [String: Trace] = [:]
    private(set) var deaths = 0
    /// Calls that count as used after the first restart, but were never made.
    private(set) var forfeited: Int?
    private(set) var writes = 0

    init(limits: CallLimits, concurrency: Int, callLength: ClosedRange<Int>, seed: UInt64) {
        self.limits = limits
        self.concurrency = concurrency
        self.callLength = callLength
        random = SeededGenerator(seed: seed)
    }

    mutating func run(for time: Duration) throws {
        var now = Duration.zero
        var disk: [UInt8]?
        var running: [(permit: Permit, tenant: String, start: Duration, arrival: Duration, end: Duration)] = []
        var arrivals: [Duration] = []
        var budget = WriteAheadBudget(Budget(limits: limits, at: moment(now)))

        while now < time {
            for call in running where call.end <= now {
                let said = peerAnnounces ? announcement(of: call.arrival, among: arrivals) : nil
                budget.finish(call.permit, learned: said, at: moment(now))
                note(.init(start: call.start, end: now), of: call.tenant)
            }
            running.removeAll { $0.end <= now }

            if deathsOneIn > 0, Int.random(in: 0..<deathsOneIn, using: &random) == 0 {
                for call in running { note(.init(start: call.start, end: now), of: call.tenant) }
                running = []
                now += .milliseconds(Int.random(in: 0...2_000, using: &random))
                budget = try restart(from: disk, at: now)
                continue
            }

            var next = running.map(\.end).min()
            if running.count < concurrency {
                let tenant = String(Int.random(in: 0..<tenants, using: &random))
                switch budget.step(of: tenant, at: moment(now)) {
                case .go(let permit):
                    let length = Duration.milliseconds(Int.random(in: callLength, using: &random))
                    let arrival = now + length / Int.random(in: 1...20, using: &random)
                    arrivals.append(arrival)
                    running.append((permit, tenant, now, arrival, now + length))
                    continue
                case .write(let draft):
                    // The write may be the last thing that happens, before or after it takes effect.
                    writes += 1
                    disk = draft.use.bytes
                    budget.written(draft)
                    continue
                case .wait(let wait):
                    if case .at(let instant) = wait.opening {
                        let waking = instant.offset + .microseconds(Int.random(in: 0...lateness, using: &random))
                        next = min(next ?? waking, waking)
                    }
                }
            }
            guard let next else { preconditionFailure("someone waits for a call that does not run") }
            now = max(now, next)
        }
    }

    private mutating func note(_ call: Trace.Call, of tenant: String) {
        trace.calls.append(call)
        traceOfTenant[tenant, default: Trace()].calls.append(call)
    }

    /// What a peer that counts arrivals in rolling minutes and UTC days says of the call that arrived then.
    private func announcement(of arrival: Duration, among arrivals: [Duration]) -> ReportedLimits {
        let day = (wallAtStart + arrival).components.seconds / 86_400
        let minute = arrivals.reversed().prefix(2_000).count { $0 <= arrival && $0 > arrival - .seconds(60) }
        let today = arrivals.count { $0 <= arrival && (wallAtStart + $0).components.seconds / 86_400 == day }
        return ReportedLimits(
            minute: .init(limit: limits.perMinute, used: minute), day: .init(limit: limits.perDay, used: today),
            dayEnds: (day + 1) * 86_400_000)
    }

    private mutating func restart(from disk: [UInt8]?, at now: Duration) throws -> WriteAheadBudget {
        deaths += 1
        let use = try disk.map { try BudgetUse(bytes: $0) }
        let budget = Budget(limits: limits, resuming: use, at: moment(now))
        if forfeited == nil { forfeited = (use?.day.used ?? 0) - trace.calls.count }
        return WriteAheadBudget(budget)
    }

    private func moment(_ now: Duration) -> ClockReading {
        ClockReading(Instant(offset: now), wall: WallTime(milliseconds: (wallAtStart + now).wholeMilliseconds))
    }
}
