import Testing

struct TraceTests {
    @Test func `the worst window takes every call that can be made to arrive in it`() {
        let trace = Trace(calls: [
            .init(start: .seconds(0), end: .seconds(0)), .init(start: .milliseconds(500), end: .milliseconds(900)),
            .init(start: .milliseconds(1_800), end: .milliseconds(1_800)), .init(start: .seconds(9), end: .seconds(9)),
        ])
        #expect(trace.mostInAnyWindow(of: .seconds(1)) == 2)
        #expect(trace.mostInAnyWindow(of: .milliseconds(1_801)) == 3)
        #expect(trace.mostInAnyWindow(of: .milliseconds(1_800)) == 2)
        #expect(trace.mostInAnyWindow(of: .milliseconds(10)) == 1)
        #expect(Trace().mostInAnyWindow(of: .seconds(1)) == 0)
    }

    @Test func `a call across midnight counts in both days, and so does one within the skew of it`() {
        let dayEnd = Duration.seconds(86_400)
        let trace = Trace(calls: [
            .init(start: dayEnd - .seconds(30), end: dayEnd + .seconds(1)),
            .init(start: dayEnd - .seconds(10), end: dayEnd - .seconds(5)),
            .init(start: dayEnd + .seconds(5), end: dayEnd + .seconds(10)),
        ])
        #expect(trace.mostInAnyDay(wall: .zero, skew: .zero) == 2)
        #expect(trace.mostInAnyDay(wall: .zero, skew: .seconds(5)) == 3)
    }
}
