import Testing

@testable import LoadGeneration
@testable import lockstep

struct ExpectationTests {
    /// A hundred messages accepted after 1 to 100 ms, fifty of them delivered after 1 s, one refused.
    private func report(waited: Double? = 1) -> BenchReport {
        var ledger = BenchLedger(start: 0)
        for number in 0..<100 {
            let sending = LoadState.Sending(number: number, due: 0, sent: 0)
            let answer = LoadAnswer(status: 202, body: Array(#"{"job":"\#(number)"}"#.utf8), closes: false)
            ledger.ended(.init(sending: sending, at: UInt64(number + 1) * 1_000_000, outcome: .answer(answer)))
            if number < 50 { ledger.finished(UInt64(number), .delivered, at: 999) }
        }
        let refusal = LoadAnswer(status: 503, body: [], closes: false)
        ledger.ended(.init(sending: .init(number: 100, due: 0, sent: 0), at: 0, outcome: .answer(refusal)))
        return BenchReport(
            rate: 10, connections: 1, gyms: 1, people: 1, ledger: ledger, seconds: 10, waited: waited,
            isInterrupted: false)
    }

    @Test(arguments: [
        ("accepted.p50<51ms", true), ("accepted.p50<50ms", false), ("accepted.p50 <= 50.4 ms", true),
        ("accepted.max<=100ms", true), ("accepted.max<0.1s", false), ("accepted.max>99999us", true),
        ("accepted.p99.9<=100ms", true), ("accepted.mean>=50ms", true), ("accepted.mean>51ms", false),
        ("accepted.rate>=10/s", true), ("accepted.rate>10", false), ("accepted.count>=100", true),
        ("accepted.share>99%", true), ("accepted.share>=100", false), ("delivered.max<=1s", true),
        ("delivered.count<=50", true), ("delivered.rate>=50", true), ("refused<=1", true), ("refused<1", false),
        ("lost<=0", true), ("dead<1", true), ("undelivered<=50", true), ("undelivered<50", false),
    ])
    func `an expectation is judged by what was measured`(_ text: String, _ isMet: Bool) throws {
        let verdict = try Expectation(text).judge(report())
        #expect(verdict.isMet == isMet, "\(verdict)")
        #expect(verdict.sentence.hasPrefix(isMet ? "met: \(text)" : "NOT met: \(text)"))
    }

    @Test func `what was not measured is not met`() throws {
        #expect(try !Expectation("undelivered<=100").judge(report(waited: nil)).isMet)
        var empty = report()
        empty.ledger = BenchLedger(start: 0)
        let verdict = try Expectation("accepted.p99<1min").judge(empty)
        #expect(!verdict.isMet && verdict.measured == nil)
        #expect(try !Expectation("accepted.share>=0").judge(empty).isMet)
        #expect(try Expectation("accepted.count<=0").judge(empty).isMet)
    }

    @Test(arguments: [
        "", "accepted", "accepted.p99", "accepted.p99<", "accepted.p99<50", "accepted.p99<50 parsecs",
        "accepted.p98<1s",
        "p99<1s", "accepted.rate>=many", "refused.p50<1", "accepted.p99=1s", "lost<-1", "accepted.share>nan",
        "accepted.p99<infs", "<1", "dead<1%",
    ])
    func `anything else is a usage error that shows how it goes`(_ text: String) {
        let error = #expect(throws: UsageError.self) { try Expectation(text) }
        #expect(error?.sentence.contains("accepted.p99<50ms") == true)
    }

    @Test(arguments: [
        (850, "850 ns"), (1_000, "1.00 µs"), (999_600, "1.00 ms"), (12_345_678, "12.3 ms"), (123_456_789, "123 ms"),
        (1_234_567_890, "1.23 s"), (180_000_000_000, "3.00 min"),
    ])
    func `durations are written with three digits`(_ nanoseconds: UInt64, _ text: String) {
        #expect(LatencyText.of(nanoseconds) == text)
        #expect(nanoseconds < 1_000 || LatencyText.parse(text) != nil)
    }
}
