import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// PostgreSQL with a table of jobs that workers take by `SKIP LOCKED`, driven by its own pgbench.
class PostgresPeer: Peer {
    class var name: String { "PostgreSQL" }
    static let program = "postgres"
    class var setting: String {
        "synchronous_commit on; insert, then delete the oldest by SKIP LOCKED; no order per contact"
    }

    class var jobs: Int { 2_048 }

    private let process: ChildProcess
    private let place: PeerPlace
    private let port = LoopbackPort.free()
    private static let user = "postgres"

    required init(in place: PeerPlace) throws {
        self.place = place
        let directory = place.directory
        if geteuid() == 0 {
            guard let account = getpwnam(Self.user) else {
                throw BenchmarkFailure("there is no user postgres to run it")
            }
            guard chown(directory.path, account.pointee.pw_uid, account.pointee.pw_gid) == 0 else {
                throw BenchmarkFailure("its directory cannot be given to the user postgres")
            }
        }
        _ = try ChildProcess(
            ["initdb", "-D", directory.path + "/data", "-U", Self.user, "-A", "trust", "--no-sync"], in: place,
            asUser: Self.user
        ).finish()
        process = try ChildProcess(
            [
                Self.program, "-D", directory.path + "/data", "-h", "127.0.0.1", "-p", "\(port)", "-k", directory.path,
                "-c", "max_connections=200", "-c", "shared_buffers=256MB",
            ], in: place, asUser: Self.user, isSlowed: true, stopSignal: SIGINT)
        do {
            try process.waitUntilListening(on: port)
            try prepare()
        } catch {
            process.stop()
            throw error
        }
    }

    func stop() { process.stop() }

    private func prepare() throws {
        // Listening, it may still be starting.
        for attempt in 0..<100 {
            do {
                _ = try sql("CREATE TABLE jobs (id bigserial PRIMARY KEY, lane int NOT NULL, payload bytea NOT NULL)")
                _ = try sql("CREATE INDEX jobs_lane ON jobs (lane, id)")
                return
            } catch {
                if attempt == 99 { throw error }
                usleep(100_000)
            }
        }
    }

    func accepts(_ count: Int, callers: Int) throws -> Double {
        let rate = try pgbench([Self.insert], count, callers: callers)
        try requireJobs(count)
        _ = try sql("TRUNCATE jobs")
        return rate
    }

    func cycles(_ count: Int, callers: Int) throws -> Double? {
        let rate = try pgbench([Self.insert, take], count, callers: callers)
        defer { _ = try? sql("TRUNCATE jobs") }  // the next round counts its own
        // A caller may find only jobs that others hold; those stay, few.
        let left = Int(try sql("SELECT count(*) FROM jobs")) ?? .max
        guard left <= callers * 20 else { throw BenchmarkFailure("\(left) of \(count) jobs were not taken") }
        return rate * Double(count - left) / Double(count)
    }

    private static let insert =
        "INSERT INTO jobs (lane, payload) VALUES (:lane, decode(repeat('61', 400), 'hex'));"

    /// Takes a job and is done with it in one transaction, during which a worker would call Keap.
    fileprivate var take: String {
        "DELETE FROM jobs WHERE id = (SELECT id FROM jobs ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1);"
    }

    private func pgbench(_ statements: [String], _ count: Int, callers: Int) throws -> Double {
        let file = place.directory.appending(path: "load.sql")
        try Data((["\\set lane random(1, 1000)"] + statements).joined(separator: "\n").utf8).write(to: file)
        let output = try ChildProcess(
            [
                "pgbench", "-n", "-h", "127.0.0.1", "-p", "\(port)", "-U", Self.user, "-M", "prepared", "-c",
                "\(callers)", "-j", "2", "-t", "\(max(1, count / callers))", "-f", file.path, "postgres",
            ], in: place
        ).finish()
        guard let line = output.split(separator: "\n").first(where: { $0.hasPrefix("tps = ") }),
            let rate = Double(line.dropFirst(6).prefix { $0.isNumber || $0 == "." })
        else { throw BenchmarkFailure("pgbench said: \(output.suffix(300))") }
        return rate
    }

    private func sql(_ statement: String) throws -> String {
        try ChildProcess(
            [
                "psql", "-h", "127.0.0.1", "-p", "\(port)", "-U", Self.user, "-q", "-t", "-A", "-c", statement,
                "postgres",
            ], in: place
        ).finish().trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func requireJobs(_ count: Int) throws {
        let found = try sql("SELECT count(*) FROM jobs")
        guard found == "\(count)" else { throw BenchmarkFailure("\(found) of \(count) jobs are there") }
    }
}

/// The same with one job of a contact at a time, in order.
final class OrderedPostgresPeer: PostgresPeer {
    override class var name: String { "PostgreSQL, in order" }
    override class var setting: String {
        "the same, but only a contact's oldest job may be taken: 1,000 contacts"
    }

    fileprivate override var take: String {
        "DELETE FROM jobs WHERE id = (SELECT id FROM jobs j WHERE NOT EXISTS (SELECT 1 FROM jobs e WHERE e.lane = j.lane "
            + "AND e.id < j.id) ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1);"
    }
}
