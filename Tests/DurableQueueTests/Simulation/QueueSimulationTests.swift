import DeterministicSimulation
import Testing

/// Random lives of the whole queue on the whole journal, on a simulated machine that is killed, loses power, fills up and
/// fails, one interleaving after the other. See `Ledger.Promise` for what is checked.
@Suite(.timeLimit(.minutes(Seeds.minutes(30)))) struct QueueSimulationTests {
    private static let usual: UInt64 = 500
    private static let shards: UInt64 = 4

    @Test(arguments: 0..<shards) func `no promise is broken, whatever the machine does`(shard: UInt64) async {
        let seeds = Seeds.all(Self.usual, shard: shard, of: Self.shards)
        let (counters, breaches) = await onOwnThread { Self.run(seeds) }
        #expect(breaches == [])
        // A simulation in which nothing goes wrong proves nothing.
        if seeds.count >= 100 { #expect(counters.missing == [], "\(counters)") }
    }

    private static func run(_ seeds: [UInt64]) -> (Tally, [String]) {
        var (counters, breaches) = (Tally(), [String]())
        for seed in seeds {
            let replay = "replay: LOCKSTEP_STORY=1 " + Seeds.replay(seed, "whatever the machine does")
            do {
                let outcome = try QueueSimulation(seed: seed).run()
                counters = counters + outcome.counters
                if !outcome.breaches.isEmpty { breaches.append("\(outcome.breaches) \(replay)") }
            } catch {
                breaches.append("\(error) \(replay)")
            }
        }
        return (counters, breaches)
    }

    @Test func `a simulation is the same again from its seed`() async {
        let different = await onOwnThread {
            (UInt64(1)...10).filter { seed in
                // One that fails is told of by the test above.
                (try? QueueSimulation(seed: seed).run()) != (try? QueueSimulation(seed: seed).run())
            }
        }
        #expect(different == [])
    }
}
