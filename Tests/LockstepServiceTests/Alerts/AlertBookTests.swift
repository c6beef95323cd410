import Clocks
import Testing

@testable import LockstepService

@Suite struct AlertBookTests {
    private static let outage = AlertCondition(
        subject: .init(.keapFailing, "downtown"), gyms: ["downtown"], sentence: "Keap fails", remedy: "wait")

    private func at(_ seconds: Int64) -> ClockReading {
        ClockReading(Instant(offset: .seconds(seconds)), wall: WallTime(milliseconds: 1_000_000 + seconds * 1_000))
    }

    private func told(_ changes: [AlertChange]) -> [String] { changes.map(\.id) }

    @Test func `what mends itself within a minute is no alert`() {
        var book = AlertBook()
        for second in stride(from: Int64(0), through: 55, by: 5) {
            #expect(book.look(AlertFindings(conditions: [Self.outage]), at: at(second)).isEmpty)
        }
        #expect(book.look(AlertFindings(), at: at(60)).isEmpty)
        #expect(book.open.isEmpty)
        // The minute begins anew.
        #expect(book.look(AlertFindings(conditions: [Self.outage]), at: at(65)).isEmpty)
        #expect(book.look(AlertFindings(conditions: [Self.outage]), at: at(124)).isEmpty)
        #expect(told(book.look(AlertFindings(conditions: [Self.outage]), at: at(125))) == ["1-keapFailing-opened"])
    }

    @Test func `a state is told once when it begins and once when it ends`() {
        var book = AlertBook()
        var changes: [AlertChange] = []
        for second in stride(from: Int64(0), through: 600, by: 5) {
            changes += book.look(AlertFindings(conditions: [Self.outage]), at: at(second))
        }
        #expect(told(changes) == ["1-keapFailing-opened"])
        #expect(book.open.map(\.since) == [1_000_000] && book.open[0].gym == "downtown")
        changes = []
        for second in stride(from: Int64(605), through: 1_200, by: 5) {
            changes += book.look(AlertFindings(), at: at(second))
        }
        #expect(told(changes) == ["1-keapFailing-ended"])
        #expect(book.open.isEmpty && book.recent.map(\.ended) == [1_000_000 + 665_000])
    }

    @Test func `one that comes and goes is one alert`() {
        var book = AlertBook()
        var changes: [AlertChange] = []
        for second in stride(from: Int64(0), through: 3_600, by: 5) {
            // Gone for half a minute of every two.
            let isThere = second % 120 < 90
            changes += book.look(AlertFindings(conditions: isThere ? [Self.outage] : []), at: at(second))
        }
        #expect(told(changes) == ["1-keapFailing-opened"])
    }

    @Test func `after a restart what is open is neither told again nor ended by what is not known yet`() {
        var book = AlertBook()
        _ = book.look(AlertFindings(conditions: [Self.outage]), at: at(0))
        #expect(book.look(AlertFindings(conditions: [Self.outage]), at: at(60)).count == 1)
        // The monotonic clock begins again with the process.
        var next = AlertBook(book.memory)
        let unknown = AlertFindings(unsettled: [Self.outage.subject])
        for second in stride(from: Int64(0), through: 300, by: 5) {
            #expect(next.look(unknown, at: at(second)).isEmpty)
        }
        #expect(next.look(AlertFindings(conditions: [Self.outage]), at: at(305)).isEmpty)
        #expect(next.open.map(\.id) == ["1-keapFailing"])
        #expect(next.look(AlertFindings(), at: at(310)).isEmpty)
        #expect(told(next.look(AlertFindings(), at: at(370))) == ["1-keapFailing-ended"])
        // A new one has a number of its own.
        _ = next.look(AlertFindings(conditions: [Self.outage]), at: at(400))
        #expect(told(next.look(AlertFindings(conditions: [Self.outage]), at: at(460))) == ["2-keapFailing-opened"])
    }

    @Test func `what does not mend itself is told at once`() {
        var book = AlertBook()
        let failed = AlertCondition(subject: .init(.journalFailed), sentence: "EIO", remedy: "restart")
        #expect(told(book.look(AlertFindings(conditions: [failed]), at: at(0))) == ["1-journalFailed-opened"])
    }

    @Test func `the words of an open alert follow what is found, silently`() {
        var book = AlertBook()
        _ = book.look(AlertFindings(conditions: [Self.outage]), at: at(0))
        _ = book.look(AlertFindings(conditions: [Self.outage]), at: at(60))
        var worse = Self.outage
        worse.sentence = "Keap fails\nmore"
        #expect(book.look(AlertFindings(conditions: [worse]), at: at(65)).isEmpty)
        #expect(book.open[0].sentence == "Keap fails more")
    }

    @Test func `a clock that is set back moves no grace, and no alert begins after it was told`() {
        var book = AlertBook()
        var early = Self.outage
        early.since = 9_000_000
        _ = book.look(AlertFindings(conditions: [early]), at: at(0))
        let back = ClockReading(Instant(offset: .seconds(60)), wall: WallTime(milliseconds: 500))
        #expect(book.look(AlertFindings(conditions: [early]), at: back).count == 1)
        #expect(book.open[0].since == 500)
    }

    @Test func `a hundred that have ended are remembered, the newest first`() {
        var book = AlertBook()
        for number in 0..<120 {
            let jump = AlertCondition(subject: .init(.clockJumped, "\(number)"), sentence: "", remedy: "")
            _ = book.look(AlertFindings(conditions: [jump]), at: at(Int64(number)))
        }
        _ = book.look(AlertFindings(), at: at(200))
        #expect(book.recent.count == AlertBook.mostRecent && book.recent[0].subject.name == "119")
    }
}
