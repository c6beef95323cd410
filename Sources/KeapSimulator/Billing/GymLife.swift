import SeededRandom
import WireFormats

/// A gym's members over months, as a seed repeats them: sign-ups, trials, upgrades, pauses, charges that fail and are paid
/// later, refunds, moves, mergers and deletions. It does to a simulated Keap what people and Keap's own clock would do.
package struct GymLife: Sendable {
    /// How often in a thousand days something happens to a member who has a subscription.
    package struct Rates: Sendable {
        package var pause = 3
        package var ending = 2
        package var revival = 20
        package var upgrade = 2
        package var otherAmount = 1
        package var otherInterval = 1
        package var move = 1
        package var merger = 1
        package var deletion = 1
        package var refund = 2
        package var void = 1
        package var deletedOrder = 1
        package var rename = 1

        package init() {}
    }

    package let account: String
    package var rates = Rates()
    /// Of a hundred charges so many fail.
    package var failingCharges = 8
    package private(set) var plans: [Int] = []
    /// Those that may still sign up.
    package private(set) var prospects: [Int] = []
    /// Orders whose charge failed, or was not tried.
    package private(set) var openOrders: [Int] = []
    private var generator: SeededGenerator
    private var now: WorldTime

    /// Makes the contacts and two products with three plans.
    package init(
        _ account: String, contacts: Int, seed: UInt64, from start: WorldTime, in world: inout KeapWorld
    ) throws(Refusal) {
        self.account = account
        generator = SeededGenerator(seed: seed)
        now = start
        for number in 0..<contacts {
            let body: JSON = [
                "given_name": .string("Member"), "family_name": .string("Number \(number)"),
                "email_addresses": [["field": "EMAIL1", "email": .string("m\(number)@example.org")]],
            ]
            let answer = call("POST", "v2", ["contacts"], body, in: &world)
            if let id = answer.json?["id"]?.id { prospects.append(id) }
        }
        let drafts: [[BillingDeed.PlanDraft]] = [
            [.init(.month, price: 4_900), .init(.year, price: 49_000)], [.init(.week, 2, price: 1_950)],
        ]
        for (index, plans) in drafts.enumerated() {
            let made = try world.bill(
                .addProduct(name: "Membership \(index)", price: 0, plans: plans), in: account, at: now)
            self.plans +=
                world.accounts[world.appName(of: account) ?? ""]?.billing.products[made.product ?? 0]?
                .plans.map(\.id) ?? []
        }
    }

    /// When it has come to.
    package var time: WorldTime { now }

    /// Lives until the same time of the next day. Each thing happens at a second of its own.
    package mutating func liveDay(in world: inout KeapWorld) {
        let end = now.advanced(byMilliseconds: 86_400_000)
        // Only ids are kept: a book that is held while it changes is copied.
        for id in ids(\.subscriptions, in: world) { live(id, in: &world) }
        for order in openOrders where chance(60) { settle(order, in: &world) }
        if !prospects.isEmpty, chance(min(900, 60 + prospects.count * 4)) { signUp(in: &world) }
        if chance(rates.rename), let product = ids(\.products, in: world).first {
            attempt(.rename(product: product, name: "Membership of \(now.civilDay.text)"), in: &world)
        }
        now = max(now, end)
    }

    private mutating func live(_ id: Int, in world: inout KeapWorld) {
        guard let subscription = subscription(id, in: world) else { return }
        let today = now.civilDay
        if subscription.isActive, let last = subscription.end, last < today {
            attempt(.deactivate(subscription: id, end: nil, reason: "It has ended"), in: &world)
        } else if subscription.isActive, subscription.nextBill <= today {
            bill(id, in: &world)
        }
        guard subscription.isActive else {
            if chance(rates.revival) {
                var change = BillingDeed.SubscriptionChange()
                (change.isActive, change.removesEnd, change.nextBill) = (true, true, today)
                attempt(.change(subscription: id, change), in: &world)
            }
            return
        }
        var change = BillingDeed.SubscriptionChange()
        if chance(rates.pause) {
            attempt(.deactivate(subscription: id, end: nil, reason: "Away"), in: &world)
        } else if chance(rates.ending) {
            change.end = CivilDay(daysSince1970: today.daysSince1970 + Int64.random(in: 1...60, using: &generator))
            attempt(.change(subscription: id, change), in: &world)
        } else if chance(rates.upgrade) {
            change.plan = plans.randomElement(using: &generator)
            attempt(.change(subscription: id, change), in: &world)
        } else if chance(rates.otherAmount) {
            change.amount = Int.random(in: 10...90, using: &generator) * 100
            attempt(.change(subscription: id, change), in: &world)
        } else if chance(rates.otherInterval) {
            change.frequency = Int.random(in: 1...3, using: &generator)
            attempt(.change(subscription: id, change), in: &world)
        } else if chance(rates.move), !prospects.isEmpty {
            change.contact = takeProspect()
            attempt(.change(subscription: id, change), in: &world)
        } else if chance(rates.merger), !prospects.isEmpty {
            let pair: JSON = [
                "contact_id": .string("\(takeProspect())"),
                "duplicate_contact_id": .string("\(subscription.contact)"),
            ]
            _ = call("POST", "v2", ["contacts:merge"], pair, in: &world)
        } else if chance(rates.deletion) {
            _ = call("DELETE", "v2", ["contacts", "\(subscription.contact)"], nil, in: &world)
        }
        changeAnOrder(of: subscription.contact, in: &world)
    }

    private mutating func changeAnOrder(of contact: Int, in world: inout KeapWorld) {
        guard let order = newestOrder(of: contact, in: world) else { return }
        if chance(rates.refund), order.paid > order.refunded {
            attempt(.refund(order: order.id, amount: chance(500) ? nil : 1), in: &world)
        } else if chance(rates.void), order.paid > 0, order.refunded == 0 {
            attempt(.void(order: order.id), in: &world)
        } else if chance(rates.deletedOrder) {
            attempt(.deleteOrder(order.id), in: &world)
        }
    }

    private mutating func signUp(in world: inout KeapWorld) {
        guard let plan = plans.randomElement(using: &generator) else { return }
        var sale = BillingDeed.Sale(contact: takeProspect(), plan: plan, outcome: outcome())
        if chance(250) { sale.trialDays = 14 }
        if chance(200) { sale.charge = .init(tax: 411, discount: chance(500) ? 500 : 0) }
        keepOpen(attempt(.sell(sale), in: &world), sale.trialDays == 0 ? sale.outcome : .paid)
    }

    private mutating func bill(_ id: Int, in world: inout KeapWorld) {
        let outcome = outcome()
        keepOpen(attempt(.bill(subscription: id, outcome, .init()), in: &world), outcome)
    }

    private mutating func settle(_ order: Int, in world: inout KeapWorld) {
        openOrders.removeAll { $0 == order }
        attempt(.pay(orders: [order], amount: nil, .capture), in: &world)
    }

    private mutating func keepOpen(_ result: BillingResult?, _ outcome: BillingDeed.Outcome?) {
        if outcome != .paid, let order = result?.order { openOrders.append(order) }
    }

    private mutating func outcome() -> BillingDeed.Outcome {
        chance(failingCharges * 10) ? .failed : chance(20) ? .open : .paid
    }

    private mutating func takeProspect() -> Int {
        prospects.remove(at: Int.random(in: prospects.indices, using: &generator))
    }

    private mutating func chance(_ inThousand: Int) -> Bool {
        Int.random(in: 0..<1_000, using: &generator) < inThousand
    }

    private func book(in world: KeapWorld) -> BillingBook? { world.accounts[world.appName(of: account) ?? ""]?.billing }

    private func subscription(_ id: Int, in world: KeapWorld) -> SimSubscription? { book(in: world)?.subscriptions[id] }

    private func ids<Thing>(_ things: KeyPath<BillingBook, [Int: Thing]>, in world: KeapWorld) -> [Int] {
        book(in: world)?[keyPath: things].keys.sorted() ?? []
    }

    private func newestOrder(of contact: Int, in world: KeapWorld) -> SimOrder? {
        let book = book(in: world)
        return book?.ordersByContact[contact]?.max().flatMap { book?.orders[$0] }
    }

    /// What is not possible (any more) is not done: its order may be deleted.
    @discardableResult
    private mutating func attempt(_ deed: BillingDeed, in world: inout KeapWorld) -> BillingResult? {
        now = now.advanced(byMilliseconds: 1_000)
        return try? world.bill(deed, in: account, at: now)
    }

    private mutating func call(
        _ method: String, _ version: String, _ path: [String], _ body: JSON?, in world: inout KeapWorld
    ) -> SimAnswer {
        now = now.advanced(byMilliseconds: 1_000)
        let request = SimRequest(method: method, path: ["rest", version] + path, body: body?.bytes ?? [])
        return world.act(request, onBehalfOf: world.appName(of: account) ?? "", at: now)
    }
}
