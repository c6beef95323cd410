import LockstepSimulation
import Testing

/// The program's promises, from a web hook to what Keap shows, whatever dies and whichever answer is lost.
@Suite(.timeLimit(.minutes(5))) struct ServiceSimulationTests {
    private static let usual: UInt64 = 200
    private static let shards: UInt64 = 4

    @Test(arguments: 0..<shards)
    func `no contact is made twice, and no tag history is one that a quiet day could not have made`(
        shard: UInt64
    ) throws {
        var (kills, calls) = (0, 0)
        let seeds = Seeds.all(Self.usual, shard: shard, of: Self.shards)
        for seed in seeds {
            let replay = "replay: LOCKSTEP_SEED=\(seed) swift test --filter 'no contact is made twice'"
            do {
                let outcome = try ServiceSimulation(seed: seed).run()
                kills += outcome.kills
                calls += outcome.calls
                #expect(outcome.breaches == [], "\(replay)")
            } catch {
                Issue.record(error, "\(replay)")
            }
        }
        if seeds.count >= 50 { #expect(kills > 50 && calls > 1_000, "\(kills) kills, \(calls) calls") }
    }
}
