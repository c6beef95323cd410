import LockstepSimulation
import Testing

struct SeedTests {
    @Test func `seeds are as many as usual unless the environment says otherwise`() {
        #expect(Seeds.chosen(usual: 40, in: [:]) == 1...40)
        #expect(Seeds.chosen(usual: 40, in: ["LOCKSTEP_SEEDS": "7"]) == 1...7)
        #expect(Seeds.chosen(usual: 40, in: ["LOCKSTEP_SEEDS": "many"]) == 1...40)
    }

    @Test func `one seed is replayed alone`() {
        #expect(Seeds.chosen(usual: 40, in: ["LOCKSTEP_SEED": "4711", "LOCKSTEP_SEEDS": "9"]) == 4711...4711)
        #expect(Seeds.replay(4711, "some suite") == "LOCKSTEP_SEED=4711 swift test --filter 'some suite'")
    }
}
