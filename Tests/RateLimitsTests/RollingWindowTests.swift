import SeededRandom
import Clocks
import DeterministicSimulation
import Testing

@testable import RateLimits

struct RollingWindowTests {
    private typealias Window = RollingWindow
    private let start = ManualClock().now

    private func at(_ milliseconds: Int) -> Instant { start.advanced(by: .milliseconds(milliseconds)) }

    @Test func `a place falls free a width after the end of its call, not after its start`() {
        var window = Window(limit: 1, width: .seconds(1))
        window.start(at: at(0))
        #expect(window.opening(at: at(5_000)) == .whenACallEnds)
        window.finish(at: at(5_000))
        #expect(window.opening(at: at(5_000)) == .at(at(6_001)))
        #expect(window.opening(at: at(6_000)) == .at(at(6_001)))
        #expect(window.opening(at: at(6_001)) == .now)
        #expect(window.used(at: at(6_000)) == 1)
        #expect(window.used(at: at(6_001)) == 0)
    }

    @Test func `a smaller limit waits until enough places are free, a larger one opens at once`() {
        var window = Window(limit: 4, width: .seconds(1))
        for moment in [0, 100, 200, 300] {
            window.start(at: at(moment))
            window.finish(at: at(moment))
        }
        #expect(window.opening(at: at(300)) == .at(at(1_001)))
        window.limit = 2
        #expect(window.opening(at: at(300)) == .at(at(1_201)))
        window.limit = 5
        #expect(window.opening(at: at(300)) == .now)
    }

    @Test func `use by others takes the places that we do not know of, and never gives any back`() {
        var window = Window(limit: 10, width: .seconds(1))
        window.start(at: at(0))
        window.observe(used: 7, at: at(0))
        #expect(window.used(at: at(0)) == 7)
        window.observe(used: 3, at: at(0))
        #expect(window.used(at: at(0)) == 7)
        window.observe(used: 12, at: at(500))
        #expect(window.used(at: at(500)) == 12)
        #expect(window.opening(at: at(500)) == .at(at(1_001)))
        #expect(window.used(at: at(1_501)) == 1)
    }

    @Test func `calls that end together share a run, and none falls free early`() {
        var window = Window(limit: 100_000, width: .seconds(1))
        for microsecond in stride(from: 0, to: 100_000, by: 10) {
            let now = start.advanced(by: .microseconds(microsecond))
            window.start(at: now)
            window.finish(at: now)
        }
        #expect(window.ends(at: at(100)).count <= 101)
        #expect(window.used(at: at(1_001)) >= 9_900)
        #expect(window.used(at: at(1_101)) == 0)
    }

    /// Greedy callers with random call lengths, some far longer than the window.
    @Test(arguments: UInt64(1)...25)
    func `no window is exceeded, wherever between start and end a call arrives`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limit = Int.random(in: 1...12, using: &random)
        let width = Duration.milliseconds(Int.random(in: 10...1_000, using: &random))
        let concurrency = Int.random(in: 1...20, using: &random)
        var window = Window(limit: limit, width: width)
        var running: [(start: Duration, end: Duration)] = []
        var trace = Trace()
        var now = Duration.zero

        while trace.calls.count < 1_500 {
            let instant = start.advanced(by: now)
            var next: Duration?
            if running.count < concurrency {
                switch window.opening(at: instant) {
                case .now:
                    window.start(at: instant)
                    let longest = Int.random(in: 0..<20, using: &random) == 0 ? 3_000_000 : 50_000
                    running.append((now, now + .microseconds(Int.random(in: 0...longest, using: &random))))
                    continue
                case .at(let opens): next = start.duration(to: opens)
                case .whenACallEnds: break
                }
            }
            if let first = running.indices.min(by: { running[$0].end < running[$1].end }),
                running[first].end <= next ?? running[first].end
            {
                let call = running.remove(at: first)
                now = max(now, call.end)
                window.finish(at: start.advanced(by: now))
                trace.calls.append(.init(start: call.start, end: now))
            } else if let next {
                now = next
            }
        }
        #expect(trace.mostInAnyWindow(of: width) <= limit, "seed \(seed)")
    }

    /// Nobody who may be counted at any instant of a call can do better: call number `i + limit` must not start before
    /// call `i` has ended and a width has passed, so of calls that last `t` at most `limit` go in `width + t`.
    @Test(arguments: [5, 20, 50, 100, 500])
    func `calls of one length use all that is safe, 25 a second in a second and a call's length`(length: Int) {
        var window = Window(limit: 25, width: .seconds(1))
        var bucket = TokenBucket(refill: .seconds(1) / 25, tolerance: .milliseconds(10), now: start)
        var ends: [Instant] = []
        var count = 0
        var now = start
        let end = start.advanced(by: .seconds(300))
        while now < end {
            if let first = ends.first, first <= now {
                window.finish(at: ends.removeFirst())
                continue
            }
            var next = ends.first ?? end
            switch (window.opening(at: now), bucket.opening(at: now)) {
            case (.now, .now):
                window.start(at: now)
                bucket.take(at: now)
                ends.append(now.advanced(by: .milliseconds(length)))
                count += 1
                continue
            case (.at(let instant), .now), (.now, .at(let instant)): next = min(next, instant)
            case (.at(let one), .at(let other)): next = min(next, max(one, other))
            default: break
            }
            now = next
        }
        let most = 300.0 * 25 / (1 + Double(length) / 1_000)
        #expect(Double(count) <= most + 25)
        #expect(Double(count) >= 0.99 * most, "\(Double(count) / 7_500) of the limit")
    }
}
