import Clocks
import Foundation
import Keap
import KeapSimulator
import EmbeddedHTTP
import DurableQueue
import DeterministicSimulation
import OutboundAPI
import Synchronization
import Testing

@testable import LockstepService

/// A gym's people and its Keap, while a service runs between them in virtual time.
struct PoisonHarness: Sendable {
    let service: Service
    let keap: SimulatedKeapSide
    let clock: ManualClock

    var now: Instant { clock.now }

    var circuit: CircuitReport {
        get async { await service.accounts[0].gateway.counters().circuit }
    }

    var failingEndpoints: [String] {
        get async { await service.accounts[0].gateway.counters().failingEndpoints.keys.map(\.name).sorted() }
    }

    var deadJobs: [String] {
        get async {
            var query = JobQuery()
            query.state = .dead
            query.limit = .max
            return await service.queue.jobs(query).map { "\($0.id): \($0.reason ?? "")" }
        }
    }

    /// What the service answers its operator.
    func ask(_ path: String) async -> String {
        let answer = await service.answer(
            operator: HTTPRequest(method: "GET", path: [path], headers: [:], body: []))
        guard case .response(let response) = answer else { return "" }
        return String(decoding: response.body, as: UTF8.self)
    }

    func sleep(_ time: Duration) async throws { try await clock.sleep(for: time) }

    func send(_ status: String, to person: Int) async throws -> JobID {
        let body = "personId=zp-\(person)&firstName=First\(person)&lastName=Last\(person)&status=\(status)"
        let answer = await service.answer(
            HTTPRequest(
                method: "POST", path: ["hooks", "downtown", "zenplanner", "token"],
                headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array((body + "&email=person\(person)%40example.org").utf8)))
        guard case .response(let response) = answer, response.status == 202 else {
            throw Refused()
        }
        let object = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        return try #require((object?["job"] as? String).flatMap { JobID($0) })
    }

    func send(_ status: String, toAll people: ClosedRange<Int>) async throws -> [JobID] {
        var jobs: [JobID] = []
        for person in people { jobs.append(try await send(status, to: person)) }
        return jobs
    }

    func state(of job: JobID) async throws -> JobState { try #require(await service.queue.job(job)).state }

    /// Until all of them are done or superseded. Dead ones are left.
    func finish(_ jobs: [JobID], within time: Duration = .seconds(60)) async throws {
        let end = clock.now.advanced(by: time)
        // A job that has ended stays so: only the first that has not is asked about again.
        for job in jobs {
            while ![.done, .superseded, .dead].contains(try await state(of: job)) {
                guard clock.now < end else { throw Unfinished() }
                try await sleep(.milliseconds(20))
            }
        }
    }

    /// In Keap.
    func contact(of person: Int) throws -> Int {
        try #require(keap.account.contacts.values.first { $0.givenName == "First\(person)" }).id
    }

    struct Refused: Error {}
    struct Unfinished: Error {}
}

/// Carries one value out of a closure.
final class FoundBox<Value: Sendable>: Sendable {
    private let held = Mutex<Value?>(nil)
    var value: Value? { held.withLock { $0 } }
    func set(_ value: Value) { held.withLock { $0 = value } }
}
