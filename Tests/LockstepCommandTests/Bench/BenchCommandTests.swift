import EmbeddedHTTP
import Foundation
import KeapSimulator
import Testing

@testable import LockstepService
@testable import lockstep

/// The command against a service and a simulated Keap in this process.
struct BenchCommandTests {
    /// A service whose gym has both sources, and a configuration file that says where it is.
    private func withService(_ body: (_ file: String, _ keap: SimulatedKeap) async throws -> Void) async throws {
        var options = SimulatedKeap.Options()
        options.world.limits = SimulatedLimits(
            perSecond: 2_000, perMinute: 50_000, perDay: 500_000, tenantPerMinute: nil, tenantPerDay: nil)
        options.world.accounts = [AccountSetup(key: "KeapAK-bench", appName: "bench.example")]
        let keap = SimulatedKeap(options)
        let keapPort = try keap.start()
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }  // left behind at worst in the temporary directory
        func write(_ name: String, listen: String, admin: String) throws -> String {
            let text = """
                {"listen": "\(listen)", "admin": "\(admin)", "data": "journal", "gyms": [{"id": "downtown",
                 "keap": {"baseURL": "http://127.0.0.1:\(keapPort)/crm/rest", "key": "KeapAK-bench", "timeout": 600},
                 "zenPlanner": {"token": "a-token-of-the-tests"}, "onceHub": {"secret": "a-secret-of-the-tests"}}]}
                """
            let file = directory.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file.path
        }
        let opened = try Configuration.load(try write("first.json", listen: "127.0.0.1:0", admin: "127.0.0.1:0"))
        let service = try await Service.open(opened, log: .silent)
        let addresses = try service.listen()
        async let delivering: Void = service.run()
        do {
            let file = try write(
                "lockstep.json", listen: addresses.intake.description, admin: addresses.admin.description)
            try await body(file, keap)
        } catch {
            await service.stop(grace: .milliseconds(200))
            await delivering
            await keap.stop()
            throw error
        }
        await service.stop(grace: .milliseconds(200))
        await delivering
        await keap.stop()
    }

    @Test(.timeLimit(.minutes(30)))
    func `all messages of a load are accepted and delivered, and the conditions decide about the exit code`()
        async throws
    {
        try await withService { file, keap in
            let met = ["accepted.share>=100%", "delivered.share>=100%", "refused<=0", "lost<=0", "dead<=0"]
            let words =
                ["bench", "--config", file, "--rate", "20", "--duration", "1", "--people", "4", "--wait", "1000"]
                + met.flatMap { ["--expect", $0] }
            #expect(await CommandLineTool.run(words + ["--json"]) == .done)
            #expect(await CommandLineTool.run(words + ["--expect", "accepted.count>20"]) == .unmet)
            let contacts = keap.change { world, now in
                world.control(SimRequest(method: "GET", path: ["accounts", "KeapAK-bench", "contacts"]), at: now)
            }
            // Each is there once, whatever came about them from which source.
            let marks = String(decoding: contacts.body, as: UTF8.self).matches(of: /lockstep-bench-\d+\.downtown@/).map(
                \.0)
            #expect(Set(marks).count == 4 && marks.count == 4)
        }
    }

    @Test func `a load on a service that does not run ends with 1`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "lockstep-\(UUID().uuidString).json")
        // Only the superuser's programs could listen there, and none does.
        let text = """
            {"listen": "127.0.0.1:1", "admin": "127.0.0.1:2", "gyms": [{"id": "a",
             "keap": {"baseURL": "http://127.0.0.1:3", "key": "k"}, "zenPlanner": {"token": "t"}}]}
            """
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // left behind at worst in the temporary directory
        #expect(await CommandLineTool.run(["bench", "--config", file.path]) == .failed)
        #expect(await CommandLineTool.run(["bench", "--config", file.path, "--no-deliveries"]) == .failed)
    }
}
