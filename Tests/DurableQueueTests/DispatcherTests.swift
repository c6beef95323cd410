import SeededRandom
import Testing

@testable import DurableQueue

@Suite struct DispatcherTests {
    private func lanes(_ numbers: ClosedRange<UInt64>) -> [LaneID] { numbers.map { LaneID(rawValue: $0) } }

    private func dispatcher(perTenant: Int, total: Int, bytes: Int = 1_000, least: Int = 0) -> Dispatcher {
        Dispatcher(
            perTenant: .init(lanes: perTenant, bytes: bytes / 4), total: .init(lanes: total, bytes: bytes),
            least: least)
    }

    /// All that may run now, in their order.
    private func all(_ dispatcher: inout Dispatcher) -> [Dispatcher.Slot] {
        var slots: [Dispatcher.Slot] = []
        while let slot = dispatcher.next() { slots.append(slot) }
        return slots
    }

    private func one(_ dispatcher: inout Dispatcher) throws -> Dispatcher.Slot {
        let slot = dispatcher.next()
        return try #require(slot)
    }

    private func numbers(_ slots: [Dispatcher.Slot]) -> [UInt64] { slots.map(\.lane.rawValue) }

    @Test func `tenants take turns`() {
        var dispatcher = dispatcher(perTenant: 10, total: 10)
        for lane in lanes(1...3) { dispatcher.add(lane, of: .gym, .live) }
        for lane in lanes(4...5) { dispatcher.add(lane, of: .other, .live) }
        #expect(numbers(all(&dispatcher)) == [1, 4, 2, 5, 3])
    }

    @Test func `slots are counted, and come back one by one`() throws {
        var dispatcher = dispatcher(perTenant: 2, total: 3)
        for lane in lanes(1...3) { dispatcher.add(lane, of: .gym, .live) }
        for lane in lanes(4...6) { dispatcher.add(lane, of: .other, .live) }
        let slots = all(&dispatcher)
        #expect(numbers(slots) == [1, 4, 2])
        dispatcher.release(slots[1])
        let next = try one(&dispatcher)
        #expect(next.lane.rawValue == 5)
        #expect(dispatcher.next() == nil)
        dispatcher.release(slots[0])
        #expect([3, 6].contains(dispatcher.next()?.lane.rawValue))
        #expect(dispatcher.running == 3)
    }

    @Test func `a tenant that was at its limit comes back into the ring`() throws {
        var dispatcher = dispatcher(perTenant: 1, total: 10)
        for lane in lanes(1...2) { dispatcher.add(lane, of: .gym, .live) }
        let first = try one(&dispatcher)
        #expect(dispatcher.next() == nil)
        dispatcher.release(first)
        #expect(dispatcher.next()?.lane.rawValue == 2)
    }

    @Test func `bulk jobs leave a quarter of a tenant's slots to live ones, also when all others wait`() {
        var dispatcher = dispatcher(perTenant: 8, total: 100)
        for lane in lanes(1...20) { dispatcher.add(lane, of: .gym, .bulk) }
        #expect(all(&dispatcher).count == 6)
        for lane in lanes(21...23) { dispatcher.add(lane, of: .gym, .live) }
        #expect(numbers(all(&dispatcher)) == [21, 22])
    }

    @Test func `bulk jobs of many tenants leave a quarter of all slots to live ones`() {
        var dispatcher = dispatcher(perTenant: 8, total: 12)
        for tenant in 1...5 {
            for lane in lanes(1...8) {
                let number = LaneID(rawValue: UInt64(tenant) * 100 + lane.rawValue)
                dispatcher.add(number, of: TenantID("bulky \(tenant)"), .bulk)
            }
        }
        #expect(all(&dispatcher).count == 9)
        for lane in lanes(1...9) { dispatcher.add(lane, of: .gym, .live) }
        #expect(numbers(all(&dispatcher)) == [1, 2, 3])
    }

