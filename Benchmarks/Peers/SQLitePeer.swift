import Foundation

/// SQLite, with one connection: it has one writer at a time, so that callers would only wait for each other.
final class SQLitePeer: Peer {
    static let name = "SQLite"
    static let program = "sqlite3"
    static let setting = "WAL, synchronous FULL, one connection; insert, update to running, delete: a commit each"

    static let jobs = 2_048

    private let place: PeerPlace

    init(in place: PeerPlace) throws { self.place = place }

    func stop() {}

    func accepts(_ count: Int, callers: Int) throws -> Double { try run(count, [Self.insert], left: count) }

    func cycles(_ count: Int, callers: Int) throws -> Double? {
        try run(
            count,
            [
                Self.insert, "UPDATE jobs SET state = 1 WHERE id = (SELECT min(id) FROM jobs WHERE state = 0);",
                "DELETE FROM jobs WHERE id = (SELECT min(id) FROM jobs WHERE state = 1);",
            ], left: 0)
    }

    private static let insert =
        "INSERT INTO jobs (lane, state, payload) VALUES (1, 0, '\(String(repeating: "a", count: 400))');"

    private func run(_ count: Int, _ statements: [String], left: Int) throws -> Double {
        let base = place.directory.appending(path: UUID().uuidString).path
        let begin =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY "
            + "KEY, lane INT, state INT, payload TEXT); CREATE INDEX IF NOT EXISTS by_state ON jobs (state, id);\n"
        // A first run of one job opens and makes everything, and is not counted.
        _ = try time(base, begin + statements.joined(separator: "\n"))
        let all = String(repeating: statements.joined(separator: "\n") + "\n", count: count)
        let start = try time(base, "PRAGMA synchronous = FULL;")
        let took = try time(base, "PRAGMA synchronous = FULL;\n" + all) - start
        let found = try ask(base, "SELECT count(*) FROM jobs;")
        let expected = left == 0 ? 0 : count + 1
        guard found == "\(expected)" else { throw BenchmarkFailure("\(found) jobs are there, not \(expected)") }
        return Double(count) / took
    }

    /// Seconds that the program takes for a script.
    private func time(_ base: String, _ script: String) throws -> Double {
        let file = base + ".sql"
        try Data(script.utf8).write(to: URL(filePath: file))
        let start = ContinuousClock.now
        _ = try ask(base, ".read \(file)")
        return (ContinuousClock.now - start).seconds
    }

    private func ask(_ base: String, _ command: String) throws -> String {
        try ChildProcess([Self.program, "-batch", "-bail", base + ".db", command], in: place, isSlowed: true).finish()
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
