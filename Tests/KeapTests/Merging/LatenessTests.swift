import SeededRandom
import Testing

@testable import Keap

@Suite struct LatenessTests {
    @Test func `a run is late by the calls of later runs, less those that merging saved`() {
        var lateness = Lateness()
        for rank: UInt64 in [1, 2, 3, 3] {
            lateness.madeCall()
            lateness.served(rank)
        }
        #expect(lateness.calls(of: 1) == 3)
        #expect(lateness.calls(of: 2) == 2)
        #expect(lateness.calls(of: 3) == 0)
        // One call for the edits of three runs.
        lateness.madeCall()
        for rank: UInt64 in [1, 2, 4] { lateness.served(rank) }
        #expect(lateness.calls(of: 1) == 5 - 2)
        #expect(lateness.calls(of: 3) == 1 - 2)
    }

    @Test func `calls that many runs wait for make no run late`() {
        var lateness = Lateness()
        lateness.madeCall()
        lateness.served(0)
        #expect(lateness.calls(of: 1) == 0)
    }

    @Test func `a run that more have overtaken than are remembered is late beyond measure`() {
        var lateness = Lateness()
        for rank in 2...UInt64(2 * Lateness.mostRuns + 2) {
            lateness.madeCall()
            lateness.served(rank)
        }
        #expect(lateness.calls(of: 1) == .max)
        #expect(lateness.calls(of: UInt64(2 * Lateness.mostRuns)) == 2)
    }

    /// Against first come, first served itself, call by call.
    @Test(arguments: 0..<50)
    func `a run whose forerunners are complete is as late as the order without merging says`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let needs = (1...30).map { _ in Int.random(in: 1...4, using: &random) }
        var left = needs
        var lateness = Lateness()
        var made = 0
        while let first = left.firstIndex(where: { $0 > 0 }) {
            // A call for the first, or one of those behind it, or one that several share.
            let near = (first..<min(first + 6, left.count)).filter { left[$0] > 0 }
            let chosen = near.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
            lateness.madeCall()
            made += 1
            for run in chosen.isEmpty ? [first] : chosen {
                left[run] -= 1
                lateness.served(UInt64(run + 1))
            }
            for run in left.indices where left[...run].allSatisfy({ $0 == 0 }) {
                #expect(lateness.calls(of: UInt64(run + 1)) == made - needs[...run].reduce(0, +))
            }
        }
    }
}
