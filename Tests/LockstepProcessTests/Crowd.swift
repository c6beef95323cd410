import Foundation
import Testing
#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Gyms with a key each, a simulated Keap for all, and a service with few descriptors.
final class Crowd {
    let service: RunningProgram
    private let keap: RunningProgram
    private let keapAddress: String
    private let directory: URL
    private(set) var intake: UInt16 = 0
    private(set) var admin: UInt16 = 0

    init(keys: [String], descriptors: Int) async throws {
        var limit = rlimit()
        getrlimit(Self.limitKind, &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(Self.limitKind, &limit)

        directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let keap = try RunningProgram(
            ["simulate", "keap", "--per-second", "0", "--per-minute", "0"] + keys.flatMap { ["--key", $0] })
        let line = await keap.line(containing: "Keap is at ") ?? ""
        let keapAddress = line.replacingOccurrences(of: "Keap is at ", with: "")
        (self.keap, self.keapAddress) = (keap, keapAddress)
        let gyms = keys.enumerated().map { number, key in
            #"{"id": "g\#(number)", "keap": {"baseURL": "\#(keapAddress)", "key": "\#(key)", "concurrency": 64, "timeout": 5},"#
                + #" "zenPlanner": {"token": "t"}}"#
        }
        let file = directory.appending(path: "lockstep.json")
        let text =
            #"{"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "stopGrace": 1, "gyms": [\#(gyms.joined(separator: ","))]}"#
        try Data(text.utf8).write(to: file)
        service = try RunningProgram(["serve", "--config", file.path], descriptors: descriptors)
        intake = try await port(in: "intake ")
        admin = try await port(in: "admin ")
    }

    deinit {
        service.killNow()
        keap.killNow()
        // Left behind at worst in the system's temporary directory.
        try? FileManager.default.removeItem(at: directory)
    }

    private func port(in word: String) async throws -> UInt16 {
        let line = try #require(await service.line(containing: word), "\(service.output)")
        return try #require(UInt16(line.split(separator: ":")[2].prefix { $0.isNumber }))
    }

    func playFault(_ rule: String) async throws {
        let control = keapAddress.replacingOccurrences(of: "/crm/rest", with: "/_simulator/faults")
        let (status, _) = try await ask("POST", control, rule)
        #expect(status == 200 || status == 201)
    }

    /// Connections that say nothing. The service may close them, or never take them.
    func connectIdly(_ count: Int, to port: UInt16) -> [Int32] {
        (0..<count).compactMap { _ in
            #if canImport(Glibc)
                let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            #else
                let descriptor = socket(AF_INET, SOCK_STREAM, 0)
            #endif
            guard descriptor >= 0 else { return nil }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            // A full backlog must not hold the test.
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            return descriptor
        }
    }

    func disconnect(_ descriptors: [Int32]) {
        for descriptor in descriptors { close(descriptor) }
    }

    /// Sends a person's message as a sender would: again, if it is refused or cut off.
    func post(_ person: Int, to gym: Int) async throws {
        let form = "personId=\(person + 1)&firstName=F&lastName=L\(person)&email=p\(person)@e.org&status=Student"
        try await again("message") {
            try await self.ask("POST", "http://127.0.0.1:\(self.intake)/hooks/g\(gym)/zenplanner/t", form).0 == 202
        }
    }

    func untilDone(gym: Int, count: Int) async throws {
        try await again("delivery") {
            let (_, data) = try await self.ask("GET", "http://127.0.0.1:\(self.admin)/api/jobs?gym=g\(gym)", nil)
            let jobs = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
            return jobs.count == count && jobs.allSatisfy { $0["state"] as? String == "done" }
        }
    }

    private func again(_ what: String, _ body: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + RunningProgram.patience
        while true {
            if (try? await body()) == true { return }  // refused or cut off: tried again
            try #require(
                ContinuousClock.now < deadline,
                "no \(what) within \(RunningProgram.patience): \(service.output.suffix(500))")
            // The service is another process: there is nothing to be woken by.
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func ask(_ method: String, _ address: String, _ body: String?) async throws -> (Int, Data) {
        try await HTTPCall.send(method, address, body.map { Data($0.utf8) }, within: .seconds(10))
    }

    #if canImport(Glibc)
        private static let limitKind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let limitKind = RLIMIT_NOFILE
    #endif
}
