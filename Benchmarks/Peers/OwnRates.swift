import Foundation

/// Lockstep's own side, measured in turns with a peer.
final class OwnRates {
    private(set) var http: [Double] = []
    private(set) var inProcess: [Double] = []
    private(set) var cycles: [Double] = []
    private let accepting: AcceptingService
    private let cycle: CycleBenchmark.Run
    private let load: PoolLoad
    private let queue: EnqueueBenchmark.Target
    private var sent = 0

    init(syncDelay: Duration) async throws {
        accepting = try await AcceptingService(syncDelay: syncDelay)
        cycle = try await CycleBenchmark.Run(lanes: 1_000, syncDelay: syncDelay)
        load = try PoolLoad.inTemporaryDirectory(syncDelay: syncDelay)
        queue = try await EnqueueBenchmark.Target(load)
    }

    /// - Parameter counts: false for a round that only warms up.
    func measure(jobs: Int, callers: Int, counts: Bool) async throws {
        let accepts = try HTTPLoad(port: accepting.port, connections: callers).post(jobs, first: sent).perSecond
        let enqueues = try await queue.rate(sent..<(sent + jobs), callers: callers)
        let start = ContinuousClock.now
        try await cycle.complete(jobs, callers: callers)
        let lives = Double(jobs) / (ContinuousClock.now - start).seconds
        sent += jobs
        guard counts else { return }
        http.append(accepts)
        inProcess.append(enqueues)
        cycles.append(lives)
    }

    /// Checks what is on disk.
    func finish() async throws {
        let accepted = await accepting.accepted
        await accepting.stop()
        await queue.close()
        try await EnqueueBenchmark.check(load, holds: sent)
        load.remove()
        try await cycle.finish()
        try require(accepted == sent, "\(accepted) of \(sent) messages were accepted over HTTP")
    }
}