    @Test func `a live job goes before every tenant's bulk ones`() throws {
        var dispatcher = dispatcher(perTenant: 8, total: 1)
        for lane in lanes(1...2) { dispatcher.add(lane, of: .gym, .bulk) }
        dispatcher.add(LaneID(rawValue: 3), of: .other, .live)
        let first = try one(&dispatcher)
        #expect(first.lane.rawValue == 3)
        dispatcher.release(first)
        #expect(dispatcher.next()?.lane.rawValue == 1)
    }

    @Test func `live jobs may take every slot, and bulk ones wait`() {
        var dispatcher = dispatcher(perTenant: 4, total: 100)
        for lane in lanes(1...4) { dispatcher.add(lane, of: .gym, .bulk) }
        for lane in lanes(5...9) { dispatcher.add(lane, of: .gym, .live) }
        #expect(numbers(all(&dispatcher)) == [5, 6, 7, 8])
    }

    @Test func `what runs holds a bounded number of bytes, of which a tenant has a quarter`() throws {
        var dispatcher = dispatcher(perTenant: 100, total: 100, bytes: 1_000)
        for lane in lanes(1...9) { dispatcher.add(lane, of: .gym, .live) }
        var slots: [Dispatcher.Slot] = []
        while var slot = dispatcher.next() {
            #expect(dispatcher.hasRoomForMore(at: slot))
            dispatcher.hold(100, at: &slot)
            slots.append(slot)
        }
        #expect(slots.count == 3, "the third reached the limit of 250")
        #expect(!dispatcher.hasRoomForMore(at: slots[0]))
        dispatcher.add(LaneID(rawValue: 20), of: .other, .live)
        #expect(dispatcher.next()?.lane.rawValue == 20)
        dispatcher.release(slots[0])
        #expect(dispatcher.next()?.lane.rawValue == 4)
    }

    @Test func `one that is larger than everything runs alone of its tenant, and keeps no other waiting`() throws {
        var dispatcher = dispatcher(perTenant: 100, total: 100, bytes: 10)
        for lane in lanes(1...2) { dispatcher.add(lane, of: .gym, .live) }
        dispatcher.add(LaneID(rawValue: 3), of: .other, .live)
        var first = try one(&dispatcher)
        dispatcher.hold(1_000, at: &first)
        #expect(numbers(all(&dispatcher)) == [3])
        dispatcher.release(first)
        #expect(dispatcher.next()?.lane.rawValue == 2)
    }

    /// A tenant stands in both rings when its last slot is used by one of the other urgency.
    @Test func `the last slot is given once`() {
        var dispatcher = dispatcher(perTenant: 2, total: 100)
        dispatcher.add(LaneID(rawValue: 1), of: .gym, .bulk)
        dispatcher.add(LaneID(rawValue: 2), of: .gym, .bulk)
        dispatcher.add(LaneID(rawValue: 3), of: .gym, .live)
        dispatcher.add(LaneID(rawValue: 4), of: .gym, .live)
        let slots = all(&dispatcher)
        #expect(numbers(slots) == [3, 4])
        for slot in slots { dispatcher.release(slot) }
        // Of two slots bulk jobs leave one to live ones.
        let bulk = all(&dispatcher)
        #expect(numbers(bulk) == [1])
        dispatcher.release(bulk[0])
        #expect(numbers(all(&dispatcher)) == [2])
        #expect(dispatcher.running == 1)
    }

    // MARK: Tenants whose lanes never end

    @Test(arguments: [JobUrgency.live, .bulk])
    func `tenants that hold every slot and wait keep no other from running, however many they are`(
        urgency: JobUrgency
    ) {
        var dispatcher = dispatcher(perTenant: 64, total: 256, bytes: 1 << 20, least: 2)
        var held: [Int] = []
        for tenant in 0..<300 {
            for lane in lanes(1...80) {
                dispatcher.add(LaneID(rawValue: UInt64(tenant) * 100 + lane.rawValue), of: .init("\(tenant)"), urgency)
            }
            held.append(all(&dispatcher).count { $0.tenant == TenantID("\(tenant)") })
        }
        #expect(held[0] == (urgency == .live ? 64 : 48))
        #expect(held.allSatisfy { $0 >= 1 }, "\(held)")
        #expect(held[10] >= 256 / 11 * 3 / 4, "hundreds would share hundreds: \(held)")
        // 256 × (1 + ln 75), and two for each that came when the share was less.
        #expect(dispatcher.running < 256 * 6 + 2 * 300, "\(dispatcher.running)")
    }

