import Testing

@testable import LockstepTraces

/// Small relatives of the benchmark's traces: what the benchmark prints is worth nothing if these are not right.
@Suite struct TraceTests {
    @Test func `a quiet day costs little more than the fewest calls, and ends right`() throws {
        let result = try TraceRun(Traces.quietDay(people: 60, messages: 60)).result()

        #expect(result.isRight, "\(result.wrong) \(result.disorders)")
        #expect(result.calls < result.naiveCalls)
        #expect(result.calls >= result.least.merged)
    }
}
