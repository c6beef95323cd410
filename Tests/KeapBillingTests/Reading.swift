import Keap
@testable import KeapBilling
import WireFormats

/// A lane that reads: its state between runs, and the contacts that the feed knows.
struct Reading {
    let keap: FakeKeap
    var state = ReadingState()
    var known: Set<ContactID> = []
    var now: Int64

    /// Carries out one run, and returns what it passed on.
    mutating func run(_ things: [KeapThing] = [], isPoll: Bool = false) async throws -> [BillingSnapshot] {
        var plan = ReadingPlan(things, isPoll: isPoll, state: state, now: now)
        while let step = plan.next() {
            if case .known(let contacts) = step {
                plan.take(.known(known.intersection(contacts)), to: step)
            } else {
                plan.take(try await step.perform(with: keap), to: step)
            }
        }
        let found = plan.snapshots()
        // Through its bytes, as the lane keeps it.
        state = try ReadingState(bytes: plan.state.bytes)
        known.formUnion(found.compactMap { $0.payer == nil ? nil : $0.contact })
        return found
    }
}

/// 2026-03-20T10:00:00Z
let morning: Int64 = 1_774_000_800_000
let minute: Int64 = 60_000
let day: Int64 = 86_400_000

func subscription(_ id: Int, of contact: Int, modified: Int64, end: CivilDay? = nil) -> KeapSubscription {
    var subscription = KeapSubscription(id: SubscriptionID("\(id)"))
    subscription.contact = ContactID("\(contact)")
    subscription.product = ProductID("9")
    (subscription.isActive, subscription.modified, subscription.end) = (true, modified, end)
    return subscription
}

func order(_ id: Int, of contact: Int, at time: Int64, modified: Int64? = nil, paid: Int64 = 0) -> KeapOrder {
    var order = KeapOrder(id: OrderID("\(id)"))
    order.contact = ContactID("\(contact)")
    (order.created, order.ordered, order.modified) = (time, time, modified ?? time)
    order.totalPaid = KeapMoney(units: paid, currency: "USD")
    return order
}

func payment(_ id: Int, for order: Int, at time: Int64, _ amount: String = "49.0") -> KeapTransaction {
    var payment = KeapTransaction()
    payment.payment = PaymentID("\(id)")
    payment.orders = [OrderID("\(order)")]
    (payment.method, payment.isSuccessful, payment.amount, payment.time) = (.capture, true, amount, time)
    return payment
}

func account() -> FakeKeap.Account {
    var account = FakeKeap.Account()
    account.products = [KeapProduct(id: ProductID("9"), name: "Boxing")]
    account.payers = (42...46).map { KeapPayer(id: ContactID("\($0)")) }
    return account
}
