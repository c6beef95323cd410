import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The program itself, ended by signals while one job is under way.
@Suite(.serialized) struct CrashTests {
    private let person = ["personId": "zp-1", "firstName": "F", "lastName": "L", "email": "p@e.org"]
    private static var hang: [String: Any] { ["action": "hang", "for": 600, "match": ["email": "p@e.org"]] }

    @Test(.timeLimit(.minutes(30)), arguments: [SIGSEGV, SIGABRT, SIGTRAP])
    func `a job that is under way at three crashes is a dead letter that says so, and another is done`(
        signal: Int32
    ) async throws {
        let gym = try await Gym()
        try await gym.playFault(Self.hang)
        #expect(await gym.post(person))
        for _ in 0..<3 {
            try await gym.untilOneRuns()
            gym.service.signal(signal)
            #expect(await gym.service.wait() == signal)
            try await gym.restart()
        }
        #expect(await gym.post(["personId": "zp-2", "firstName": "G", "lastName": "M", "email": "q@e.org"]))
        try await gym.drain()
        let jobs = try await gym.jobs()
        #expect(jobs.compactMap { $0["state"] as? String }.sorted() == ["dead", "done"])
        let dead = jobs.first { $0["state"] as? String == "dead" }
        #expect((dead?["reason"] as? String)?.contains("crashed 3 times") == true, "\(jobs)")
        #expect(gym.service.output.contains("Lockstep crashed ("))
        #expect(await gym.service.terminate() == 0)
    }

    @Test(.timeLimit(.minutes(30)))
    func `25 times kill -9 with a job under way convicts it of nothing`() async throws {
        let gym = try await Gym()
        try await gym.playFault(Self.hang)
        #expect(await gym.post(person))
        for _ in 0..<25 {
            try await gym.untilOneRuns(orWaits: true)
            try await gym.killAndRestart()
        }
        try await gym.endFaults()
        // A call that hangs ends with the process.
        try await gym.killAndRestart()
        try await gym.drain()
        #expect(try await gym.jobs().compactMap { $0["state"] as? String } == ["done"])
        #expect(!gym.service.output.contains("crashed"))
    }
}
