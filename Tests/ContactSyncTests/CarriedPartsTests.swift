import Testing

@testable import ContactSync

@Suite struct CarriedPartsTests {
    @Test func `it does not change while all snapshots carry the same parts`() {
        var carried = CarriedParts.unknown(after: 0)
        carried.delivered(["a", "b"], by: 1, after: 0)
        let before = carried
        carried.delivered(["a", "b"], by: 2, after: 1)
        #expect(carried == before)
    }

    @Test func `a part is left over of the snapshots after the last that carried it`() {
        var carried = CarriedParts.unknown(after: 0)
        carried.delivered(["a", "b"], by: 2, after: 0)
        carried.delivered(["a"], by: 5, after: 2)
        #expect(carried.leftOver(of: ["a", "b", "c"], for: 1) == ["c"])
        #expect(carried.leftOver(of: ["a", "b", "c"], for: 3) == ["b", "c"])
        carried.delivered(["b", "c"], by: 3, after: 5)
        #expect(carried.leftOver(of: ["a", "b", "c"], for: 2) == [])
        #expect(carried.leftOver(of: ["a", "b", "c"], for: 4) == ["b", "c"])
        carried.delivered(["a", "c"], by: 7, after: 5)
        #expect(carried.leftOver(of: ["a", "b", "c"], for: 4) == ["b"])
    }

    @Test func `what an earlier version delivered counts as carried by the newest`() {
        var carried = CarriedParts.unknown(after: 9)
        #expect(carried.leftOver(of: [CarriedParts.status, "city"], for: 8) == [])
        carried.delivered(["city"], by: 12, after: 9)
        #expect(carried.leftOver(of: [CarriedParts.status, "city"], for: 8) == [])
        #expect(carried.leftOver(of: [CarriedParts.status, "city"], for: 10) == [CarriedParts.status])
    }

    @Test func `of two lanes that are one, what either carried counts`() {
        var (a, b) = (CarriedParts.unknown(after: 0), CarriedParts.unknown(after: 0))
        a.delivered(["a", "b"], by: 2, after: 0)
        a.delivered(["a"], by: 4, after: 2)
        b.delivered(["c"], by: 3, after: 0)
        let united = a.united(with: b)
        #expect(united.leftOver(of: ["a", "b", "c"], for: 1) == [])
        #expect(united.leftOver(of: ["a", "b", "c", "d"], for: 3) == ["b", "d"])
        #expect(united == b.united(with: a))
    }

    @Test func `it survives in the mirror, whose bytes stay the same`() throws {
        var mirror = Mirror()
        mirror.carried = .unknown(after: 0)
        mirror.carried?.delivered(["a", "b", "c", "d"], by: 7, after: 0)
        mirror.carried?.delivered(["b"], by: 9, after: 7)
        let read = try Mirror(bytes: mirror.bytes)
        #expect(read == mirror && read.bytes == mirror.bytes)
        #expect(try Mirror(bytes: Mirror().bytes).carried == nil)
    }
}
