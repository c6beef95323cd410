import Foundation

/// Other queues beside ours, on the same disk in the same run: jobs of 400 bytes, each durable before its answer.
///
/// Each peer in turn is started, measured in rounds that alternate with ours, and ended.
struct PeersBenchmark {
    private let options: BenchmarkOptions
    private let cleanup: CleanupProcess
    private let callers = 64

    init(_ options: BenchmarkOptions, cleanup: CleanupProcess) { (self.options, self.cleanup) = (options, cleanup) }

    private static var all: [any Peer.Type] {
        [
            NginxPeer.self, RedisPeer.self, BeanstalkdPeer.self, PostgresPeer.self, OrderedPostgresPeer.self,
            SQLitePeer.self,
        ]
    }

    func run() async throws {
        let chosen = try chosenPeers()
        var table = ResultTable([
            "peer", "accepts/s", "ours, HTTP", "ratio", "ours, in process", "ratio in process", "done/s",
            "ours, done/s", "ratio done",
        ])
        table.note(
            "jobs of 400 bytes, \(callers) callers, 1,000 lanes of ours; medians of \(options.rounds) rounds in which each "
                + "peer and ours take turns")
        let slowSyncs = try slowSyncs(&table)
        for (number, kind) in chosen.enumerated() {
            guard Programs.path(of: kind.program) != nil else {
                table.note("\(kind.name) is skipped: \(kind.program) is not installed")
                continue
            }
            guard options.syncDelay == .zero || !kind.isDurable || slowSyncs != nil else { continue }
            let place = PeerPlace(
                directory: cleanup.directory.appending(path: "peer-\(number)"), cleanup: cleanup, slowSyncs: slowSyncs)
            let own = try await OwnRates(syncDelay: options.syncDelay)
            do {
                table.add(try await row(kind, in: place, own))
                table.note("\(kind.name): \(kind.setting)")
            } catch let failure as PeerFailure {
                table.note("\(kind.name) is skipped: \(failure.reason)")
            }
            try await own.finish()
        }
        table.show(options)
    }

    /// Those whose names the command line begins, or all.
    private func chosenPeers() throws -> [any Peer.Type] {
        guard !options.words.isEmpty else { return Self.all }
        return try options.words.flatMap { word in
            let found = Self.all.filter { $0.name.lowercased().hasPrefix(word.lowercased()) }
            let names = Self.all.map { $0.name }.joined(separator: ", ")
            try require(!found.isEmpty, "there is no peer “\(word)”; there are \(names)")
            return found
        }
    }

    private func slowSyncs(_ table: inout ResultTable) throws -> SlowSyncs? {
        guard options.syncDelay > .zero else { return nil }
        do {
            let place = PeerPlace(directory: cleanup.directory, cleanup: cleanup)
            let slowSyncs = try SlowSyncs(delay: options.syncDelay, in: place)
            table.note("each sync of ours and of the peers takes \(options.syncDelay) longer")
            return slowSyncs
        } catch {
            table.note("peers that sync are skipped, for their syncs cannot be slowed: \(error)")
            return nil
        }
    }

    private func row(_ kind: any Peer.Type, in place: PeerPlace, _ own: OwnRates) async throws -> [ResultTable.Value] {
        var (accepts, cycles): ([Double], [Double]) = ([], [])
        let peer = try PeerFailure.of {
            try FileManager.default.createDirectory(
                at: place.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
            return try kind.init(in: place)
        }
        defer {
            peer.stop()
            // With the others at the latest.
            try? FileManager.default.removeItem(at: place.directory)
        }
        let isSlow = options.syncDelay > .zero
        for round in 0...options.rounds {
            try await own.measure(jobs: isSlow ? 5_000 : 20_000, callers: callers, counts: round > 0)
            let (accepted, done) = try PeerFailure.of {
                let jobs = isSlow ? max(512, kind.jobs / 4) : kind.jobs
                return (try peer.accepts(jobs, callers: callers), try peer.cycles(jobs, callers: callers))
            }
            guard round > 0 else { continue }  // warm up
            accepts.append(accepted)
            if let done { cycles.append(done) }
        }
        // Each caller waits for at least one sync.
        let most = isSlow && kind.isDurable ? Double(callers) / options.syncDelay.seconds : .infinity
        try PeerFailure.of {
            try require(
                accepts.median <= most, "it accepted \(Int(accepts.median)) a second, so its syncs were not slowed")
        }
        return figures(kind, accepts.median, cycles.isEmpty ? nil : cycles.median, own)
    }

    private func figures(
        _ kind: any Peer.Type, _ accepts: Double, _ cycles: Double?, _ own: OwnRates
    ) -> [ResultTable.Value] {
        let (http, inProcess, done) = (own.http.median, own.inProcess.median, own.cycles.median)
        return [
            .text(kind.name), .number(accepts, digits: 0), .number(http, digits: 0), .number(http / accepts, digits: 2),
            .number(inProcess, digits: 0), .number(inProcess / accepts, digits: 2),
            cycles.map { .number($0, digits: 0) } ?? .missing, .number(done, digits: 0),
            cycles.map { .number(done / $0, digits: 2) } ?? .missing,
        ]
    }
}

/// Why a peer has no figures, which ends its own measuring only.
struct PeerFailure: Error {
    var reason: String

    /// What the body throws is the peer's failure, not ours.
    static func of<Result>(_ body: () throws -> Result) throws(PeerFailure) -> Result {
        do { return try body() } catch { throw PeerFailure(reason: "\(error)") }
    }
}
