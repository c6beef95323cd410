import DeterministicSimulation
import Testing

/// The program's promises, from a web hook to what Keap shows, whatever dies and whichever answer is lost.
@Suite(.timeLimit(.minutes(30))) struct ServiceSimulationTests {
    private static let usual: UInt64 = 200
    private static let shards: UInt64 = 4

    @Test(arguments: 0..<shards)
    func `no contact is made twice, and no tag history is one that a quiet day could not have made`(
        shard: UInt64
    ) async {
        let seeds = Seeds.all(Self.usual, shard: shard, of: Self.shards)
        let (kills, calls, breaches) = await onOwnThread { Self.run(seeds) }
        #expect(breaches == [])
        if seeds.count >= 50 { #expect(kills > 50 && calls > 1_000, "\(kills) kills, \(calls) calls") }
    }

    private static func run(_ seeds: [UInt64]) -> (kills: Int, calls: Int, breaches: [String]) {
        var (kills, calls, breaches) = (0, 0, [String]())
        for seed in seeds {
            let replay = Seeds.replay(seed, "no contact is made twice")
            do {
                let outcome = try ServiceSimulation(seed: seed).run()
                kills += outcome.kills
                calls += outcome.calls
                if !outcome.breaches.isEmpty { breaches.append("\(outcome.breaches) replay: \(replay)") }
            } catch {
                breaches.append("\(error) replay: \(replay)")
            }
        }
        return (kills, calls, breaches)
    }
}
