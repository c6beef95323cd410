import ChartMogulSimulator
import EmbeddedHTTP
import KeapSimulator

/// A fourth gym, whose bills go from the simulated Keap to a simulated ChartMogul: months of subscriptions that are brought
/// there as the past, and a payment that comes after its subscription had ended for want of it.
final class DemoBills: Sendable {
    static let gym = "harbor"
    static let key = "KeapAK-demo-harbor"
    static let account = "harbor.example"
    static let hookToken = "demo-hook-token-harbor"
    private static let apiKey = "demo-chartmogul"

    /// One member's subscription, and what ChartMogul must make of it in the end.
    struct Member: Sendable {
        var name: String
        var subscription: Int
        /// Of the last bill.
        var order: Int
        /// In minor units; 0: it has ended.
        var monthly: Int

        var externalID: String { "keap-sub-\(subscription)" }
    }

    let members: [Member]
    /// Whose charge failed, who pays later.
    let late: Member
    private let chartMogul: SimulatedChartMogul
    private let port: Int

    init(_ keap: DemoKeap) throws {
        var options = SimulatedChartMogul.Options()
        options.world.accounts = [MogulWorld.AccountSetup(key: Self.apiKey)]
        options.world.latencyInMilliseconds = 2...12
        chartMogul = SimulatedChartMogul(options)
        port = try chartMogul.start()
        let product = try keap.bill(
            .addProduct(
                name: "Membership", price: 0,
                plans: [.init(.month, price: 9_900), .init(.year, price: 99_000), .init(.week, 2, price: 4_900)]),
            daysAgo: 100)
        let plans = keap.plans(of: product.product ?? 0)
        guard plans.count == 3 else { throw CommandFailure("the simulated Keap has no plans") }
        func member(
            _ name: String, _ plan: Int, monthly: Int, since: [Double], lastBill: BillingDeed.Outcome = .paid
        ) throws -> Member {
            var sale = BillingDeed.Sale(contact: keap.contact(name), plan: plans[plan])
            sale.outcome = since.count == 1 ? lastBill : .paid
            var made = try keap.bill(.sell(sale), daysAgo: since[0])
            let subscription = made.subscription ?? 0
            for (place, days) in since.enumerated().dropFirst() {
                let outcome = place == since.count - 1 ? lastBill : .paid
                made = try keap.bill(.bill(subscription: subscription, outcome, .init()), daysAgo: days)
            }
            return Member(name: name, subscription: subscription, order: made.order ?? 0, monthly: monthly)
        }
        let ended = try member("Dee", 0, monthly: 0, since: [72, 41])
        late = try member("Eve", 0, monthly: 9_900, since: [66, 35], lastBill: .failed)
        members = [
            try member("Ann", 0, monthly: 9_900, since: [82, 51, 20]), try member("Bo", 1, monthly: 8_250, since: [40]),
            // Every 14 days, in a twelfth of a year. No bill comes before the period of the last is over.
            try member("Cy", 2, monthly: 10_646, since: [30, 16, 2]), ended, late,
        ]
        for (member, reason) in [(ended, "Moved away"), (late, "Charge failed")] {
            let end = keap.day(daysAgo: 12)
            _ = try keap.bill(
                .deactivate(subscription: member.subscription, end: end, reason: reason), daysAgo: 12)
        }
    }

    func stop() async { await chartMogul.stop() }

    var base: String { "http://127.0.0.1:\(port)" }

    /// As the configuration has it.
    func settings(_ keap: DemoKeap) -> [String: Any] {
        [
            "id": Self.gym, "name": "Harbor Rowing", "keap": ["baseURL": keap.base, "key": Self.key],
            // Only what the demo's hooks tell is read, so that each reading belongs to something one sees.
            "chartMogul": [
                "apiKey": Self.apiKey, "baseURL": base, "hookToken": Self.hookToken,
                "poll": ["healthy": 86_400, "failing": 86_400],
            ],
        ]
    }

    /// Eve pays what was open, and is let in again.
    func payLate(_ keap: DemoKeap) throws {
        _ = try keap.bill(.pay(orders: [late.order], amount: nil, .capture), daysAgo: 0)
        var change = BillingDeed.SubscriptionChange()
        (change.isActive, change.removesEnd) = (true, true)
        _ = try keap.bill(.change(subscription: late.subscription, change), daysAgo: 0)
    }

    /// What Keap's hooks say of that.
    var hooks: [String] {
        [("order.edit", late.order), ("subscription.edit", late.subscription)].map { event, id in
            #"{"event_key": "\#(event)", "object_type": "\#(event.prefix { $0 != "." })", "#
                + #""object_keys": [{"id": "\#(id)"}]}"#
        }
    }

    // MARK: What came of it

    /// Whether ChartMogul shows that the one who paid late has left.
    var showsLateAsLeft: Bool { state(of: late.externalID).map { !$0.isLive && $0.churns == 1 } ?? false }

    private struct State {
        var isLive: Bool
        var monthly: Int
        var churns: Int
    }

    private func state(of subscription: String) -> State? {
        chartMogul.change { world, _ in
            world.subscriptions(account: Self.apiKey).first { $0.externalID == subscription }.map { found in
                let live = found.periods.last { $0.to == nil }
                return State(
                    isLive: live != nil, monthly: live?.revenue["USD"] ?? 0, churns: found.churns.count)
            }
        }
    }

    /// Compares with what each member's subscription must have come to.
    func outcome(wasLeft: Bool) -> DemoBillsOutcome {
        var outcome = DemoBillsOutcome()
        outcome.late = late.name
        outcome.expected = members.count
        outcome.monthlyExpected = members.reduce(0) { $0 + $1.monthly }
        if !wasLeft { outcome.problems.append("ChartMogul never showed that \(late.name) had left") }
        for member in members {
            guard let state = state(of: member.externalID) else {
                outcome.problems.append("ChartMogul has no subscription of \(member.name)'s")
                continue
            }
            outcome.found += 1
            outcome.live += state.isLive ? 1 : 0
            outcome.monthly += state.monthly
            if state.monthly != member.monthly || state.churns != (member.monthly == 0 ? 1 : 0) {
                outcome.problems.append(
                    "\(member.name)'s subscription earns \(state.monthly) a month after \(state.churns) ends, and should "
                        + "earn \(member.monthly)")
            }
        }
        let audit = chartMogul.change { world, now in
            String(
                decoding: world.control(
                    MogulWorld.Request(method: "GET", target: "/control/audit", key: "", body: []), at: now
                ).body, as: UTF8.self)
        }
        outcome.note(audit: audit)
        return outcome
    }
}
