import KeapSimulator
import SeededRandom
import WireFormats

/// A gym's members over months, as a seed repeats them, each with what ChartMogul must come to show: worked out from what
/// is done, apart from all rules.
struct GymModel: Sendable {
    /// A bill for a subscription's next time.
    struct Bill: Hashable, Sendable {
        var order: Int
        var contact: Int
        var time: Int64
        /// A period's amount after discount, without tax.
        var net: Int
        var tax: Int
        var discount: Int
        var quantity: Int
        var cycle: SimCycle
        var frequency: Int
        var plan: Int
        /// Neither deleted nor voided.
        var counts = true
        var isTrial = false
        /// Its charge failed at first: whether its subscription goes on hangs on its payment.
        var failed = false
    }

    enum Standing: Hashable, Sendable {
        case active
        /// Stopped on a day, and paid until the midnight of another.
        case paused(until: Int64)
        /// It has, or had, an end.
        case ending(Int64)
        /// Its last charge failed on a day, and what comes of it.
        case failing(day: Int64, order: Int, Outcome)
        /// Ended on a day for a payment that has not come, and may.
        case unpaid(end: Int64, order: Int, Outcome)
        /// Nothing happens to it any more.
        case over
    }

    enum Outcome: CaseIterable, Hashable, Sendable { case paidSoon, forgiven, forgivenOnly, paidTooLate, never }

    struct Member: Sendable {
        var subscription: Int
        /// Whose it was since when.
        var holders: [(time: Int64, contact: Int)]
        var bills: [Bill] = []
        /// When it ended, in order.
        var ends: [Int64] = []
        /// Ends that a later payment took back, by its order.
        var forgiven: [(end: Int64, order: Int)] = []
        /// An end whose time is that of the reading which saw it.
        var vanished: Int64?
        var standing = Standing.active
        /// Nothing but bills before this day.
        var quietUntil: Int64
        var contact: Int { holders.last?.contact ?? 0 }
    }

    let handsOver: Bool
    private(set) var members: [Member] = []
    private(set) var happenings: [String: Int] = [:]
    private var plans: [Int] = []
    private var products: [Int] = []
    private var prospects: [Int] = []
    /// Contacts that have a subscription, and are there.
    private var contacts: Set<Int> = []
    private var voided: [(day: Int64, member: Int, bill: Int)] = []
    private var random: SeededGenerator
    private var now: Int64 = 0
    private let perThousand: Int

    /// - Parameter perThousand: how often in so many days something happens to a member.
    init(
        contacts: Int, seed: UInt64, handsOver: Bool, perThousand: Int = 25, at start: Int64, in world: inout KeapWorld
    )
        throws
    {
        (self.handsOver, self.perThousand, now) = (handsOver, perThousand, start)
        random = SeededGenerator(seed: seed)
        for number in 0..<contacts {
            let address = number % 40 == 7 ? "member \(number) at example" : "m\(number)@example.org"
            let answer = act(
                "POST", "v2", ["contacts"],
                #"{"given_name":"Member","family_name":"\#(number)","email_addresses":[{"field":"EMAIL1","email":"\#(address)"}]}"#,
                &world)
            if let text = JSONText.id(in: answer.body) { prospects.append(text) }
        }
        let drafts: [[BillingDeed.PlanDraft]] = [
            [.init(.month, price: 4_900), .init(.year, price: 49_000)],
            [.init(.week, 2, price: 1_950), .init(.month, 3, price: 12_001)],
        ]
        for (index, list) in drafts.enumerated() {
            let made = try deed(.addProduct(name: "Membership \(index)", price: 0, plans: list), &world)
            products.append(made.product ?? 0)
            plans += world.book?.products[made.product ?? 0]?.plans.map(\.id) ?? []
        }
    }

