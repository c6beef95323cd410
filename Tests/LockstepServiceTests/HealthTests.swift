import Keap
import OutboundAPI
import Testing

@testable import LockstepService

@Suite struct HealthTests {
    private static let refused = CircuitReport.open(reason: "Invalid key", openFor: .seconds(90), isCredential: true)
    private static let down = CircuitReport.open(reason: "503", openFor: .seconds(90), isCredential: false)

    private func health(
        poisoned: String? = nil, full: String? = nil, isStopping: Bool = false, hasQueueFailed: Bool = false,
        readTrouble: String? = nil, _ circuits: [(gyms: [String], state: CircuitReport)] = []
    ) -> Health {
        Health(
            journalFailure: poisoned, shortage: full, isStopping: isStopping, hasQueueFailed: hasQueueFailed,
            readTrouble: readTrouble,
            circuits: circuits)
    }

    @Test func `with nothing wrong both are well and name nothing`() {
        let health = health([(["downtown"], .closed)])
        #expect(health.liveness == "ok" && health.readiness == "ready" && health.problems.isEmpty)
    }

    @Test func `a full disk closes intake and not the process`() {
        let health = health(full: "No space left on device")
        #expect(health.isAlive && !health.isReady)
        #expect(health.liveness == "degraded" && health.readiness == "not accepting")
        #expect(health.problems.first?.problem.contains("No space left on device") == true)
    }

    @Test func `a refused key and an outage are told apart, name their gyms, and close nothing`() {
        let health = health([(["downtown"], Self.refused), (["east", "west"], Self.down), (["north"], .closed)])
        #expect(health.isAlive && health.isReady && health.liveness == "degraded" && health.readiness == "ready")
        #expect(health.problems.map(\.kind) == [.keyRefused, .outage])
        #expect(health.problems.map(\.gyms) == [["downtown"], ["east", "west"]])
        #expect(health.problems[0].problem.contains("refused the key of downtown"))
    }

    @Test func `an outage of one endpoint names it, and says that all else goes on`() {
        let health = Health(
            journalFailure: nil, shortage: nil, isStopping: false, hasQueueFailed: false, readTrouble: nil,
            circuits: [(["downtown"], .closed)], failingEndpoints: [(["downtown"], "updateContact", Self.down)])
        #expect(health.isAlive && health.isReady && health.problems.map(\.kind) == [.endpointOutage])
        #expect(health.problems.map(\.gyms) == [["downtown"]])
        #expect(health.problems[0].problem.contains("all updateContact calls of downtown"))
        #expect(health.problems[0].problem.contains("503"))
    }

    @Test func `a journal that failed is the end of both`() {
        for health in [health(poisoned: "EIO", full: "no room"), health(hasQueueFailed: true)] {
            #expect(!health.isAlive && !health.isReady)
            #expect(health.liveness == "failed" && health.readiness == "failed")
            #expect(health.problems.map(\.kind) == [.journalFailed])
        }
    }

    @Test func `records that cannot be read are a problem, and intake goes on`() {
        let health = health(readTrouble: "Too many open files")
        #expect(health.isAlive && health.isReady && health.problems.map(\.kind) == [.readFailing])
    }

    @Test func `a stop closes intake`() {
        #expect(!health(isStopping: true).isReady && health(isStopping: true).isAlive)
    }

    @Test func `without a token no gym is named, and intake's own trouble is`() {
        let health = health(full: "No space", [(["downtown"], Self.refused)]).harmless
        #expect(health.problems.map(\.kind) == [.diskFull])
    }
}
