import SeededRandom
import Testing

@testable import Keap

@Suite struct ContactLocksTests {
    let a = ContactID("1")
    let b = ContactID("2")
    let c = ContactID("3")
    let tag = TagID("10")
    let other = TagID("11")

    @Test func `calls on one contact go one after the other, in the order they came`() {
        var gate = ContactLocks<Int>()
        #expect(gate.arrive(1, .one(a)) == true)
        #expect(gate.arrive(2, .one(a)) == false)
        #expect(gate.arrive(3, .one(a)) == false)
        #expect(gate.leave(1) == [2])
        #expect(gate.leave(2) == [3])
        #expect(gate.leave(3) == [])
        #expect(gate.isEmpty)
    }

    @Test func `other contacts, and calls that name none, do not wait`() {
        var gate = ContactLocks<Int>()
        #expect(gate.arrive(1, .one(a)) == true)
        #expect(gate.arrive(2, .one(b)) == true)
        #expect(gate.arrive(3, .none) == true)
        #expect(gate.arrive(4, .none) == true)
    }

    @Test func `a call on many waits for all of them, and those behind it wait for it`() {
        var gate = ContactLocks<Int>()
        #expect(gate.arrive(1, .one(a)) == true)
        #expect(gate.arrive(2, .one(b)) == true)
        #expect(gate.arrive(3, .bulk([a, b, c], tag, .remove)) == false)
        #expect(gate.arrive(4, .one(c)) == false)
        #expect(gate.leave(1) == [])
        #expect(gate.leave(2) == [3])
        #expect(gate.leave(3) == [4])
    }

    @Test func `bulk calls of one direction overlap on different tags, and on nothing else`() {
        var gate = ContactLocks<Int>()
        #expect(gate.arrive(1, .bulk([a, b], tag, .remove)) == true)
        #expect(gate.arrive(2, .bulk([a, b], other, .remove)) == true)
        #expect(gate.arrive(3, .bulk([a], tag, .remove)) == false)
        #expect(gate.arrive(4, .bulk([b], other, .apply)) == false)
        #expect(gate.leave(1) == [3])
        #expect(gate.leave(2) == [4])
    }

    @Test func `bulk calls that could overlap do not overtake who waits between them`() {
        var gate = ContactLocks<Int>()
        #expect(gate.arrive(1, .bulk([a], tag, .remove)) == true)
        #expect(gate.arrive(2, .one(a)) == false)
        #expect(gate.arrive(3, .bulk([a], other, .remove)) == false)
        #expect(gate.leave(1) == [2])
        #expect(gate.leave(2) == [3])
    }

    @Test func `who gives up waiting lets those behind move up`() {
        var gate = ContactLocks<Int>()
        #expect(gate.arrive(1, .one(a)) == true)
        #expect(gate.arrive(2, .bulk([a, b], tag, .remove)) == false)
        #expect(gate.arrive(3, .one(b)) == false)
        #expect(gate.leave(2) == [3])
        #expect(gate.leave(1) == [])
        #expect(gate.leave(3) == [])
        #expect(gate.isEmpty)
    }

    @Test func `a contact named twice counts once`() {
        var gate = ContactLocks<Int>()
        #expect(gate.arrive(1, .bulk([a, a], tag, .remove)) == true)
        #expect(gate.arrive(2, .bulk([a, a], tag, .remove)) == false)
        #expect(gate.leave(1) == [2])
        #expect(gate.leave(2) == [])
        #expect(gate.isEmpty)
    }

    @Test func `leaving twice is leaving once`() {
        var gate = ContactLocks<Int>()
        #expect(gate.arrive(1, .one(a)) == true)
        #expect(gate.arrive(2, .one(a)) == false)
        #expect(gate.arrive(3, .one(a)) == false)
        #expect(gate.leave(1) == [2])
        #expect(gate.leave(1) == [])
    }

    @Test(arguments: 0..<60)
    func `random callers never meet, keep their order and all get through`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var gate = ContactLocks<Int>()
        var claims: [Int: ContactClaim] = [:]
        var waiting: Set<Int> = []
        var running: Set<Int> = []
        var next = 0

        func start(_ ticket: Int) {
            let claim = claims[ticket] ?? .none
            for one in running {
                #expect(!clash(claim, claims[one] ?? .none), "seed \(seed): \(one) and \(ticket) meet")
            }
            for earlier in waiting where earlier < ticket {
                #expect(!clash(claim, claims[earlier] ?? .none), "seed \(seed): \(ticket) overtakes \(earlier)")
            }
            waiting.remove(ticket)
            running.insert(ticket)
        }

        for step in 0..<600 {
            let isEnding = step >= 400 || Int.random(in: 0..<3, using: &random) == 0
            if !isEnding || (running.isEmpty && waiting.isEmpty) {
                if step >= 400 { break }
                next += 1
                claims[next] = anyClaim(&random)
                waiting.insert(next)
                if gate.arrive(next, claims[next] ?? .none) { start(next) }
            } else {
                #expect(!running.isEmpty, "seed \(seed): everybody waits")
                // Sometimes who waits gives up instead.
                let isGivingUp = !waiting.isEmpty && Int.random(in: 0..<5, using: &random) == 0
                guard let ticket = (isGivingUp ? waiting : running).sorted().randomElement(using: &random) else {
                    return
                }
                running.remove(ticket)
                waiting.remove(ticket)
                for free in gate.leave(ticket) where waiting.contains(free) { start(free) }
            }
        }
        while let ticket = running.min() {
            running.remove(ticket)
            for free in gate.leave(ticket) { start(free) }
        }
        #expect(waiting.isEmpty, "seed \(seed)")
        #expect(gate.isEmpty, "seed \(seed)")
    }

    private func clash(_ one: ContactClaim, _ two: ContactClaim) -> Bool {
        guard !Set(one.contacts).isDisjoint(with: two.contacts) else { return false }
        if case .bulk(_, let tag, let way) = one, case .bulk(_, let other, let otherWay) = two {
            return tag == other || way != otherWay
        }
        return true
    }

    private func anyClaim(_ random: inout SeededGenerator) -> ContactClaim {
        func anyContact() -> ContactID { ContactID("\(Int.random(in: 0..<6, using: &random))") }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return .none
        case 1, 2: return .one(anyContact())
        default:
            let contacts = (0..<Int.random(in: 1...4, using: &random)).map { _ in anyContact() }
            let tag = TagID("\(Int.random(in: 0..<3, using: &random))")
            return .bulk(contacts, tag, Bool.random(using: &random) ? .remove : .apply)
        }
    }
}
