import Foundation
import FileJournal
import DurableQueue
import Synchronization

/// How long a start takes with many pending jobs, and how long a checkpoint of them holds others up. Beside it, in the same
/// run, the floor: a bare read of the same files.
struct RecoveryBenchmark {
    var options: BenchmarkOptions
    var sizes = [250_000, 1_000_000, 2_000_000]
    var lanes = 100_000

    init(_ options: BenchmarkOptions) { self.options = options }

    func run() async throws {
        var table = ResultTable([
            "pending jobs", "checkpoint s", "longest stall ms", "idle ms", "files MB", "bare read s", "recovery s",
            "CPU s", "CPU µs each",
        ])
        table.note(
            "over \(lanes) lanes; a checkpoint of 95 % of them and a tail of the rest, without figures of a checkpoint all "
                + "in the tail; files in the page cache")
        for size in sizes { table.add(try await row(size)) }
        for size in sizes.prefix(2) { table.add(try await row(size, isFolded: false)) }
        table.show(options)
    }

    private func row(_ size: Int, isFolded: Bool = true) async throws -> [ResultTable.Value] {
        let load = try PoolLoad.inTemporaryDirectory()
        defer { load.remove() }
        let filled = try await fill(load, isFolded ? size * 19 / 20 : size, size)
        let (start, startCPU) = (ContinuousClock.now, Self.processorTime)
        let (queue, log) = try await load.open()
        let (took, tookCPU) = ((ContinuousClock.now - start).seconds, Self.processorTime - startCPU)
        let counts = await queue.counts()
        let pending = counts.tenants.values.reduce(0) { $0 + $1.pending }
        try require(pending == filled.jobs, "\(pending) of \(filled.jobs) jobs were recovered")
        try require(counts.lanes == min(lanes, size), "\(counts.lanes) lanes were recovered")
        await log.close()
        let floor = try Self.bareRead(load.directory, log.journal.recovery.bytesScanned)
        func folded(_ number: Double, digits: Int) -> ResultTable.Value {
            isFolded ? .number(number, digits: digits) : .missing
        }
        return [
            .number(Double(filled.jobs), digits: 0), folded(filled.checkpoint, digits: 2),
            folded(filled.stall * 1e3, digits: 1), folded(filled.idle * 1e3, digits: 1),
            .number(Double(floor.bytes) / 1e6, digits: 0), .number(floor.seconds, digits: 2), .number(took, digits: 2),
            .number(tookCPU, digits: 2), .number(tookCPU / Double(filled.jobs) * 1e6, digits: 2),
        ]
    }

    /// Seconds of processor that this process used: what it takes on a machine with no other load.
    private static var processorTime: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    private struct Filled {
        var jobs: Int
        var checkpoint = 0.0
        var stall = 0.0
        var idle = 0.0
    }

    private func fill(_ load: PoolLoad, _ folded: Int, _ size: Int) async throws -> Filled {
        let (queue, log) = try await load.open()
        let lanes = min(lanes, size)
        try await PoolLoad.enqueue((0..<folded).lazy.map { $0 % lanes }, on: queue)
        var filled = Filled(jobs: size)
        if folded < size {
            // Beside nothing else first, so that what the machine does is told from what the checkpoint does.
            let alone = try await Self.longestTurn(of: queue, lanes) { try await Task.sleep(for: .milliseconds(500)) }
            let start = ContinuousClock.now
            let beside = try await Self.longestTurn(of: queue, lanes) { try await queue.checkpoint() }
            filled.checkpoint = (ContinuousClock.now - start).seconds
            (filled.idle, filled.stall) = (alone.seconds, beside.seconds)
            filled.jobs += alone.accepted + beside.accepted
        }
        try await PoolLoad.enqueue((folded..<size).lazy.map { $0 % lanes }, on: queue)
        await log.close()
        return filled
    }

    /// Returns the longest time that a question to the queue waits for its answer while `body` runs.
    ///
    /// Meanwhile jobs are accepted one after the other, each of which changes what a checkpoint shares.
    private static func longestTurn(
        of queue: JobQueue, _ lanes: Int, _ body: () async throws -> Void
    ) async throws -> (seconds: Double, accepted: Int) {
        let flag = Flag()
        async let accepted = accept(on: queue, lanes, until: flag)
        async let longest = ask(queue, until: flag)
        try await body()
        flag.isOver.store(true, ordering: .relaxed)
        return (await longest, try await accepted)
    }

    private static func accept(on queue: JobQueue, _ lanes: Int, until flag: Flag) async throws -> Int {
        var count = 0
        while !flag.isOver.load(ordering: .relaxed) {
            try await PoolLoad.enqueue(CollectionOfOne(count * 7_919 % lanes), on: queue)
            count += 1
        }
        return count
    }

    private static func ask(_ queue: JobQueue, until flag: Flag) async -> Double {
        var longest = Duration.zero
        while !flag.isOver.load(ordering: .relaxed) {
            let start = ContinuousClock.now
            _ = await queue.metadata("none")
            longest = max(longest, ContinuousClock.now - start)
        }
        return longest.seconds
    }

    private final class Flag: Sendable {
        let isOver = Atomic<Bool>(false)
    }

    /// The checkpoint and as much of the newest segments as recovery read, once, thrown away.
    private static func bareRead(_ directory: URL, _ scanned: Int) throws -> (seconds: Double, bytes: Int) {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let segments = names.filter { $0.hasSuffix(".segment") }.sorted(by: >)
        let start = ContinuousClock.now
        var bytes = 0
        for name in names.filter({ $0 == "checkpoint" }) + segments where bytes < scanned {
            let file = try FileHandle(forReadingFrom: directory.appending(path: name))
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { bytes += piece.count }
            try file.close()
        }
        return ((ContinuousClock.now - start).seconds, bytes)
    }
}
