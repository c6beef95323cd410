import DeterministicSimulation
import KeapSimulator
import OutboundAPI
import Testing

@testable import Keap

/// The client's calls for bills, answered by the simulated Keap, which refuses what is not documented.
@Suite struct BillingOnSimulatorTests {
    private let account: SimulatedAccount
    private let bills: any BillingAPI & HookAPI
    private let contacts: [ContactID]
    private let product: ProductID

    init() throws {
        let clock = ManualClock(wallOrigin: SimulatedAccount.start)
        account = SimulatedAccount(clock: clock)
        let gateway = KeapGateway(
            transport: account, budget: FreeBudget(), clock: clock)
        bills = gateway.billing()
        contacts = account.contacts(2) { _ in [] }
        let made = account.bill(
            "product", #"{"name": "Kids", "plans": [{"cycle": "MONTH", "frequency": 3, "price": 49.5}]}"#)
        product = ProductID(try #require(made?["product"]?.text))
        let plan = try #require(made?["plans"]?.items?.first?.text)
        for contact in contacts {
            let sold = account.bill("sell", #"{"contact": \#(contact), "plan": \#(plan), "tax": 5}"#)
            try #require(sold != nil)
        }
    }

    @Test func `every list is answered`() async throws {
        let subscriptions = try await bills.subscriptions(.newestFirst, page: nil).items
        try #require(subscriptions.count == 2)
        let first = try #require(subscriptions.first { $0.contact == contacts[0] })
        #expect(first.billingAmount == "49.5" && first.cycle == .month && first.frequency == 3)
        #expect(first.product == product && first.isActive && first.nextBill != nil && first.modified != nil)
        #expect(try await bills.subscription(first.id) == first)
        #expect(try await bills.subscriptions(.contact(contacts[0]), page: nil).items == [first])
        #expect(try await bills.subscriptions(.ids([first.id]), page: nil).items == [first])
        #expect(try await bills.subscriptions(.after(nil), page: nil).items.count == 2)
        #expect(try await bills.subscriptions(.after(first.id), page: nil).items.count == 1)

        let order = try #require(try await bills.orders(.contact(contacts[0]), page: nil).items.first)
        #expect(order.total == KeapMoney(units: 5_450, currency: "USD") && order.totalPaid == order.total)
        #expect(order.items.map(\.kind) == [.subscription, .tax])
        #expect(order.items.first?.subscription == first.id && order.items.first?.plan?.id == first.plan)
        #expect(try await bills.order(order.id) == order)
        #expect(try await bills.orders(.ids([order.id]), page: nil).items == [order])
        #expect(try await bills.orders(.modifiedSince(SimulatedAccount.start), page: nil).items.count == 2)
        #expect(try await bills.orders(.modifiedSince(SimulatedAccount.start + 1), page: nil).items.isEmpty)
        #expect(try await bills.orders(.after(order.id), page: nil).items.count == 1)
        let invoice = InvoiceID("\(50_000 + (Int(order.id.text) ?? 0))")
        #expect(try await bills.orders(.invoice(invoice), page: nil).items == [order])

        let paid = try await bills.transactions(.order(order.id), page: nil).items
        #expect(paid.map(\.amount) == ["54.5"] && paid.map(\.orders) == [[order.id]])
        #expect(paid.first?.payment != nil && paid.first?.isSuccessful == true)
        #expect(try await bills.transactions(.contact(contacts[0]), page: nil).items == paid)
        let (since, until) = (SimulatedAccount.start, SimulatedAccount.start + 1)
        #expect(try await bills.transactions(.between(since: since, until: until), page: nil).items.count == 2)

        let kids = try await bills.product(product)
        #expect(kids.name == "Kids" && kids.plans.first?.cycle == .month && kids.plans.first?.frequency == 3)
        #expect(try await bills.products(.all, page: nil).items == [kids])
        #expect(try await bills.products(.ids([product]), page: nil).items == [kids])

        let payers = try await bills.payers(.ids(contacts), page: nil).items
        #expect(payers.map(\.id) == contacts && payers.allSatisfy { $0.created == SimulatedAccount.start })
        #expect(try await bills.payer(contacts[1]) == payers[1])
        #expect(try await bills.payers(.updatedSince(SimulatedAccount.start), page: nil).items == payers)
        #expect(account.audit.violationCount == 0)
    }

    @Test func `what was deleted is gone`() async throws {
        let order = try #require(try await bills.orders(.contact(contacts[0]), page: nil).items.first)
        _ = account.bill("delete", #"{"order": \#(order.id)}"#)
        let failure = await #expect(throws: KeapFailure.self) { try await bills.order(order.id) }
        #expect(failure?.kind == .gone)
        #expect(try await bills.orders(.ids([order.id]), page: nil).items.isEmpty)
    }

    @Test func `hooks are registered, listed and deleted`() async throws {
        #expect(try await bills.hookEvents().contains("subscription.edit"))
        let made = try await bills.createHook(for: "order.edit", at: "https://gym.example/hook")
        #expect(made.status == .unverified)
        #expect(try await bills.hooks() == [made])
        #expect(try await bills.verifyHook(made.id) == made)
        try await bills.deleteHook(made.id)
        #expect(try await bills.hooks().isEmpty)
    }
}

extension SimulatedAccount {
    /// Does what a person does in Keap; nil if it was refused.
    fileprivate func bill(_ deed: String, _ body: String) -> JSONValue? {
        let answer = control("POST", ["accounts", "key", "billing", deed], body)
        return answer.status < 300 ? JSONValue(json: answer.body) : nil
    }
}
