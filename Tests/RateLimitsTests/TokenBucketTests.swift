import Clocks
import DeterministicSimulation
import RateLimits
import Testing

struct TokenBucketTests {
    private let start = ManualClock().now

    private func at(_ milliseconds: Int) -> Instant { start.advanced(by: .milliseconds(milliseconds)) }

    @Test func `a burst passes at once, then callers learn when to return`() {
        var bucket = TokenBucket(refill: .seconds(1), burst: 2, now: at(0))
        bucket.take(at: at(0))
        #expect(bucket.opening(at: at(0)) == .now)
        bucket.take(at: at(0))
        #expect(bucket.opening(at: at(0)) == .at(at(1_000)))
        #expect(bucket.opening(at: at(999)) == .at(at(1_000)))
        bucket.take(at: at(1_000))
        #expect(bucket.opening(at: at(1_000)) == .at(at(2_000)))
    }

    @Test func `a lull earns no more than the burst`() {
        var bucket = TokenBucket(refill: .milliseconds(100), now: at(0))
        bucket.take(at: at(60_000))
        #expect(bucket.opening(at: at(60_000)) == .at(at(60_100)))
    }

    @Test func `without tolerance a late caller delays all after it; with it they catch up`() {
        var strict = TokenBucket(refill: .milliseconds(100), now: at(0))
        var tolerant = TokenBucket(refill: .milliseconds(100), tolerance: .milliseconds(25), now: at(0))
        for late in [0, 110] {
            strict.take(at: at(late))
            tolerant.take(at: at(late))
        }
        #expect(strict.opening(at: at(110)) == .at(at(210)))
        #expect(tolerant.opening(at: at(110)) == .at(at(185)))
        tolerant.take(at: at(185))
        tolerant.take(at: at(285))
        // Early by the tolerance at most, however often: the mean rate stays.
        #expect(tolerant.opening(at: at(285)) == .at(at(385)))
    }

    @Test func `a new refill time holds from the next token on`() {
        var bucket = TokenBucket(refill: .milliseconds(100), now: at(0))
        bucket.take(at: at(0))
        bucket.refill = .milliseconds(500)
        #expect(bucket.opening(at: at(0)) == .at(at(100)))
        bucket.take(at: at(100))
        #expect(bucket.opening(at: at(100)) == .at(at(600)))
    }
}
