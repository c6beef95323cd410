import Foundation
import EmbeddedHTTP
import DurableQueue
import LockstepService

/// Durable accepts a second over HTTP: each message is on disk before its 202. Beside it, in the same run, the floors: the
/// same server without a queue behind it, and a bare write and sync.
struct AcceptsBenchmark {
    private let connections = [1, 16, 64]
    private let messages = 20_000

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // Left behind at worst in the system's temporary directory.
        defer { try? FileManager.default.removeItem(at: directory) }
        let service = try await Self.service(in: directory)
        let port = Int(try service.listen().intake.port)
        let bare = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0)) { _ in
            .response(HTTPResponse(status: 202, body: Array(#"{"job":"1"}"#.utf8)))
        }
        let barePort = try bare.start()
        print("connections  accepts/s  p50 ms  p99 ms  bare HTTP/s  of bare  bare sync/s (records/s at that batch)")
        for count in connections {
            let own = Self.post(messages, to: port, connections: count)
            let floor = Self.post(messages, to: barePort, connections: count)
            let disk = Floors.syncedWrites(batch: count, size: 450, seconds: 0.5, in: directory.path)
            precondition(own.accepted == messages && own.refused == 0, "\(own.refused) messages were refused")
            print(
                String(
                    format: "%11d  %9.0f  %6.2f  %6.2f  %11.0f  %6.0f%%  %11.0f (%.0f)", count, own.perSecond,
                    own.latency(0.5) * 1000, own.latency(0.99) * 1000, floor.perSecond,
                    own.perSecond / floor.perSecond * 100, disk / Double(count), disk))
        }
        await bare.stop(grace: .seconds(1))
        await service.stop(grace: .seconds(1))
    }

    private static func post(_ count: Int, to port: Int, connections: Int) -> LoadClient.Result {
        let client = LoadClient(port: port, path: "/hooks/bench/zenplanner/benchmark-token", connections: connections)
        let body: @Sendable (Int) -> String = { number in
            "personId=b\(connections)-\(number)&firstName=Ana&lastName=Ruiz\(number)&email=person\(number)%40example.org"
                + "&mobilePhone=303-555-0100&birthDate=1994-07-09&address1=1+Main+Street&city=Denver&state=CO&zip=80202"
                + "&country=US&signupDate=2026-02-14&prospectSource=Facebook&status=Student"
        }
        _ = client.post(min(count, 1_000), body: { body($0 + count) })  // warm up
        return client.post(count, body: body)
    }

    /// A service that accepts and does not deliver: `run` is never called.
    private static func service(in directory: URL) async throws -> Service {
        let file = directory.appending(path: "lockstep.json")
        let text = """
            {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "data": "journal", "gyms": [{"id": "bench",
             "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "none"},
             "zenPlanner": {"token": "benchmark-token"}}]}
            """
        try Data(text.utf8).write(to: file)
        return try await Service.open(try Configuration.load(file.path), log: .silent)
    }
}