    /// Registers the hooks for bills.
    mutating func connect(_ world: inout KeapWorld) {
        for thing in ["subscription", "order", "invoice", "invoice.payment"] {
            for what in ["add", "edit", "delete"] {
                _ = act(
                    "POST", "v1", ["hooks"],
                    #"{"eventKey":"\#(thing).\#(what)","hookUrl":"https://gym.example/hooks/gym/keap/t"}"#, &world)
            }
        }
    }

    // MARK: A day

    /// Lives through a day's hour, each deed a second after the one before. Returns when the last was done.
    mutating func live(from time: Int64, in world: inout KeapWorld) throws -> Int64 {
        now = time
        let day = time / 86_400_000
        for index in members.indices { try live(index, day, &world) }
        for (due, member, bill) in voided where due <= day { try payAgain(member, bill, &world) }
        voided.removeAll { $0.day <= day }
        if !prospects.isEmpty, chance(min(900, 40 + prospects.count * 4)) { try signUp(day, &world) }
        if chance(3), let product = products.randomElement(using: &random) {
            try deed(.rename(product: product, name: "Membership since \(day)"), &world)
        }
        return now
    }

    private mutating func live(_ index: Int, _ day: Int64, _ world: inout KeapWorld) throws {
        let id = members[index].subscription
        guard let subscription = world.book?.subscriptions[id] else { return }
        switch members[index].standing {
        case .over: return
        case .active:
            if subscription.isActive, subscription.nextBill.daysSince1970 <= day { return try bill(index, day, &world) }
        case .ending(let end):
            if day > end, subscription.isActive {
                try deed(.deactivate(subscription: id, end: nil, reason: "It has ended"), &world)
            }
            if day <= end {
                if subscription.nextBill.daysSince1970 <= day { return try bill(index, day, &world) }
                guard day < end, chance(60) else { return }
                var change = BillingDeed.SubscriptionChange()
                if chance(300) {
                    count("end moved")
                    let other = end + 6
                    change.end = CivilDay(daysSince1970: other)
                    members[index].standing = .ending(other)
                } else {
                    count("end taken back")
                    change.removesEnd = true
                    members[index].standing = .active
                }
                try deed(.change(subscription: id, change), &world)
                members[index].quietUntil = day + 5
                return
            }
            return try revive(index, after: end, day, subscription, &world)
        case .paused(let until):
            if day < until {
                guard chance(40) else { return }
                count("pause taken back")
                var change = BillingDeed.SubscriptionChange()
                (change.isActive) = true
                try deed(.change(subscription: id, change), &world)
                (members[index].standing, members[index].quietUntil) = (.active, day + 4)
                return
            }
            return try revive(index, after: until, day, subscription, &world)
        case .failing(let since, let order, let outcome): return try goOn(index, since, order, outcome, day, &world)
        case .unpaid(let end, let order, let outcome):
            return try goOn(index, end, order, outcome, day, &world, isEnded: true)
        }
        guard day >= members[index].quietUntil, chance(perThousand) else { return }
        try happen(index, day, subscription, &world)
    }

    /// What had ended begins again, once all that was paid for is over.
    private mutating func revive(
        _ index: Int, after end: Int64, _ day: Int64, _ subscription: SimSubscription, _ world: inout KeapWorld
    ) throws {
        let id = members[index].subscription
        let paidUntil = (members[index].bills.map { Self.end(of: $0) }.max() ?? 0) / 86_400_000
        guard day > max(end, paidUntil) + 3, !subscription.isActive, chance(30) else { return }
        count("revival")
        members[index].ends.append(end * 86_400_000)
        var change = BillingDeed.SubscriptionChange()
        (change.isActive, change.removesEnd) = (true, true)
        change.nextBill = CivilDay(daysSince1970: day)
        try deed(.change(subscription: id, change), &world)
        members[index].standing = .active
        try bill(index, day, &world, isSafe: true)
    }

    private mutating func goOn(
        _ index: Int, _ since: Int64, _ order: Int, _ outcome: Outcome, _ day: Int64, _ world: inout KeapWorld,
        isEnded: Bool = false
    ) throws {
        let id = members[index].subscription
        if !isEnded {
            if outcome == .paidSoon {
                guard day >= since + 2 else { return }
                count("paid soon")
                try deed(.pay(orders: [order], amount: nil, .capture), &world)
                members[index].standing = .active
            } else if day >= since + 3 {
                count("ended for failed payment")
                let end = CivilDay(daysSince1970: day)
                try deed(.deactivate(subscription: id, end: end, reason: "Max charge attempts"), &world)
                members[index].standing = .unpaid(end: day, order: order, outcome)
            }
            return
        }
        switch outcome {
        case .paidSoon: return
        case .never:
            members[index].ends.append(since * 86_400_000)
            members[index].standing = .over
            count("never paid")
        case .forgiven, .forgivenOnly:
            guard day >= since + 2, day == since + 30 || chance(80) else { return }
            try deed(.pay(orders: [order], amount: nil, .capture), &world)
            count("forgiven")
            members[index].forgiven.append((since * 86_400_000, order))
            if outcome == .forgivenOnly {
                members[index].standing = .over
                return
            }
            var change = BillingDeed.SubscriptionChange()
            (change.isActive, change.removesEnd) = (true, true)
            try deed(.change(subscription: id, change), &world)
            (members[index].standing, members[index].quietUntil) = (.active, day + 3)
        case .paidTooLate:
            guard day >= since + 31, chance(150) else { return }
            count("paid too late")
            try deed(.pay(orders: [order], amount: nil, .capture), &world)
            members[index].ends.append(since * 86_400_000)
            var change = BillingDeed.SubscriptionChange()
            (change.isActive, change.removesEnd) = (true, true)
            change.nextBill = CivilDay(daysSince1970: day)
            try deed(.change(subscription: id, change), &world)
            members[index].standing = .active
            try bill(index, day, &world, isSafe: true)
        }
    }

    // MARK: What happens

    private mutating func signUp(_ day: Int64, _ world: inout KeapWorld) throws {
        guard let plan = plans.randomElement(using: &random), let contact = takeProspect() else { return }
        var sale = BillingDeed.Sale(contact: contact, plan: plan, outcome: .paid)
        if chance(250) { sale.trialDays = 14 }
        if chance(200) { sale.charge = .init(tax: 411, discount: chance(500) ? 500 : 0) }
        if chance(150) { sale.quantity = 2 }
        let made = try deed(.sell(sale), &world)
        guard let id = made.subscription, let order = made.order, let subscription = world.book?.subscriptions[id]
        else {
            return
        }
        contacts.insert(contact)
        var member = Member(subscription: id, holders: [(now, contact)], quietUntil: day + 3)
        var bill = Self.bill(order, subscription, at: now)
        if sale.trialDays > 0 {
            count("trial")
            (bill.net, bill.isTrial) = (0, true)
        } else {
            (bill.tax, bill.discount) = (sale.charge.tax, sale.charge.discount)
            bill.net -= sale.charge.discount
        }
        count("sign-up")
        member.bills.append(bill)
        members.append(member)
    }

    private mutating func bill(_ index: Int, _ day: Int64, _ world: inout KeapWorld, isSafe: Bool = false) throws {
        let id = members[index].subscription
        var fails = !isSafe && chance(80)
        // One that ends soon anyhow is left alone.
        if members[index].standing != .active { fails = false }
        let made = try deed(.bill(subscription: id, fails ? .failed : .paid, .init()), &world)
        guard let order = made.order, let subscription = world.book?.subscriptions[id] else { return }
        members[index].bills.append(Self.bill(order, subscription, at: now))
        members[index].bills[members[index].bills.count - 1].failed = fails
        if fails, let outcome = Outcome.allCases.randomElement(using: &random) {
            count("failed charge")
            members[index].standing = .failing(day: day, order: order, outcome)
        }
    }

    private static func bill(_ order: Int, _ subscription: SimSubscription, at now: Int64) -> Bill {
        Bill(
            order: order, contact: subscription.contact, time: now, net: subscription.amount * subscription.quantity,
            tax: 0, discount: 0, quantity: subscription.quantity, cycle: subscription.cycle,
            frequency: subscription.frequency, plan: subscription.plan)
    }

    private mutating func happen(
        _ index: Int, _ day: Int64, _ subscription: SimSubscription, _ world: inout KeapWorld
    ) throws {
        let id = members[index].subscription
        var change = BillingDeed.SubscriptionChange()
        members[index].quietUntil = day + 3
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1:
            count("pause")
            try deed(.deactivate(subscription: id, end: nil, reason: "Away"), &world)
            members[index].standing = .paused(until: subscription.nextBill.daysSince1970)
        case 2, 3:
            count("end set")
            var end = day + Int64.random(in: 2...25, using: &random)
            // Not on the day of a bill.
            let next = subscription.nextBill.daysSince1970
            while (end - next) % 14 == 0 || end == next { end += 1 }
            change.end = CivilDay(daysSince1970: end)
            try deed(.change(subscription: id, change), &world)
            members[index].standing = .ending(end)
        case 4:
            count("other plan")
            change.plan = plans.randomElement(using: &random)
            try deed(.change(subscription: id, change), &world)
        case 5:
            count("other amount")
            change.amount = Int.random(in: 10...90, using: &random) * 100
            try deed(.change(subscription: id, change), &world)
        case 6:
            count("other interval")
            change.frequency = Int.random(in: 1...3, using: &random)
            try deed(.change(subscription: id, change), &world)
        case 7:
            guard let other = takeProspect() else { return }
            count("move")
            contacts.insert(other)
            change.contact = other
            try deed(.change(subscription: id, change), &world)
            members[index].holders.append((now, other))
        case 8 where !handsOver:
            // Into one that is new, or one of the members.
            let mine = members[index].contact
            let member = contacts.subtracting([mine]).sorted().randomElement(using: &random)
            guard let other = chance(500) ? member : takeProspect() ?? member else { return }
            count("merger")
            _ = act(
                "POST", "v2", ["contacts:merge"], #"{"contact_id":"\#(other)","duplicate_contact_id":"\#(mine)"}"#,
                &world)
            contacts.remove(mine)
            contacts.insert(other)
            for index in members.indices {
                for bill in members[index].bills.indices where members[index].bills[bill].contact == mine {
                    members[index].bills[bill].contact = other
                }
                if members[index].contact == mine { members[index].holders.append((now, other)) }
            }
        case 9:
            guard chance(400) else { return }
            count("deletion")
            let mine = members[index].contact
            _ = act("DELETE", "v2", ["contacts", "\(mine)"], "", &world)
            contacts.remove(mine)
            for index in members.indices { erase(index, mine) }
        default: try changeAnOrder(index, day, &world)
        }
    }

