import Testing

@testable import DurableQueue

@Suite struct LaneTableTests {
    private let gym = TenantID.gym

    private func table(_ lanes: [[LaneKey]]) -> LaneTable {
        var table = LaneTable()
        for (number, keys) in lanes.enumerated() { table.bind(keys, to: LaneID(rawValue: UInt64(number) + 1), of: gym) }
        return table
    }

    private func placement(_ lane: UInt64, isNew: Bool = false, joins: [UInt64] = []) -> LaneTable.Placement {
        LaneTable.Placement(lane: LaneID(rawValue: lane), isNew: isNew, joins: joins.map { LaneID(rawValue: $0) })
    }

    @Test func `keys that no lane has make a new lane`() {
        #expect(table([[.id("1")]]).place([.id("2")], of: gym) == placement(2, isNew: true))
    }

    @Test func `the strongest key that leads to a lane decides`() {
        let table = table([[.name("ann")], [.booking("b")]])
        #expect(table.place([.booking("b"), .name("ann")], of: gym) == placement(2, joins: [1]))
        #expect(table.place([.name("ann"), .booking("b")], of: gym) == placement(1, joins: [2]))
    }

    @Test func `a lane without an exclusive value takes the first that comes`() {
        var table = table([[.name("ann")]])
        #expect(table.place([.id("1"), .name("ann")], of: gym) == placement(1))
        table.bind([.id("1"), .name("ann")], to: LaneID(rawValue: 1), of: gym)
        #expect(table.place([.id("2"), .name("ann")], of: gym) == placement(2, isNew: true))
    }

    @Test func `lanes with two values of an exclusive kind are never joined`() {
        let table = table([[.id("1"), .name("ann")], [.id("2"), .booking("b")]])
        #expect(table.place([.booking("b"), .name("ann")], of: gym) == placement(2))
        #expect(table.place([.id("1"), .booking("b")], of: gym) == placement(1))
    }

    /// Three lanes, of which the first is compatible with each of the others, but not these with one another.
    @Test func `of two that exclude one another the stronger is joined`() {
        let table = table([[.name("ann")], [.id("1"), .booking("a")], [.id("2"), .booking("b")]])
        let joined = table.place([.name("ann"), .booking("a"), .booking("b")], of: gym)
        #expect(joined == placement(1, joins: [2]))
    }

    @Test func `a key stays with the lane that has it`() {
        var table = table([[.id("1"), .name("ann")], [.id("2"), .name("ann")]])
        #expect(table.place([.name("ann")], of: gym) == placement(1))
        table.bind([.name("ann")], to: LaneID(rawValue: 2), of: gym)
        #expect(table.place([.name("ann")], of: gym) == placement(1))
    }

    @Test func `a job with two values of an exclusive kind goes by the stronger`() {
        let table = table([[.id("1")], [.id("2")]])
        #expect(table.place([.id("2"), .id("1")], of: gym) == placement(2))
    }

    @Test func `joining moves jobs, keys and states, and is remembered`() {
        var table = table([[.name("ann")], [.booking("b")]])
        let (one, two) = (LaneID(rawValue: 1), LaneID(rawValue: 2))
        for id: UInt64 in [1, 4, 5] { table.insert(JobID(rawValue: id), .live, into: one) }
        for id: UInt64 in [2, 3, 6] { table.insert(JobID(rawValue: id), .live, into: two) }
        table.setState(LogAddress(rawValue: 10), size: 1, of: one, merging: [])
        table.join(one, into: two)
        #expect(table[two].map { Array($0.pending) } == (1...6).map { JobID(rawValue: $0) })
        #expect(table[one] == nil)
        #expect(table.current(one) == two)
        #expect(table.place([.name("ann")], of: gym) == placement(2))
        #expect(table.stateAddress(of: one) == LogAddress(rawValue: 10))
        #expect(table.stateAddress(of: two) == nil)

        // The lane that was joined away was running, and ends now.
        table.setState(LogAddress(rawValue: 11), size: 1, of: one, merging: [])
        #expect(table.stateAddress(of: one) == LogAddress(rawValue: 11))
        table.setState(LogAddress(rawValue: 12), size: 1, of: two, merging: [one])
        #expect(table.stateAddress(of: one) == nil)
        #expect(table[two]?.stateAddresses == [LogAddress(rawValue: 12)])
    }

    @Test func `a lane with ever new keys forgets the oldest, but never one that decides`() {
        var table = table([[.id("1")]])
        for number in 0..<LaneTable.mostKeys + 10 {
            table.bind([.name("name \(number)")], to: LaneID(rawValue: 1), of: gym)
        }
        #expect(table.keys(of: LaneID(rawValue: 1)).count == LaneTable.mostKeys)
        #expect(table.place([.id("1")], of: gym) == placement(1))
        #expect(table.place([.name("name 0")], of: gym) == placement(2, isNew: true))
        #expect(table.place([.name("name \(LaneTable.mostKeys + 9)")], of: gym) == placement(1))
    }

    @Test func `the 257th booking of a person drops the oldest booking, and the person is found by name still`() {
        var table = table([[.name("ann")]])
        let lane = LaneID(rawValue: 1)
        for number in 0..<1_000 { table.bind([.booking("b\(number)")], to: lane, of: gym) }
        #expect(table.keys(of: lane).count == LaneTable.mostKeys)
        #expect(table.place([.name("ann")], of: gym) == placement(1))
        #expect(table.place([.booking("b999")], of: gym) == placement(1))
        #expect(table.place([.booking("b0")], of: gym).isNew)
    }
}
