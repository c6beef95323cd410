import Testing

@testable import LockstepLimits

struct WaitingLineTests {
    @Test func `live guests go before bulk ones, each in the order they came`() {
        var line = WaitingLine<String>()
        for (guest, urgency) in [("b1", Urgency.bulk), ("l1", .live), ("b2", .bulk), ("l2", .live)] {
            _ = line.join(guest, urgency)
        }
        #expect(line.count(.live) == 2 && line.count(.bulk) == 2)
        var order: [String?] = []
        while let head = line.head {
            order.append(line[head])
            line.leave(head)
        }
        #expect(order == ["l1", "l2", "b1", "b2"])
        #expect(line.count(.live) == 0 && line.count(.bulk) == 0)
    }

    @Test func `who leaves from the middle is passed over, and leaving twice is leaving once`() {
        var line = WaitingLine<Int>()
        let places = (0..<5).map { line.join($0, .bulk) }
        for place in [places[1], places[1], places[0], places[3]] { line.leave(place) }
        #expect(line.count(.bulk) == 2)
        #expect(line.head == places[2])
        line.leave(places[2])
        #expect(line.head == places[4])
        line.leave(places[4])
        #expect(line.head == nil)
    }

    @Test(arguments: UInt64(1)...20)
    func `it agrees with a plain list, whoever comes and goes`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var line = WaitingLine<Int>()
        var model: [(guest: Int, urgency: Urgency, place: WaitingLine<Int>.Place)] = []
        for guest in 0..<2_000 {
            if Int.random(in: 0..<100, using: &random) < 52 {
                let urgency = Urgency.allCases.randomElement(using: &random)!
                model.append((guest, urgency, line.join(guest, urgency)))
            } else if let index = model.indices.randomElement(using: &random) {
                line.leave(model.remove(at: index).place)
            }
            let expected = model.first { $0.urgency == .live } ?? model.first
            #expect(line.head.flatMap { line[$0] } == expected?.guest, "seed \(seed)")
        }
    }
}
