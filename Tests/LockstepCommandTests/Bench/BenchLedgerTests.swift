import Testing

@testable import LoadGeneration
@testable import lockstep

struct BenchLedgerTests {
    private func end(
        _ number: Int, due: UInt64 = 0, at: UInt64, status: Int? = 202, body: String? = nil
    ) -> LoadGenerator.Ended {
        let answer = status.map {
            LoadAnswer(status: $0, body: Array((body ?? #"{"job":"\#(number)"}"#).utf8), closes: false)
        }
        return .init(
            sending: .init(number: number, due: due, sent: at), at: at,
            outcome: answer.map { .answer($0) } ?? .lost)
    }

    @Test func `a delivery counts from when the message was due, to the end of the millisecond that is told`() {
        var ledger = BenchLedger(start: 1_000)
        ledger.ended(end(7, due: 20_000_000, at: 25_000_000))
        #expect(ledger.accepted.max == 5_000_000 && ledger.undelivered == 1 && ledger.oldestUndelivered == 7)
        ledger.finished(7, .delivered, at: 1_120)
        #expect(ledger.delivered.max == 101_000_000 && ledger.lastDelivery == 121_000_000 && ledger.undelivered == 0)
        // Told twice it counts once.
        ledger.finished(7, .delivered, at: 1_120)
        #expect(ledger.delivered.count == 1)
    }

    @Test func `a job that is finished before its 202 is read counts, and others' jobs do not`() {
        var ledger = BenchLedger(start: 0)
        ledger.finished(3, .superseded, at: 9)
        ledger.finished(4, .delivered, at: 9)
        #expect(ledger.delivered.count == 0)
        ledger.ended(end(3, at: 12_000_000))
        #expect(ledger.delivered.count == 1 && ledger.superseded == 1 && ledger.undelivered == 0)
    }

    @Test func `each message ends one way`() {
        var ledger = BenchLedger(start: 0)
        for number in 0..<3 { ledger.ended(end(number, at: 1, status: 503, body: "{}")) }
        ledger.ended(end(3, at: 1, status: 401))
        ledger.ended(end(4, at: 1, status: nil))
        ledger.ended(end(5, at: 1, status: 200))
        ledger.ended(end(6, at: 1))
        ledger.finished(6, .dead, at: 0)
        #expect(ledger.sent == 7 && ledger.refused == [503: 3, 401: 1] && ledger.lost == 1)
        #expect(ledger.accepted.count == 2 && ledger.dead == 1 && ledger.delivered.count == 0)
        #expect(ledger.undelivered == 0)
    }

    @Test(arguments: ["", "{}", #"{"job":""}"#, #"{"job":"99999999999999999999"}"#, "[1", "\u{0}"])
    func `an answer that names no job is accepted and not waited for`(_ body: String) {
        var ledger = BenchLedger(start: 0)
        ledger.ended(end(1, at: 1, body: body))
        #expect(ledger.accepted.count == 1 && ledger.undelivered == 0)
    }
}
