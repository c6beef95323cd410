import DeterministicSimulation
import EmbeddedHTTP
import Testing

@testable import LockstepService

struct DescriptorTests {
    @Test func `a limit below 128 is not served`() {
        #expect(DescriptorPlan(limit: 127) == nil)
        #expect(DescriptorPlan(limit: 0) == nil)
        #expect(DescriptorPlan(limit: -1) == nil)
        #expect(DescriptorPlan(limit: 128) != nil)
    }

    @Test(arguments: [128, 129, 200, 256, 512, 1_024, 4_096, 20_000, 1_048_576, Int.max])
    func `connections and calls together leave the reserve alone, and each part has something`(limit: Int) throws {
        let plan = try #require(DescriptorPlan(limit: limit))
        let used =
            plan.intakeLimits.descriptors + plan.adminLimits.descriptors + plan.calls * DescriptorPlan.perCall
        #expect(used <= limit - DescriptorPlan.reserve)
        #expect(plan.intakeConnections >= 16 && plan.adminConnections >= 8 && plan.calls >= 6)
        #expect(plan.intakeConnections <= 1_024)
        #expect(plan.calls(ofOneIn: 1) == plan.calls && plan.calls(ofOneIn: 100_000) == 1)
    }

    // MARK: Slots

    private actor Calls {
        private(set) var begun: [String] = []
        func begin(_ name: String) { begun.append(name) }
    }

    @Test(.timeLimit(.minutes(30)))
    func `accounts that wait for a slot take turns, each in its own order`() async throws {
        let slots = CallSlots(1)
        let (a, b) = (slots.join(), slots.join())
        let first = try #require(await slots.take(a))
        let calls = Calls()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, account, line) in [("a1", a, 1), ("a2", a, 2), ("b", b, 1)] {
                group.addTask {
                    guard let slot = await slots.take(account) else { return }
                    await calls.begin(name)
                    slots.giveBack(slot, isAnswered: true)
                }
                // Its place in line is taken before the next one comes.
                try await until { slots.waiting(account) >= line }
            }
            slots.giveBack(first, isAnswered: true)
            try await group.waitForAll()
        }
        #expect(await calls.begun == ["a1", "b", "a2"])
    }

    @Test(.timeLimit(.minutes(30)))
    func `accounts whose calls get no answer leave half of the slots to the others`() async throws {
        let slots = CallSlots(4)
        let hanging = (0..<4).map { _ in slots.join() }
        let well = slots.join()
        var taken: [CallSlots.Slot] = []
        for account in hanging { taken.append(try #require(await slots.take(account))) }
        async let waits = slots.take(well)
        try await until { slots.waiting(well) > 0 }
        // Their calls end without an answer, and they try again at once.
        for slot in taken { slots.giveBack(slot, isAnswered: false) }
        let served = try #require(await waits)
        for account in hanging.prefix(2) { _ = try #require(await slots.take(account)) }
        async let third = slots.take(hanging[2])
        try await until { slots.waiting(hanging[2]) > 0 }
        let more = try #require(await slots.take(well), "one slot is left for it")
        slots.giveBack(more, isAnswered: true)
        slots.giveBack(served, isAnswered: true)
        #expect(slots.waiting(hanging[2]) == 1, "it is in doubt, and two of those have slots")
        slots.abandon(hanging[2])
        let none = await third
        #expect(none == nil)
        let later = await slots.take(hanging[2])
        #expect(later == nil)
    }
}
