import Foundation
import EmbeddedHTTP
import FileJournal
import DurableQueue
import Testing

@testable import LockstepService

/// Opening and closing a service, with no Keap behind it.
struct ServiceTests {
    private func inDirectory(_ body: (Configuration) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-service-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // Left behind at worst in the system's temporary directory.
        defer { try? FileManager.default.removeItem(at: directory) }
        var configuration = try read(
            """
            {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0",
             "gyms": [{"id": "downtown", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "KeapAK-one"},
                       "zenPlanner": {"token": "token-of-downtown"}}]}
            """)
        configuration.data = directory.appending(path: "journal").path
        try await body(configuration)
    }

    @Test(.timeLimit(.minutes(30)))
    func `one directory is served by one service at a time`() async throws {
        try await inDirectory { configuration in
            let first = try await Service.open(configuration, log: .silent)
            await #expect(throws: JournalError.self) { try await Service.open(configuration, log: .silent) }
            await first.stop(grace: .zero)
            let second = try await Service.open(configuration, log: .silent)
            await second.stop(grace: .zero)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a service that cannot be opened lets go of its journal`() async throws {
        try await inDirectory { configuration in
            let first = try await Service.open(configuration, log: .silent)
            // What only a newer version could have written.
            try await first.queue.setMetadata("directory/downtown", [0xFF, 0xFF], durable: true)
            await first.stop(grace: .zero)
            for _ in 0..<2 {
                do {
                    _ = try await Service.open(configuration, log: .silent)
                    Issue.record("it was opened")
                } catch {
                    #expect(!(error is JournalError), "\(error)")
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `an intake port that is taken is an error that names it`() async throws {
        try await inDirectory { configuration in
            let other = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0)) { _ in .reset }
            let port = try other.start()
            var configuration = configuration
            configuration.listen = ListenAddress(host: "127.0.0.1", port: UInt16(port))
            let service = try await Service.open(configuration, log: .silent)
            #expect(throws: HTTPServerError.addressInUse(configuration.listen)) { try service.listen() }
            await service.stop(grace: .zero)
            await other.stop(grace: .zero)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `what was read at the start is told with a time that can be read`() async throws {
        try await inDirectory { configuration in
            let first = try await Service.open(configuration, log: .silent)
            try await first.queue.pause(TenantID("downtown"))
            await first.stop(grace: .zero)
            let said = LogBook()
            let second = try await Service.open(configuration, log: said.log)
            await second.stop(grace: .zero)
            let line = try #require(said.all.first)
            #expect(line.contains(" records of \(configuration.data) in "))
            #expect(line.hasSuffix("ms") || line.hasSuffix("s"), "\(line)")
        }
    }
}
