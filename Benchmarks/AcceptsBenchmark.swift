import EmbeddedHTTP
import Foundation
import LoadGeneration

/// Durable accepts a second over HTTP: each message is on disk before its 202. Beside it, in the same run, the floors: the
/// same server without a queue behind it, and a bare write and sync.
struct AcceptsBenchmark {
    var options: BenchmarkOptions
    private let connections = [1, 16, 64]
    private let messages = 10_000

    init(_ options: BenchmarkOptions) { self.options = options }

    func run() async throws {
        let own = try await AcceptingService(syncDelay: options.syncDelay)
        let bare = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), answersOnLoop: true) { _ in
            .response(HTTPResponse(status: 202, body: Array(#"{"job":"1"}"#.utf8)))
        }
        let barePort = try bare.start()
        var table = ResultTable([
            "connections", "accepts/s", "p50 ms", "p99 ms", "bare HTTP/s", "of bare", "bare write + sync records/s",
            "of it", "ms / (sync + HTTP)",
        ])
        table.note("Zen Planner forms, each synced before its 202; medians of \(options.rounds) interleaved rounds")
        var sent = 0
        for count in connections {
            let ours = HTTPLoad(port: own.port, connections: count)
            let floor = HTTPLoad(port: barePort, connections: count)
            _ = try ours.post(1_000, first: 10_000_000)  // warm up
            _ = try floor.post(1_000)
            var (rates, bares, disks): ([Double], [Double], [Double]) = ([], [], [])
            var (p50, p99): ([Double], [Double]) = ([], [])
            let each = count == 1 ? messages / 5 : messages
            sent += 1_000 + options.rounds * each
            for round in 0..<options.rounds {
                let result = try ours.post(each, first: round * each)
                rates.append(result.perSecond)
                p50.append(Double(result.latencies.quantile(0.5)) / 1e6)
                p99.append(Double(result.latencies.quantile(0.99)) / 1e6)
                bares.append(try floor.post(each).perSecond)
                disks.append(
                    Double(count)
                        * (try Floors.syncedWrites(
                            batch: 1, size: 450 * count, seconds: 0.2, in: own.directory.path,
                            delay: options.syncDelay)))
            }
            table.add([
                .number(Double(count), digits: 0), .number(rates.median, digits: 0), .number(p50.median, digits: 2),
                .number(p99.median, digits: 2), .number(bares.median, digits: 0), .share(rates.median / bares.median),
                .number(disks.median, digits: 0), .share(rates.median / disks.median),
                // How one message's time compares with that of what it cannot do without.
                count == 1
                    ? .number(1 / rates.median / (1 / bares.median + 1 / disks.median), digits: 2) : .missing,
            ])
        }
        await bare.stop(grace: .seconds(1))
        let accepted = await own.accepted
        await own.stop()
        try require(accepted == sent, "\(accepted) of \(sent) messages were accepted")
        table.show(options)
    }
}
