import Foundation
import Testing
#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A service whose standard output and error are pipes that are full and that are never read.
@Suite(.serialized) struct StuckReaderTests {
    @Test(.timeLimit(.minutes(30)))
    func `with standard error and output full, health and intake answer, and SIGTERM ends with 0`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // Left behind at worst in the system's temporary directory.
        defer { try? FileManager.default.removeItem(at: directory) }
        let (intake, admin) = (try Self.freePort(), try Self.freePort())
        let text = """
            {"listen": "127.0.0.1:\(intake)", "admin": "127.0.0.1:\(admin)", "data": "journal", "stopGrace": 1,
             "gyms": [{"id": "downtown", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "KeapAK-test"},
                       "zenPlanner": {"token": "a-token"}}]}
            """
        let configuration = directory.appending(path: "lockstep.json")
        try Data(text.utf8).write(to: configuration)

        let pipe = try Channel()
        defer { for end in [pipe.output, pipe.input] { close(end) } }
        Self.fill(pipe.input)
        let service = try RunningProgram(["serve", "--config", configuration.path], output: pipe.input)

        #expect(await Self.status("http://127.0.0.1:\(admin)/healthz") == 200)
        // Each is worth a line, in which nobody is interested.
        for _ in 0..<50 { service.signal(SIGHUP) }
        #expect(
            await Self.status("http://127.0.0.1:\(intake)/hooks/downtown/zenplanner/a-token", body: "personId=7") == 202
        )
        #expect(await service.terminate() == 0)
    }

    @Test(.timeLimit(.minutes(30)))
    func `SIGHUP leaves a line that says what to do, and the service goes on`() async throws {
        let gym = try await Gym()
        gym.service.signal(SIGHUP)
        #expect(await gym.service.line(containing: "SIGHUP")?.contains("restart Lockstep") == true)
        #expect(await gym.post(["personId": "zp-1", "firstName": "F", "lastName": "L", "email": "p@e.org"]))
        #expect(await gym.service.terminate() == 0)
    }

    /// What the address answers once it answers at all.
    private static func status(_ address: String, body: String? = nil) async -> Int? {
        while !Task.isCancelled {
            let answer = try? await HTTPCall.send(body == nil ? "GET" : "POST", address, body.map { Data($0.utf8) })
            if let answer { return answer.status }
            // Another process, which tells of its start nowhere that is read.
            try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    /// Writes until the pipe takes no more.
    private static func fill(_ descriptor: Int32) {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        let piece = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
        while write(descriptor, piece, piece.count) > 0 {}
        while write(descriptor, piece, 1) > 0 {}
        _ = fcntl(descriptor, F_SETFL, flags)
    }

    /// A port of this machine's that is free now.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        try #require(isBound)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