    /// The contact is gone, with all that it had.
    private mutating func erase(_ index: Int, _ contact: Int) {
        for bill in members[index].bills.indices where members[index].bills[bill].contact == contact {
            members[index].bills[bill].counts = false
        }
        // Without the order, nothing tells of its payment.
        let dead = Set(members[index].bills.filter { !$0.counts }.map(\.order))
        members[index].ends += members[index].forgiven.filter { dead.contains($0.order) }.map(\.end)
        members[index].forgiven.removeAll { dead.contains($0.order) }
        guard members[index].contact == contact else { return }
        switch members[index].standing {
        case .active, .failing: vanish()
        case .ending(let day), .paused(let day):
            if day * 86_400_000 < now { members[index].ends.append(day * 86_400_000) } else { vanish() }
        case .unpaid(let day, _, _): members[index].ends.append(day * 86_400_000)
        case .over: break
        }
        func vanish() {
            members[index].ends.append(now)
            members[index].vanished = now
        }
        members[index].standing = .over
    }

    private mutating func changeAnOrder(_ index: Int, _ day: Int64, _ world: inout KeapWorld) throws {
        guard let last = members[index].bills.indices.last, members[index].bills[last].counts,
            let order = world.book?.orders[members[index].bills[last].order], order.paid > 0
        else { return }
        switch Int.random(in: 0..<(members[index].bills[last].failed ? 2 : 5), using: &random) {
        case 0, 1:
            guard order.refunded < order.paid else { return }
            count("refund")
            try deed(.refund(order: order.id, amount: chance(500) ? nil : 1), &world)
        case 2:
            count("void")
            try deed(.void(order: order.id), &world)
            members[index].bills[last].counts = false
            if chance(500) { voided.append((day + 3, index, last)) }
            members[index].quietUntil = day + 7
        case 3:
            count("amount edited")
            let bill = members[index].bills[last]
            let price = Int.random(in: 10...60, using: &random) * 100
            try deed(
                .editItem(order: order.id, item: order.items.first?.id, price: price, quantity: nil), &world)
            members[index].bills[last].net = price * bill.quantity - bill.discount
        default:
            count("order deleted")
            try deed(.deleteOrder(order.id), &world)
            members[index].bills[last].counts = false
        }
    }

