import SeededRandom

import func DeterministicSimulation.onOwnThread
import Testing

@testable import KeapSimulator

@Suite struct DayTests {
    /// A day of a client that works to the limit: searches, creations, tags off and on, changes.
    static func day(calls: Int, seed: UInt64) -> KeapWorld {
        let caller = Caller(limits: .key) {
            $0.seed = seed
            $0.faults = [FaultRule(.status(503), probability: 0.01)]
        }
        var generator = SeededGenerator(seed: seed)
        let tags = (0..<20).map { number in
            caller.wait(seconds: 0.1)
            return caller.tag("Tag \(number)")
        }
        for call in tags.count..<calls {
            caller.wait(seconds: 43_000.0 / Double(calls))
            let person = Int.random(in: 0..<2_000, using: &generator)
            let tag = tags[Int.random(in: 0..<tags.count, using: &generator)]
            let ids: JSON = ["contact_ids": [.string(String(1001 + person))]]
            switch call % 5 {
            case 0: _ = caller.contact("Person", String(person), email: "p\(person)@x.org")
            case 1: _ = caller.call("GET", "/v2/contacts?fields=id,tag_ids&filter=email==p\(person)@x.org")
            case 2: _ = caller.call("POST", "/v2/tags/\(tag)/contacts:removeTags", ids)
            case 3: _ = caller.call("POST", "/v2/tags/\(tag)/contacts:applyTags", ids)
            default:
                _ = caller.call(
                    "PATCH", "/v2/contacts/\(1001 + person)?update_mask=website", ["website": .string("x\(call)")])
            }
        }
        return caller.world
    }

    @Test func `a whole day of calls passes within every limit`() async {
        let world = await onOwnThread { DayTests.day(calls: 30_000, seed: 1) }
        #expect(world.audit.total == 30_000)
        #expect(world.audit.throttledCount == 0)
        #expect(world.audit.callsByStatus[503] ?? 0 > 200)
    }

    @Test func `the same seed gives the same day`() {
        let days = [1, 1, 2].map { DayTests.day(calls: 2_000, seed: $0) }
        #expect(days[0].audit.requests == days[1].audit.requests)
        #expect(days[0].audit.requests != days[2].audit.requests)
    }
}
