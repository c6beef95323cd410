import Clocks
import OutboundAPI
import RateLimits
import SeededRandom
import Testing

@testable import Keap

/// In which order calls go out: contacts, slots and budget together, stepped without a task.
@Suite struct CallOrderTests {
    private let downtown = BudgetShare("downtown")
    private let uptown = BudgetShare("uptown")

    @Test func `a live call goes before all bulk calls that wait, its own gym's and others'`() {
        var calls = CallLedger(limits: CallLimits(perMinute: 60))
        for number in 1...40 { calls.want("bulk \(number)", .bulk, for: downtown) }
        let burst = calls.run().count
        #expect((1..<40).contains(burst))
        calls.want("other gym's", .live, for: uptown)
        calls.want("own", .live, for: downtown)
        #expect(calls.run(for: .seconds(3)).prefix(2) == ["other gym's", "own"])
    }

    @Test func `gyms of one account, and accounts of one client, take turns`() {
        for accounts in [[0, 0], [0, 1]] {
            var calls = CallLedger(limits: CallLimits(perMinute: 60), accounts: 2)
            for number in 1...30 { calls.want("a\(number)", .bulk, for: downtown, in: accounts[0]) }
            let burst = calls.run().count
            for number in 1...5 { calls.want("b\(number)", .bulk, for: uptown, in: accounts[1]) }
            let next = calls.run(for: .seconds(10))
            let expected = (0..<5).flatMap { ["a\(burst + 1 + $0)", "b\($0 + 1)"] }
            #expect(next.starts(with: expected.prefix(9)), "\(next)")
        }
    }

    @Test func `an import keeps its turn, whatever it would send next`() {
        var calls = CallLedger(limits: CallLimits(perMinute: 60))
        for number in 1...30 { calls.want("a\(number)", .bulk, for: downtown) }
        for number in 1...30 { calls.want("b\(number)", .bulk, for: uptown) }
        calls.run()
        var order = ""
        for number in 1...10 {
            // What was begun goes before what waits, but in the gym's own turn only.
            calls.want("a+\(number)", .bulk, for: downtown, isBegun: true)
            for one in calls.run(for: .seconds(2)) { order += one.prefix(1) }
        }
        #expect(order.count >= 18)
        #expect(!order.contains("aa") && !order.contains("bb"), "\(order)")
    }

    @Test func `an import goes on once a busy gym's live calls are idle`() {
        var calls = CallLedger(limits: CallLimits(perMinute: 60))
        for number in 1...15 { calls.want("import \(number)", .bulk, for: downtown) }
        calls.run()
        for number in 1...20 {
            calls.want("live \(number)", .live, for: uptown)
            calls.want("more \(number)", .live, for: uptown)
            #expect(calls.run(for: .seconds(1)).allSatisfy { !$0.hasPrefix("import") })
        }
        let rest = calls.run(for: .seconds(60))
        #expect(rest.last == "import 15")
        #expect(calls.isIdle)
    }

    @Test
    func `a contact's live call does not wait for a bulk call of the same contact that the day's pace holds back`() {
        let one = ContactClaim.one(ContactID("7"))
        var calls = CallLedger(limits: CallLimits(perDay: 100), pacing: DayPacing(reserve: 50, burst: 80))
        for number in 1...40 { calls.want("import \(number)", .bulk, for: downtown) }
        let before = calls.run().count
        #expect(before < 40)
        calls.want("7, import", .bulk, for: downtown, one, isBegun: true)
        #expect(calls.run() == [])
        calls.want("7, live", .live, for: uptown, one)
        #expect(calls.run() == ["7, live"])
        #expect(calls.run(for: .seconds(86_400)).count == 41 - before)
        #expect(calls.isIdle)
    }

    @Test func `a contact's live tags do not wait for those of an import, nor for what is left of them`() {
        var calls = CallLedger(limits: CallLimits(perDay: 100), pacing: DayPacing(reserve: 50, burst: 80))
        for number in 1...40 { calls.want("import \(number)", .bulk, for: downtown) }
        let before = calls.run().count
        calls.tag("7, import", [5, 6], "7", .bulk, for: downtown)
        for contact in ["8", "10"] { calls.tag("\(contact), import", [5, 6], contact, .bulk, for: downtown) }
        #expect(calls.run() == [])
        // One tag of those goes along with another contact's. For the other a permit is needed.
        calls.tag("9, live", [5], "9", .live, for: uptown)
        #expect(calls.run() == ["9, live"])
        calls.tag("7, live", [6], "7", .live, for: uptown)
        calls.tag("8, live", [7], "8", .live, for: uptown)
        #expect(Set(calls.run()) == ["7, live", "8, live"])
        calls.run(for: .seconds(86_400))
        #expect(calls.ended.isSuperset(of: ["7, import", "8, import", "10, import"]))
        #expect(before < 40 && calls.isIdle)
    }

    @Test(arguments: 0..<60)
    func `random calls: no live one stands behind a bulk one, none meet on a contact, and all go`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var calls = CallLedger(
            limits: CallLimits(perSecond: 10, perMinute: 60), accounts: 2, slots: 6, keepsUnderWay: true)
        var wanted = 0
        for _ in 0..<150 {
            let urgency: Urgency = Int.random(in: 0..<3, using: &random) == 0 ? .live : .bulk
            let (share, account) = (
                Bool.random(using: &random) ? downtown : uptown, Int.random(in: 0...1, using: &random)
            )
            let contact = "\(Int.random(in: 0..<5, using: &random))"
            wanted += 1
            switch Int.random(in: 0..<6, using: &random) {
            case 0: calls.want("\(wanted)", urgency, for: share, in: account)
            case 1, 2: calls.want("\(wanted)", urgency, for: share, in: account, .one(ContactID(contact)))
            case 3:
                let claim = ContactClaim.bulk([ContactID(contact), ContactID("9")], TagID("5"), .remove)
                calls.want("\(wanted)", urgency, for: share, in: account, claim)
            default:
                let tags = Array([5, 6, 7].shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
                calls.tag("\(wanted)", tags, contact, urgency, for: share, in: account)
            }
            calls.run(for: .milliseconds(Int.random(in: 0...900, using: &random)))
            while Bool.random(using: &random), calls.endOne(&random) {}
            if Int.random(in: 0..<10, using: &random) == 0 { calls.cancelOne(&random) }
        }
        for _ in 0..<2_000 where !calls.isIdle {
            calls.run(for: .seconds(1))
            while calls.endOne(&random) {}
        }
        #expect(calls.faults == [], "seed \(seed)")
        #expect(calls.isIdle, "seed \(seed)")
        #expect(calls.ended.count + calls.cancelled == wanted, "seed \(seed)")
    }
}
