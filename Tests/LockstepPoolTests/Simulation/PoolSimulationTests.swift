import LockstepSimulation
import Testing

/// Random lives of the whole queue on the whole journal, on a simulated machine that is killed, loses power, fills up and
/// fails, one interleaving after the other. See `Ledger.Promise` for what is checked.
@Suite(.timeLimit(.minutes(5))) struct PoolSimulationTests {
    private static let usual: UInt64 = 500
    private static let shards: UInt64 = 4

    @Test(arguments: 0..<shards) func `no promise is broken, whatever the machine does`(shard: UInt64) throws {
        let seeds = Seeds.all(Self.usual, shard: shard, of: Self.shards)
        var tally = Tally()
        for seed in seeds {
            let replay = "replay: LOCKSTEP_STORY=1 " + Seeds.replay(seed, "whatever the machine does")
            do {
                let outcome = try PoolSimulation(seed: seed).run()
                tally = tally + outcome.tally
                #expect(outcome.breaches == [], "\(replay)")
            } catch {
                Issue.record(error, "\(replay)")
            }
        }
        // A simulation in which nothing goes wrong proves nothing.
        if seeds.count >= 100 { #expect(tally.missing == [], "\(tally)") }
    }

    @Test func `a simulation is the same again from its seed`() throws {
        for seed in UInt64(1)...10 {
            let (first, second) = (try PoolSimulation(seed: seed).run(), try PoolSimulation(seed: seed).run())
            #expect(first == second, "seed \(seed)")
        }
    }
}
