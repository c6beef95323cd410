import Clocks
import DeterministicSimulation
import OutboundAPI
import Testing

@testable import Keap

@Suite struct HalfOpenGateTests {
    private let start = ManualClock().now

    @Test func `fifty accounts in an outage of an hour try about as often as one`() {
        var turns = HalfOpenGate()
        let accounts = (0..<50).map { _ in turns.join() }
        var nextProbe = [Int](repeating: 0, count: 50)
        var probes = 0
        for second in 0..<3_600 {
            let now = start.advanced(by: .seconds(second))
            for (index, account) in accounts.enumerated() where nextProbe[index] <= second {
                guard turns.opening(for: account, seen: 0, at: now) == nil else { continue }
                turns.begin(account, at: now)
                nextProbe[index] = second + 5
                probes += 1
            }
        }
        #expect(probes <= 721)
        #expect(probes > 600)
    }

    @Test func `alone, only its own circuit paces an account`() {
        var turns = HalfOpenGate()
        let account = turns.join()
        turns.begin(account, at: start)
        #expect(turns.opening(for: account, seen: 0, at: start) == nil)
    }

    @Test func `a success lets each account try that has not seen it`() {
        var turns = HalfOpenGate()
        let (a, b) = (turns.join(), turns.join())
        turns.begin(a, at: start)
        #expect(turns.opening(for: b, seen: 0, at: start) == start.advanced(by: .seconds(5)))
        turns.succeeded()
        #expect(turns.opening(for: b, seen: 0, at: start) == nil)
        #expect(turns.opening(for: b, seen: 1, at: start) != nil)
    }
}
