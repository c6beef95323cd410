import FileJournal
import DeterministicSimulation
import Testing

/// See `Seeds` for running more of them, or one again.
@Suite struct JournalSimulationTests {
    private static let shards: UInt64 = 4

    @Test(arguments: 0..<Self.shards)
    func `whatever a seed does to the disk, the journal keeps what it promised`(shard: UInt64) async {
        let seeds = Seeds.all(1200, shard: shard, of: Self.shards)
        let (tally, failures) = await onOwnThread { Self.run(seeds) }
        #expect(failures == [])
        guard seeds.count > 100 else { return }
        // Otherwise this proved less than it says.
        #expect(tally.torn > 10 && tally.poisoned > 10 && tally.refusals > 10 && tally.failedOpenings > 10, "\(tally)")
        #expect(tally.checkpoints > 100 && tally.reads > 100 && tally.segments > 100, "\(tally)")
    }

    private static func run(_ seeds: [UInt64]) -> (JournalHistory.Tally, [String]) {
        var (tally, failures) = (JournalHistory.Tally(), [String]())
        for seed in seeds {
            var history = JournalHistory(seed: seed)
            do {
                try history.run()
            } catch {
                failures.append("seed \(seed): \(error); again with LOCKSTEP_SEED=\(seed)")
            }
            tally += history.tally
        }
        return (tally, failures)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `power may go at any single call`(seed: UInt64) throws {
        var whole = JournalHistory(seed: seed)
        try whole.run(lives: 1, cut: .max)
        for call in 0...whole.changes[0] {
            var history = JournalHistory(seed: seed)
            do {
                try history.run(lives: 2, cut: call)
            } catch {
                Issue.record("seed \(seed), call \(call): \(error)")
            }
        }
    }
}
