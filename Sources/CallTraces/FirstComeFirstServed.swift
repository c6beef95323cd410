import Clocks
package import KeapSimulator
import RateLimits
import DeterministicSimulation

/// When plain first come, first served would have completed each change: the changes in the order they came, each with
/// calls of its own, one after the other, within the same limits. The measure for what merging may delay.
package struct FirstComeFirstServed: Sendable {
    package struct Change: Equatable, Sendable {
        package var at: Duration
        package var calls: Int

        package init(at: Duration, calls: Int) { (self.at, self.calls) = (at, calls) }
    }

    /// As long after the beginning of the trace as each change's last call was answered, in the order of `changes`. A
    /// change without calls is complete when it comes.
    package private(set) var completions: [Duration]

    /// A change that has begun: its next call may go from then on.
    private struct Begun {
        var change: Int
        var left: Int
        var next: Duration
    }

    /// - Parameters:
    ///   - changes: in the order they came.
    ///   - latency: from sending a call to its answer.
    package init(_ changes: [Change], limits: SimulatedLimits, latency: Duration) {
        completions = changes.map(\.at)
        var budget = Budget(limits: CallLimits(limits), at: Self.moment(.zero))
        var begun: [Begun] = []
        var coming = 0
        var running: [(end: Duration, permit: Permit)] = []
        var now = Duration.zero
        while true {
            while coming < changes.count, changes[coming].calls == 0 { coming += 1 }
            let newcomer = coming < changes.count ? changes[coming].at : nil
            guard let earliest = (begun.map(\.next) + [newcomer].compactMap { $0 }).min() else { return }
            now = max(now, earliest)
            Self.finish(&running, in: &budget, by: now)
            guard case .go(let permit) = budget.take(at: Self.moment(now)) else {
                now = Self.later(than: now, &budget, running)
                continue
            }
            running.append((now + latency, permit))
            // What was begun is finished first.
            if let index = begun.firstIndex(where: { $0.next <= now }) {
                begun[index].left -= 1
                begun[index].next = now + latency
                if begun[index].left == 0 { completions[begun.remove(at: index).change] = now + latency }
            } else {
                let left = changes[coming].calls - 1
                if left > 0 { begun.append(Begun(change: coming, left: left, next: now + latency)) }
                if left == 0 { completions[coming] = now + latency }
                coming += 1
            }
        }
    }

    private static func finish(
        _ running: inout [(end: Duration, permit: Permit)], in budget: inout Budget, by now: Duration
    ) {
        for call in running where call.end <= now { budget.finish(call.permit, at: moment(call.end)) }
        running.removeAll { $0.end <= now }
    }

    /// When a permit can be had, or a little earlier: while calls wait, the budget hears of it again and again.
    private static func later(
        than now: Duration, _ budget: inout Budget, _ running: [(end: Duration, permit: Permit)]
    ) -> Duration {
        guard let wait = budget.bindingLimit(at: moment(now)) else { return now }
        budget.didThrottle(by: wait, at: moment(now))
        let opening =
            if case .at(let instant) = wait.opening { instant.offset } else { running.map(\.end).min() ?? now }
        return max(now + .milliseconds(1), min(opening, now + .milliseconds(20)))
    }

    private static func moment(_ offset: Duration) -> ClockReading {
        ClockReading(Instant(offset: offset), wall: WallTime(milliseconds: offset.wholeMilliseconds))
    }
}

extension CallLimits {
    fileprivate init(_ limits: SimulatedLimits) {
        self.init(
            perSecond: limits.perSecond, perMinute: limits.perMinute, perDay: limits.perDay,
            tenantPerMinute: limits.tenantPerMinute, tenantPerDay: limits.tenantPerDay)
    }
}
