import Foundation

/// A simulated Keap and a configuration for one gym, each in a process or file of its own, and what a sender and an
/// operator do with them.
final class Gym {
    let directory: URL
    let keap: RunningProgram
    let keapAddress: String
    private(set) var service: RunningProgram
    private var intake = ""
    private(set) var admin = ""
    let configuration: URL

    init(simulator options: [String] = ["--per-second", "400", "--per-minute", "20000"]) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        keap = try RunningProgram(["simulate", "keap", "--key", "KeapAK-test"] + options)
        let line = try await Self.require(keap, "Keap is at ")
        keapAddress = String(line.dropFirst("Keap is at ".count)).replacingOccurrences(of: "/crm/rest", with: "")
        configuration = directory.appending(path: "lockstep.json")
        let text = """
            {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "data": "journal", "stopGrace": 5,
             "gyms": [{"id": "downtown", "keap": {"baseURL": "\(keapAddress)/crm/rest", "key": "KeapAK-test", "timeout": 600},
                       "zenPlanner": {"token": "a-token-for-the-tests"}}]}
            """
        try Data(text.utf8).write(to: configuration)
        service = try RunningProgram(["serve", "--config", configuration.path])
        try await findAddresses()
    }

    deinit {
        service.killNow()
        keap.killNow()
        // Left behind at worst in the system's temporary directory.
        try? FileManager.default.removeItem(at: directory)
    }

    /// `kill -9`, and a new process on the same journal.
    func killAndRestart() async throws {
        await service.kill()
        try await restart()
    }

    func stop() async { _ = await service.terminate() }

    func restart() async throws {
        service = try RunningProgram(["serve", "--config", configuration.path])
        try await findAddresses()
    }

    private func findAddresses() async throws {
        intake = try await Self.address(in: Self.require(service, "intake "))
        admin = try await Self.address(in: Self.require(service, "admin "))
    }

    private static func require(_ program: RunningProgram, _ text: String) async throws -> String {
        guard let line = await program.line(containing: text) else { throw Failure("ended with: \(program.output)") }
        return line
    }

    private static func address(in line: String) throws -> String {
        guard let start = line.range(of: "http://") else { throw Failure("no address in “\(line)”") }
        return "http://" + line[start.upperBound...].prefix { $0 != "/" && $0 != " " }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    /// Posts a person's message; true if it was acknowledged. A service that is being killed acknowledges nothing.
    func post(_ fields: [String: String]) async -> Bool {
        let form = fields.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics)!)"
        }.joined(separator: "&")
        let hook = "\(intake)/hooks/downtown/zenplanner/a-token-for-the-tests"
        let answer = try? await HTTPCall.send("POST", hook, Data(form.utf8))  // refused or cut off: not acknowledged
        return answer?.status == 202
    }

    func jobs() async throws -> [[String: Any]] {
        try await json("\(admin)/api/jobs?limit=10000") as? [[String: Any]] ?? []
    }

    func simulator(_ path: String) async throws -> [String: Any] {
        try await json("\(keapAddress)/_simulator/\(path)") as? [String: Any] ?? [:]
    }

    func playFault(_ rule: [String: Any]) async throws {
        let body = try JSONSerialization.data(withJSONObject: rule)
        _ = try await HTTPCall.send("POST", "\(keapAddress)/_simulator/faults", body)
    }

    func endFaults() async throws {
        _ = try await HTTPCall.send("DELETE", "\(keapAddress)/_simulator/faults")
    }

    /// Waits until a job calls Keap.
    ///
    /// - Parameter orWaits: or waits for its turn at Keap.
    func untilOneRuns(orWaits: Bool = false) async throws {
        let deadline = ContinuousClock.now + RunningProgram.patience
        while true {
            let jobs = try await jobs()
            let isUnderWay = jobs.contains { job in
                job["state"] as? String == "running"
                    || orWaits && job["state"] as? String == "waiting" && job["dueAt"] is NSNull
            }
            if isUnderWay { return }
            guard ContinuousClock.now < deadline else { throw Failure("no job is under way: \(jobs)") }
            // The service is another process: there is nothing to be woken by.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until every job is done or dead, as a person would who looks again and again.
    func drain() async throws {
        let deadline = ContinuousClock.now + RunningProgram.patience
        while true {
            let open = try await jobs().filter { !["done", "dead", "superseded"].contains($0["state"] as? String) }
            if open.isEmpty { return }
            guard ContinuousClock.now < deadline else {
                throw Failure("\(open.count) jobs are left: \(open.prefix(3))")
            }
            // The service is another process: there is nothing to be woken by.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func json(_ address: String) async throws -> Any {
        try JSONSerialization.jsonObject(with: try await HTTPCall.send("GET", address).body)
    }
}