    private mutating func payAgain(_ member: Int, _ bill: Int, _ world: inout KeapWorld) throws {
        guard let order = world.book?.orders[members[member].bills[bill].order] else { return }
        count("paid again")
        try deed(.pay(orders: [order.id], amount: nil, .capture), &world)
        members[member].bills[bill].counts = true
    }

    private mutating func takeProspect() -> Int? {
        prospects.isEmpty ? nil : prospects.remove(at: Int.random(in: prospects.indices, using: &random))
    }

    private mutating func chance(_ inThousand: Int) -> Bool { Int.random(in: 0..<1_000, using: &random) < inThousand }
    private mutating func count(_ what: String) { happenings[what, default: 0] += 1 }

    // MARK: Doing

    @discardableResult
    private mutating func deed(_ deed: BillingDeed, _ world: inout KeapWorld) throws -> BillingResult {
        now += 1_000
        return try world.bill(deed, in: GymWorld.key, at: WorldTime(milliseconds: now))
    }

    private mutating func act(
        _ method: String, _ version: String, _ path: [String], _ body: String, _ world: inout KeapWorld
    ) -> SimAnswer {
        now += 1_000
        return world.act(
            SimRequest(method: method, path: ["rest", version] + path, body: Array(body.utf8)), onBehalfOf: "gym",
            at: WorldTime(milliseconds: now))
    }

    /// The end of what a bill pays for; near enough to tell on which day.
    private static func end(of bill: Bill) -> Int64 {
        let day = CivilDay(daysSince1970: bill.time / 86_400_000)
        return bill.cycle.day(bill.frequency, after: day).daysSince1970 * 86_400_000
    }
}

/// The few things that are read of answers here.
enum JSONText {
    static func id(in body: [UInt8]) -> Int? {
        guard let node = try? JSONReader.read(body), case .object(let members) = node else { return nil }
        switch members.first(where: { $0.name == "id" })?.value {
        case .string(let text)?, .number(let text)?: return Int(text)
        default: return nil
        }
    }
}

extension KeapWorld {
    var book: BillingBook? { accounts["gym"]?.billing }
}