    @Test func `nor do the bytes that they hold`() throws {
        var dispatcher = dispatcher(perTenant: 100, total: 1_000, bytes: 1_000)
        for tenant in 0..<20 {
            for lane in lanes(1...20) {
                dispatcher.add(LaneID(rawValue: UInt64(tenant) * 100 + lane.rawValue), of: .init("\(tenant)"), .live)
            }
            var count = 0
            while var slot = dispatcher.next() {
                #expect(slot.tenant == TenantID("\(tenant)"))
                dispatcher.hold(40, at: &slot)
                count += 1
            }
            #expect(count >= 1, "tenant \(tenant)")
            #expect(tenant >= 4 || count == 7, "tenant \(tenant): \(count)")
        }
        #expect(dispatcher.running * 40 < 1_000 * 4)
    }

    @Test func `a tenant that holds less than its share goes before those that hold more, and gives way after it`() {
        var dispatcher = dispatcher(perTenant: 8, total: 8)
        for lane in lanes(1...20) { dispatcher.add(lane, of: .gym, .live) }
        let held = all(&dispatcher)
        #expect(held.count == 8)
        for lane in lanes(21...40) { dispatcher.add(lane, of: .other, .live) }
        #expect(numbers(all(&dispatcher)) == [21, 22, 23, 24], "half of eight, though none is free")
        for slot in held.prefix(4) { dispatcher.release(slot) }
        #expect(all(&dispatcher) == [], "eight run")
        dispatcher.release(held[4])
        #expect(numbers(all(&dispatcher)) == [9], "the first one is below its share again")
    }

    @Test func `when tenants have nothing to run any more the others get their shares`() {
        var dispatcher = dispatcher(perTenant: 4, total: 4)
        var held: [Dispatcher.Slot] = []
        for tenant in ["a", "b"] {
            for lane in lanes(1...4) { dispatcher.add(lane, of: TenantID(tenant), .live) }
            held += all(&dispatcher)
        }
        #expect(held.map(\.tenant.rawValue) == ["a", "a", "a", "a", "b", "b"])
        for slot in held.prefix(3) { dispatcher.release(slot) }
        #expect(all(&dispatcher).count == 1, "of b's other two one: a has one left")
        dispatcher.release(held[3])
        #expect(all(&dispatcher).count == 1)
        #expect(dispatcher.running == 4)
    }

    @Test func `a live job never waits for what its tenant's bulk jobs hold`() throws {
        for (perTenant, bytes) in [(1, 1_000), (4, 1_000), (8, 40), (8, 1)] {
            var dispatcher = dispatcher(perTenant: perTenant, total: perTenant, bytes: bytes, least: 1)
            for lane in lanes(1...20) { dispatcher.add(lane, of: .gym, .bulk) }
            while var slot = dispatcher.next() { dispatcher.hold(10, at: &slot) }
            dispatcher.add(LaneID(rawValue: 30), of: .gym, .live)
            #expect(dispatcher.next()?.lane.rawValue == 30, "\(perTenant) lanes, \(bytes) bytes")
        }
    }

    /// In whatever order lanes come and end.
    private func mostAtOnce(of tenants: Int, perTenant: Int, total: Int, least: Int) -> Int {
        struct Situation {
            var dispatcher: Dispatcher
            var held: [Dispatcher.Slot]
        }
        let names = (0..<tenants).map { TenantID("\($0)") }
        // Which tenant is which makes no difference.
        func holdings(_ situation: Situation) -> [[Int]] {
            names.map { name in
                JobUrgency.allCases.map { urgency in
                    situation.held.count { $0.tenant == name && $0.urgency == urgency }
                }
            }.sorted { $0.lexicographicallyPrecedes($1) }
        }
        var open = [Situation(dispatcher: dispatcher(perTenant: perTenant, total: total, least: least), held: [])]
        var seen: Set = [holdings(open[0])]
        var (most, number) = (0, UInt64(0))
        while let situation = open.popLast() {
            most = max(most, situation.held.count)
            var next: [Situation] = []
            for name in names {
                for urgency in JobUrgency.allCases {
                    var other = situation
                    number += 1
                    other.dispatcher.add(LaneID(rawValue: number), of: name, urgency)
                    guard let slot = other.dispatcher.next() else { continue }
                    other.held.append(slot)
                    next.append(other)
                }
            }
            for slot in situation.held {
                var other = situation
                other.dispatcher.release(slot)
                other.held.removeAll { $0 == slot }
                next.append(other)
            }
            open += next.filter { seen.insert(holdings($0)).inserted }
        }
        return most
    }

