import Clocks
import DeterministicSimulation
import Connectors
import ConfigurationReading
import Synchronization
import Testing

@testable import LockstepService

struct RefusedCallsTests {
    private final class Book: Sendable {
        let lines = Mutex<[String]>([])
        let clock = ManualClock(wallOrigin: 1_000_000)
        var log: ServiceLog { ServiceLog { _, line in self.lines.withLock { $0.append(line) } } }
        func advance(_ milliseconds: Int64) { clock.advance(by: .milliseconds(milliseconds)) }
    }

    private let gym = GymID("downtown")!

    @Test func `the first wrong token is told at once, those that follow in one line a minute`() {
        let book = Book()
        let calls = RefusedCalls(log: book.log, clock: book.clock)
        for _ in 0..<20 { calls.note(.hook(of: gym, "zenplanner")) }
        #expect(book.lines.withLock(\.count) == 1)
        book.advance(59_999)
        calls.note(.hook(of: gym, "zenplanner"))
        #expect(book.lines.withLock(\.count) == 1)
        book.advance(1)
        calls.note(.hook(of: gym, "zenplanner"))
        let lines = book.lines.withLock { $0 }
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("refused a call for gym downtown"))
        #expect(lines[1].hasPrefix("refused 21 calls for gym downtown"))
        #expect(lines[1].contains("zenPlanner.token"))
    }

    @Test func `each web hook has its own line, and all unknown gyms share one`() {
        let book = Book()
        let calls = RefusedCalls(log: book.log, clock: book.clock)
        for target in [
            RefusedCalls.Target.hook(of: gym, "zenplanner"), .hook(of: gym, "oncehub"), .unknownGym, .unknownGym,
        ] {
            calls.note(target)
        }
        #expect(book.lines.withLock(\.count) == 3)
    }

    @Test func `a clock that was set back does not silence the log`() {
        var tally = RefusedCalls.Tally()
        #expect(tally.count(at: 1_000_000) == 1)
        #expect(tally.count(at: 1_000) == 1)
    }

    @Test(.timeLimit(.minutes(30)))
    func `wrong tokens and messages that cannot be placed leave lines in the log, without the token`() async throws {
        try await ServiceHarness.with { town in
            for _ in 0..<3 {
                let path = town.intake + "/hooks/downtown/zenplanner/guessed-wrong"
                #expect(try await town.ask("POST", path, body: "personId=7").status == 401)
            }
            let id = try await town.accept(["contact": "7", "given": "Ana"])
            let lines = town.said.all
            #expect(lines.filter { $0.contains("refused a call for gym downtown") }.count == 1)
            #expect(lines.contains { $0.contains("job \(id) of gym downtown is a dead letter") })
            #expect(!lines.contains { $0.contains("guessed-wrong") })
        }
    }
}
