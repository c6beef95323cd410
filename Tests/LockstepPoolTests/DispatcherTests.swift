import Testing

@testable import LockstepPool

@Suite struct DispatcherTests {
    private func lanes(_ numbers: ClosedRange<UInt64>) -> [LaneID] { numbers.map { LaneID(rawValue: $0) } }

    private func dispatcher(perTenant: Int, total: Int, bytes: Int = 1_000) -> Dispatcher {
        Dispatcher(
            perTenant: .init(lanes: perTenant, bytes: bytes / 4), total: .init(lanes: total, bytes: bytes))
    }

    /// All that may run now, in their order.
    private func all(_ dispatcher: inout Dispatcher) -> [Dispatcher.Place] {
        var places: [Dispatcher.Place] = []
        while let place = dispatcher.next() { places.append(place) }
        return places
    }

    private func one(_ dispatcher: inout Dispatcher) throws -> Dispatcher.Place {
        let place = dispatcher.next()
        return try #require(place)
    }

    private func numbers(_ places: [Dispatcher.Place]) -> [UInt64] { places.map(\.lane.rawValue) }

    @Test func `tenants take turns`() {
        var dispatcher = dispatcher(perTenant: 10, total: 10)
        for lane in lanes(1...3) { dispatcher.add(lane, of: .gym, .live) }
        for lane in lanes(4...5) { dispatcher.add(lane, of: .other, .live) }
        #expect(numbers(all(&dispatcher)) == [1, 4, 2, 5, 3])
    }

    @Test func `places are counted, and come back one by one`() throws {
        var dispatcher = dispatcher(perTenant: 2, total: 3)
        for lane in lanes(1...3) { dispatcher.add(lane, of: .gym, .live) }
        for lane in lanes(4...6) { dispatcher.add(lane, of: .other, .live) }
        let places = all(&dispatcher)
        #expect(numbers(places) == [1, 4, 2])
        dispatcher.giveBack(places[1])
        let next = try one(&dispatcher)
        #expect(next.lane.rawValue == 5)
        #expect(dispatcher.next() == nil)
        dispatcher.giveBack(places[0])
        #expect([3, 6].contains(dispatcher.next()?.lane.rawValue))
        #expect(dispatcher.running == 3)
    }

    @Test func `a tenant that was at its limit comes back into the ring`() throws {
        var dispatcher = dispatcher(perTenant: 1, total: 10)
        for lane in lanes(1...2) { dispatcher.add(lane, of: .gym, .live) }
        let first = try one(&dispatcher)
        #expect(dispatcher.next() == nil)
        dispatcher.giveBack(first)
        #expect(dispatcher.next()?.lane.rawValue == 2)
    }

    @Test func `bulk jobs leave a quarter of a tenant's places to live ones, also when all others wait`() {
        var dispatcher = dispatcher(perTenant: 8, total: 100)
        for lane in lanes(1...20) { dispatcher.add(lane, of: .gym, .bulk) }
        #expect(all(&dispatcher).count == 6)
        for lane in lanes(21...23) { dispatcher.add(lane, of: .gym, .live) }
        #expect(numbers(all(&dispatcher)) == [21, 22])
    }

    @Test func `bulk jobs of many tenants leave a quarter of all places to live ones`() {
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
        dispatcher.giveBack(first)
        #expect(dispatcher.next()?.lane.rawValue == 1)
    }

    @Test func `live jobs may take every place, and bulk ones wait`() {
        var dispatcher = dispatcher(perTenant: 4, total: 100)
        for lane in lanes(1...4) { dispatcher.add(lane, of: .gym, .bulk) }
        for lane in lanes(5...9) { dispatcher.add(lane, of: .gym, .live) }
        #expect(numbers(all(&dispatcher)) == [5, 6, 7, 8])
    }

    @Test func `what runs holds a bounded number of bytes, of which a tenant has a quarter`() throws {
        var dispatcher = dispatcher(perTenant: 100, total: 100, bytes: 1_000)
        for lane in lanes(1...9) { dispatcher.add(lane, of: .gym, .live) }
        var places: [Dispatcher.Place] = []
        while var place = dispatcher.next() {
            #expect(dispatcher.hasRoomForMore(at: place))
            dispatcher.hold(100, at: &place)
            places.append(place)
        }
        #expect(places.count == 3, "the third reached the limit of 250")
        #expect(!dispatcher.hasRoomForMore(at: places[0]))
        dispatcher.add(LaneID(rawValue: 20), of: .other, .live)
        #expect(dispatcher.next()?.lane.rawValue == 20)
        dispatcher.giveBack(places[0])
        #expect(dispatcher.next()?.lane.rawValue == 4)
    }

    @Test func `one that is larger than everything runs alone`() throws {
        var dispatcher = dispatcher(perTenant: 100, total: 100, bytes: 10)
        for lane in lanes(1...2) { dispatcher.add(lane, of: .gym, .live) }
        dispatcher.add(LaneID(rawValue: 3), of: .other, .live)
        var first = try one(&dispatcher)
        dispatcher.hold(1_000, at: &first)
        #expect(dispatcher.next() == nil)
        dispatcher.giveBack(first)
        #expect(dispatcher.next() != nil)
    }

    /// A tenant stands in both rings when its last place is taken by one of the other urgency.
    @Test func `the last place is given once`() {
        var dispatcher = dispatcher(perTenant: 2, total: 100)
        dispatcher.add(LaneID(rawValue: 1), of: .gym, .bulk)
        dispatcher.add(LaneID(rawValue: 2), of: .gym, .bulk)
        dispatcher.add(LaneID(rawValue: 3), of: .gym, .live)
        dispatcher.add(LaneID(rawValue: 4), of: .gym, .live)
        let places = all(&dispatcher)
        #expect(numbers(places) == [3, 4])
        for place in places { dispatcher.giveBack(place) }
        #expect(numbers(all(&dispatcher)) == [1, 2])
        #expect(dispatcher.running == 2)
    }
}
