import DeterministicSimulation
import Testing

@testable import LockstepService

/// Connections over sixty virtual days: no owner is asked for a consent that was not lost.
struct ConnectionSimulationTests {
    /// More than there are in one refresh: the intent, the room for the answer, the pair.
    private static let changes = 16

    @Test func `a quiet machine refreshes once in 19 hours, and asks for nothing`() throws {
        let outcome = try SixtyDays(seed: 1).run()
        #expect((74...77).contains(outcome.refreshes))
        #expect(outcome.needed == 0 && outcome.needless == 0)
        #expect(outcome.failed == 0)
        #expect(outcome.calls > 2_800)
    }

    @Test(arguments: 0..<2)
    func `deaths at every change of the disk ask for consent only where Keap had ended the old token`(
        seed: UInt64
    ) throws {
        let outcome = try SixtyDays(
            seed: seed, deaths: { .atChange($0 % Self.changes + 1) }, losesPower: seed == 1
        ).run()
        #expect(outcome.needless == 0)
        #expect(outcome.deaths >= 2 * Self.changes)
        #expect(outcome.refreshes >= 30)
        // A death between Keap's answer and the rename: the writes of the pair, and no others.
        #expect(outcome.needed <= outcome.deaths / 2)
        #expect(outcome.failed * 20 <= outcome.calls)
    }

    @Test func `a death before the request is done costs no consent, one after it does`() throws {
        let before = try SixtyDays(seed: 3, deaths: { _ in .beforeItIsDone }).run()
        #expect(before.deaths > 50)
        #expect(before.needed == 0 && before.needless == 0)
        let after = try SixtyDays(seed: 4, deaths: { _ in .afterItIsDone }).run()
        #expect(after.deaths > 30)
        #expect(after.needless == 0)
        #expect(after.needed >= after.deaths - 1)
    }

    @Test func `slow answers, pages, errors and requests that never arrive are outages`() throws {
        var fates: [ConsentingKeap.Fate] = []
        for _ in 0..<20 {
            fates += [
                .late(.seconds(31)), .status(502, "<html>invalid_grant</html>"), .lost, .status(500, ""),
                .status(200, "{}"), .status(429, #"{"error":"invalid_grant"}"#), .status(400, "<html>"), .answered,
            ]
        }
        let outcome = try SixtyDays(seed: 5, fates: fates).run()
        #expect(outcome.needed == 0 && outcome.needless == 0)
        #expect(outcome.failed == 0)
    }

    @Test func `an outage of two days stops calls, and they go on without a person`() throws {
        let outcome = try SixtyDays(seed: 6, fates: Array(repeating: .status(503, "<html>"), count: 300)).run()
        #expect(outcome.needed == 0 && outcome.needless == 0)
        // From the end of the token's life to the end of the outage, a try every half hour.
        #expect((40...120).contains(outcome.failed))
    }
}
