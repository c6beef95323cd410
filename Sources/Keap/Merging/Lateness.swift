/// How many calls each run of a line is behind where first come, first served without merging would have it.
///
/// When we have made `n` calls, that order has made `n` too: as many as the budget let through. It has completed a run
/// once it has made all calls of that run and of those that came before, each tag edit in a call of its own. So a run
/// whose forerunners are complete is behind by the calls that later runs have got, less the calls that merging has
/// saved. While a forerunner is incomplete it is behind by less than that. The run that came first is behind most.
struct Lateness: Sendable {
    /// More runs than can be under way at once.
    static var mostRuns: Int { 1_024 }

    /// What the runs would have cost without merging, less what they did cost.
    private var saved = 0
    private var runs: [(rank: UInt64, calls: Int)] = []  // by rank
    /// The highest rank that is not in `runs` any more.
    private var forgotten: UInt64 = 0

    /// A call was made, whatever it carried.
    mutating func madeCall() { saved -= 1 }

    /// A run got what costs a call if it shares none.
    mutating func served(_ rank: UInt64) {
        saved += 1
        // Calls that many runs wait for give no run an advantage.
        guard rank > forgotten else { return }
        var index = runs.count
        while index > 0, runs[index - 1].rank > rank { index -= 1 }
        if index > 0, runs[index - 1].rank == rank {
            runs[index - 1].calls += 1
        } else {
            runs.insert((rank, 1), at: index)
        }
        guard runs.count > 2 * Self.mostRuns else { return }
        forgotten = runs[runs.count - Self.mostRuns - 1].rank
        runs.removeFirst(runs.count - Self.mostRuns)
    }

    /// Calls by which this run is behind; less than zero if it is ahead.
    func calls(of rank: UInt64) -> Int {
        // So many have overtaken it that it must not wait any longer.
        guard rank > forgotten else { return .max }
        var overtaking = 0
        for run in runs.reversed() {
            guard run.rank > rank else { break }
            overtaking += run.calls
        }
        return overtaking - saved
    }
}