    @Test func `no order of coming and going lets more lanes run than in the simulation`() {
        let policy = SimulatedLife.policy
        let most = mostAtOnce(
            of: SimulatedSubject.tenants.count, perTenant: policy.lanesPerTenant, total: policy.lanes,
            least: policy.leastLanesPerTenant)
        #expect(most == SimulatedLife.mostAtOnce)
    }

    @Test(arguments: [(4, 4, 1, 2), (4, 4, 1, 3), (4, 2, 1, 4), (8, 8, 1, 2), (5, 5, 2, 3)])
    func `what runs is bounded by all slots, the shares of two tenants, of three, and one live lane each`(
        total: Int, perTenant: Int, least: Int, tenants: Int
    ) {
        let shares = (2...tenants).map { min(perTenant, max(least, total / $0)) }
        let bound = min(total + shares.reduce(0, +) + tenants, tenants * perTenant)
        let most = mostAtOnce(of: tenants, perTenant: perTenant, total: total, least: least)
        #expect(most <= bound && most >= min(total + shares.reduce(0, +), tenants * perTenant) - 1, "\(most), \(bound)")
    }

    @Test(arguments: UInt64(1)...30) func `whatever comes and goes, a tenant below its share is never kept waiting`(
        seed: UInt64
    ) {
        var chance = SeededGenerator(seed: seed)
        let (perTenant, total) = (Int.random(in: 1...8, using: &chance), Int.random(in: 1...20, using: &chance))
        var dispatcher = dispatcher(perTenant: perTenant, total: total, bytes: 1 << 20, least: 1)
        var ready: [TenantID: Set<LaneID>] = [:]
        var held: [Dispatcher.Slot] = []
        for number in 1...600 as ClosedRange<UInt64> {
            let tenant = TenantID("\(Int.random(in: 0..<12, using: &chance))")
            if Int.random(in: 0..<5, using: &chance) < 3 {
                let urgency: JobUrgency = Bool.random(using: &chance) ? .live : .bulk
                dispatcher.add(LaneID(rawValue: number), of: tenant, urgency)
                ready[tenant, default: []].insert(LaneID(rawValue: number))
            } else if let index = held.indices.randomElement(using: &chance) {
                dispatcher.release(held.remove(at: index))
            }
            for slot in all(&dispatcher) {
                #expect(ready[slot.tenant]?.remove(slot.lane) != nil, "seed \(seed): it was ready, once")
                held.append(slot)
            }
            #expect(dispatcher.running == held.count)
            let waiting = ready.filter { !$0.value.isEmpty }.keys
            let sharers = Set(held.map(\.tenant)).union(waiting).count
            for tenant in waiting where !held.contains(where: { $0.tenant == tenant }) {
                Issue.record("seed \(seed): \(tenant) has nothing running and waits, of \(sharers)")
            }
            for tenant in Set(held.map(\.tenant)) {
                // One live job may run beside the bulk one that has a tenant's only lane.
                #expect(held.count { $0.tenant == tenant } <= max(perTenant, 2), "seed \(seed)")
                if perTenant > 1 { #expect(held.count { $0.tenant == tenant } <= perTenant, "seed \(seed)") }
            }
        }
        for slot in held { dispatcher.release(slot) }
        while case let rest = all(&dispatcher), !rest.isEmpty { for slot in rest { dispatcher.release(slot) } }
        #expect(dispatcher.running == 0, "seed \(seed)")
    }
}
