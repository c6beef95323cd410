/// Records that were read because they lie behind one that was asked for: a bounded number of bytes, the latest reads'.
///
/// A record never changes, and its address is not used again, so nothing in here is out of date.
struct ReadAheadRecords {
    /// Of one read each, the latest last: neighbours in the order of their addresses.
    private var runs: [[JournalRecord]] = []
    private var bytes = 0
    private let most: Int

    init(most: Int) { self.most = most }

    mutating func add(_ run: [JournalRecord]) {
        let size = Self.size(run)
        guard !run.isEmpty, size <= most else { return }
        runs.append(run)
        bytes += size
        while bytes > most { bytes -= Self.size(runs.removeFirst()) }
    }

    subscript(address: RecordAddress) -> JournalRecord? {
        for run in runs.reversed() {
            guard let first = run.first, let last = run.last, first.address <= address, address <= last.address else {
                continue
            }
            var (low, high) = (0, run.count)
            while low < high {
                let middle = (low + high) / 2
                if run[middle].address < address { low = middle + 1 } else { high = middle }
            }
            if low < run.count, run[low].address == address { return run[low] }
        }
        return nil
    }

    /// What they take in memory, roughly.
    private static func size(_ run: [JournalRecord]) -> Int { run.reduce(0) { $0 + $1.payload.count + 96 } }
}
