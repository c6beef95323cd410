import Foundation
import LockstepService
import Testing

@testable import lockstep

struct BudgetReportTests {
    private func report(_ json: String) throws -> BudgetAnswer {
        try JSONDecoder().decode(BudgetAnswer.self, from: Data(json.utf8))
    }

    @Test func `a key's budget is a table and a few sentences`() throws {
        let report = try report(
            """
            {"credential": "downtown", "kind": "key", "gyms": ["downtown", "annex"], "windows": [
               {"window": "minute", "limit": 240, "used": 240, "left": 0, "opensAt": "2026-03-01T17:05:09.250Z"},
               {"window": "second", "limit": 10, "used": 10, "left": 0, "opensAt": null},
               {"window": "day", "limit": 30000, "used": 4120, "left": 25880, "opensAt": "2026-03-01T17:05:00.000Z"}],
             "accounts": [{"gyms": ["downtown", "annex"], "closedUntil": null, "windows": [
               {"window": "tenantDay", "limit": 250000, "used": 4120, "left": 245880, "opensAt": "2026-03-01T17:05:00Z"}]}],
             "binding": "minute", "closedUntil": "2026-03-01T17:06:00.000Z",
             "pacing": {"reserve": 20, "burst": 75, "releasedToLive": 24000, "releasedToBulk": 18000,
                        "opensToBulkAt": "2026-03-01T17:05:00.000Z"},
             "callsPerHour": 12000, "runsOutAt": "2026-03-01T19:14:00.000Z", "callsInFlight": 3,
             "waiting": [{"gym": "downtown", "live": 3, "bulk": 5, "changes": 1234},
                         {"gym": "annex", "live": 0, "bulk": 0, "changes": 0}]}
            """)
        #expect(
            report.text == """
                key of downtown, for downtown, annex
                  WINDOW           LIMIT   USED     LEFT  OPENS
                  minute             240    240        0  17:05:09 UTC
                  second              10     10        0  when a call ends
                  day             30,000  4,120   25,880  now
                  account's day  250,000  4,120  245,880  now
                  closed until 17:06:00 UTC: Keap refused a call
                  12,000 calls an hour: the day's quota would run out at 19:14:00 UTC
                  by now live changes may have used 24,000, imports 18,000, next at 17:05:00 UTC (burst 75 %, reserve 20 %)
                  downtown: 1,234 changes to deliver; of their calls 3 live and 5 of imports wait here
                """)
    }

    @Test func `a client's accounts are told apart, and a young service has no pace`() throws {
        let window = #"{"window": "tenantMinute", "limit": 10, "used": 1, "left": 9, "opensAt": null}"#
        let report = try report(
            """
            {"credential": "client/ours", "kind": "client", "gyms": ["a", "b"], "windows": [],
             "accounts": [{"gyms": ["a"], "windows": [\(window)], "closedUntil": "2026-03-01T17:06:00.000Z"},
                          {"gyms": ["b"], "windows": [\(window)], "closedUntil": null}],
             "binding": null, "closedUntil": null, "pacing": null, "callsPerHour": null, "runsOutAt": null,
             "callsInFlight": 0, "waiting": []}
            """)
        #expect(
            report.text == """
                OAuth client/ours, for a, b
                  WINDOW            LIMIT  USED  LEFT  OPENS  ACCOUNT
                  account's minute     10     1     9  now    a
                  account's minute     10     1     9  now    b
                  a closed until 17:06:00 UTC: Keap refused a call
                  started less than a minute ago
                  nothing waits
                """)
    }

    @Test(arguments: [(nil as Int?, "started less"), (0, "0 calls an hour: the day's quota lasts the day")])
    func `without a run-out the quota lasts the day`(pace: Int?, sentence: String) throws {
        let report = try report(
            """
            {"credential": "a", "kind": "key", "gyms": ["a"], "accounts": [], "binding": null, "closedUntil": null,
             "windows": [{"window": "day", "limit": 10, "used": 1, "left": 9, "opensAt": null}],
             "pacing": {"reserve": 0, "burst": 100, "releasedToLive": 10, "releasedToBulk": 10, "opensToBulkAt": null},
             "callsPerHour": \(pace.map { String($0) } ?? "null"), "runsOutAt": null, "callsInFlight": 0, "waiting": []}
            """)
        #expect(report.text.contains(sentence))
        #expect(report.text.contains("the day's quota is not paced"))
        #expect(report.text.hasPrefix("key of a\n"))
    }
}
