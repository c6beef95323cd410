import Testing

@testable import History

/// A ring of 32 parts: 32 KiB and 32,000 ms in all, so that a segment takes 4 KiB (the least) and 1,000 ms.
struct HistoryRingTests {
    private func ring() -> HistoryRing { HistoryRing(HistoryLimits(age: 32_000, bytes: 32_768)) }

    @Test func `the first entry begins a segment, later ones go into it until it is full`() {
        var ring = ring()
        #expect(ring.makeRoom(bytes: 100, at: 0) == [.begin(1)])
        ring.wrote(bytes: 100, at: [0])
        #expect(ring.makeRoom(bytes: 3_996, at: 10) == [])
        ring.wrote(bytes: 3_996, at: [10])
        #expect(ring.makeRoom(bytes: 1, at: 10) == [.begin(2)])
    }

    @Test func `a segment that is as old as its part of the time takes no more`() {
        var ring = ring()
        _ = ring.makeRoom(bytes: 10, at: 0)
        ring.wrote(bytes: 10, at: [0])
        #expect(ring.makeRoom(bytes: 10, at: 999) == [])
        #expect(ring.makeRoom(bytes: 10, at: 1_000) == [.begin(2)])
    }

    @Test func `the oldest segments go before the whole takes more than it may`() {
        var ring = ring()
        var removed: [UInt64] = []
        for index in 0..<20 {
            for case .remove(let number) in ring.makeRoom(bytes: 4_000, at: Int64(index)) { removed.append(number) }
            ring.wrote(bytes: 4_000, at: [Int64(index)])
            #expect(ring.bytes <= 32_768)
        }
        #expect(removed == Array(1...12))
        #expect(ring.segments.map(\.number) == Array(13...20))
    }

    @Test func `a segment goes once its newest entry is too old, also while nothing is written`() {
        var ring = ring()
        _ = ring.makeRoom(bytes: 10, at: 0)
        ring.wrote(bytes: 20, at: [0, 500])
        #expect(ring.expire(at: 32_499) == [])
        #expect(ring.expire(at: 32_500) == [.remove(1)])
        #expect(ring.segments.isEmpty)
        #expect(ring.makeRoom(bytes: 10, at: 32_500) == [.begin(2)])
    }

    @Test func `a clock that was set back makes nothing old`() {
        var ring = ring()
        _ = ring.makeRoom(bytes: 10, at: 1_000_000)
        ring.wrote(bytes: 10, at: [1_000_000])
        #expect(ring.makeRoom(bytes: 10, at: 0) == [])
        #expect(ring.expire(at: 0) == [])
    }

    @Test func `a sealed segment takes no more, and the next one does`() {
        var ring = ring()
        _ = ring.makeRoom(bytes: 10, at: 0)
        ring.wrote(bytes: 10, at: [0])
        ring.seal()
        #expect(ring.makeRoom(bytes: 10, at: 0) == [.begin(2)])
        ring.wrote(bytes: 10, at: [0])
        #expect(ring.makeRoom(bytes: 10, at: 0) == [])
    }

    @Test func `no more entries are kept than may be in memory`() {
        var limits = HistoryLimits(age: 1_000_000, bytes: 1 << 30)
        limits.entries = 320
        var ring = HistoryRing(limits)
        for index in 0..<1_000 {
            _ = ring.makeRoom(bytes: 10, at: Int64(index))
            ring.wrote(bytes: 10, at: [Int64(index)])
            #expect(ring.entries <= 320)
        }
    }

    @Test func `numbers go on behind the files that were found`() {
        var ring = ring()
        ring.found(.init(number: 7))
        ring.wrote(bytes: 4_096, at: [0])
        #expect(ring.makeRoom(bytes: 1, at: 0) == [.begin(8)])
    }
}
