import Clocks
import WireFormats
import ConfigurationReading
import Foundation
import Keap
import EmbeddedHTTP
import DurableQueue
import DeterministicSimulation
import OnceHub
import OutboundAPI
import Synchronization

@testable import LockstepService

/// Gives any bytes to one of the doors of a whole service, and checks what must hold whatever they are. Returns what does
/// not. The fuzzer calls it, and `FuzzedServiceTests`.
///
/// The first byte says which door, the second how; see `FuzzedDoor`. What comes in is answered, never ends the process, and
/// costs nobody else anything: a person whose message comes right after it is delivered, and the operator's questions are
/// answered. What was accepted is found again by another process.
func decodeFuzzed(_ bytes: [UInt8]) -> String? {
    guard bytes.count >= 2, bytes.count <= 1 << 14, let door = FuzzedDoor(rawValue: bytes[0] % 6) else { return nil }
    let run = FuzzedRun(door: door, variant: bytes[1], bytes: Array(bytes.dropFirst(2)))
    do {
        return try simulate(seed: 1) { try await run.violation(in: $0) }
    } catch {
        return "\(error)"
    }
}

enum FuzzedDoor: UInt8 {
    /// A body for Zen Planner's web hook; the variant is its content type.
    case zenPlanner
    /// The body of an event that OnceHub signed.
    case onceHub
    /// Rows of a report, one a line; with an odd variant the body of the request itself.
    case importing
    /// The bytes of a whole request, for both ports.
    case request
    /// A configuration.
    case configuration
    /// Keap's answers to the first calls, split at zero bytes; the first byte of each is its status.
    case keap
}

private struct FuzzedRun: Sendable {
    let door: FuzzedDoor
    let variant: UInt8
    let bytes: [UInt8]

    static let types = [
        "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b",
        "application/x-www-form-urlencoded; charset=windows-1252", "application/json; charset=utf-16", nil,
    ]

    func violation(in simulation: Simulation) async throws -> String? {
        let keap = SimulatedKeapSide(seed: 1, trouble: 0)
        let files = SimulatedFileSystem(seed: 1)
        var machine = SimulatedMachine(simulation: simulation, files: files, keap: keap)
        switch door {
        case .configuration:
            guard let configuration = Self.configuration(bytes) else { return nil }
            machine.configuration = configuration
        case .keap:
            let answers = ScriptedAnswers(bytes)
            machine.wire = { ScriptedKeap(answers: answers, wire: $0) }
        default: break
        }
        let found = Mutex<String?>(nil)
        func check(_ machine: SimulatedMachine, isFirst: Bool) async throws {
            try await machine.live { service in
                let violation = try await self.violation(of: service, on: machine, isFirst: isFirst)
                found.withLock { $0 = $0 ?? violation }
            }
        }
        try await check(machine, isFirst: true)
        machine = SimulatedMachine(
            simulation: simulation, files: files.kill(), keap: keap, configuration: machine.configuration)
        try await check(machine, isFirst: false)
        return found.withLock { $0 }
    }

    private func violation(
        of service: Service, on machine: SimulatedMachine, isFirst: Bool
    ) async throws -> String? {
        if isFirst {
            for answer in await answers(of: service, at: machine.simulation.clock.wall.milliseconds) {
                guard case .response(let response) = answer else { return "a request was not answered" }
                if response.status == 500 { return "a request was answered 500" }
            }
        }
        var job: JobID?
        if let message = Self.bystander(of: machine.configuration) {
            let answer = await service.answer(message)
            guard case .response(let response) = answer, response.status == 202,
                let object = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any],
                let id = (object["job"] as? String).flatMap(JobID.init)
            else { return "the next person's message was not accepted" }
            job = id
        }
        for _ in 0..<12 where await Self.pending(service) > 0 { try await machine.drain(service) }
        guard await Self.pending(service) == 0 else { return "something waits after twelve hours" }
        // What Keap answers wrongly may be about anybody.
        if door != .keap, let job, let view = await service.queue.job(job), view.state != .done {
            return "the next person was not delivered: \(view.state), \(view.reason ?? "")"
        }
        return await unanswered(of: service)
    }

    private static func pending(_ service: Service) async -> Int {
        await service.queue.counts().tenants.values.reduce(0) { $0 + $1.pending }
    }

    // MARK: What is sent

    private func answers(of service: Service, at wall: Int64) async -> [HTTPAnswer] {
        switch door {
        case .zenPlanner:
            var headers: HTTPHeaders = [:]
            headers["Content-Type"] = Self.types[Int(variant) % Self.types.count]
            return [
                await service.answer(
                    HTTPRequest(
                        method: "POST", path: ["hooks", "downtown", "zenplanner", "token"], headers: headers,
                        body: bytes))
            ]
        case .onceHub:
            let time = "\(wall / 1_000)"
            let digest = HMAC.sha256(key: Array("secret".utf8), Array(time.utf8) + [UInt8(ascii: ".")] + bytes)
                .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            return [
                await service.answer(
                    HTTPRequest(
                        method: "POST", path: ["hooks", "downtown", "oncehub"],
                        headers: ["Content-Type": "application/json", "Oncehub-Signature": "t=\(time),s=\(digest)"],
                        body: bytes))
            ]
        case .importing:
            var body = bytes
            if variant % 2 == 0 {
                let rows = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
                body = Array((try? JSONEncoder().encode(["rows": rows])) ?? Data())  // text is always encoded
            }
            return [
                await service.answer(
                    operator: HTTPRequest(method: "POST", path: ["api", "gyms", "downtown", "people"], body: body))
            ]
        case .request:
            var parser = RequestParser(limits: HTTPLimits())
            parser.push(bytes)
            var answers: [HTTPAnswer] = []
            while answers.count < 16 {
                switch parser.next() {
                case .head: continue
                case .request(let request, _):
                    answers.append(await service.answer(request))
                    answers.append(await service.answer(operator: request))
                case .needMore, .reject: return answers
                }
            }
            return answers
        case .configuration, .keap: return []
        }
    }

    private static func configuration(_ bytes: [UInt8]) -> Configuration? {
        let secrets = SecretSource(environment: ["KEY": "KeapAK-one"]) { _ throws(FileProblem) in
            throw FileProblem(reason: "does not exist")
        }
        guard var configuration = try? ConfigurationReader.read(bytes, file: "lockstep.json", secrets: secrets),
            // The simulated wire knows one account, and the service opens what a configuration of any length names.
            configuration.gyms.count <= 8
        else { return nil }
        configuration.data = "/data"
        return configuration
    }

    /// The message of another person, whom the bytes know nothing of.
    private static func bystander(of configuration: Configuration?) -> HTTPRequest? {
        // What a strange configuration makes of a person is its own affair.
        guard configuration == nil else { return nil }
        return HTTPRequest(
            method: "POST", path: ["hooks", "downtown", "zenplanner", "token"],
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array(
                ("personId=bystander-of-all&firstName=Bea&lastName=Bystander&email=bea.bystander%40example.com"
                    + "&status=Student").utf8))
    }

    // MARK: What the operator asks

    /// A question of the operator's that is not answered 200.
    private func unanswered(of service: Service) async -> String? {
        var paths = [
            ["healthz"], ["readyz"], ["metrics"], ["api", "jobs"], ["api", "gyms"], ["api", "attention"],
            ["api", "budget"],
        ]
        for job in await service.queue.jobs(JobQuery()) {
            paths.append(["api", "jobs", "\(job.id)"])
            paths.append(["api", "jobs", "\(job.id)", "explain"])
        }
        for path in paths {
            let answer = await service.answer(operator: HTTPRequest(method: "GET", path: path))
            guard case .response(let response) = answer else { return "\(path) was not answered" }
            // A key that Keap refuses, or a service without gyms, is not ready and says so.
            let isReadiness = path == ["readyz"] && response.status == 503
            if response.status != 200, !isReadiness { return "\(path) was answered \(response.status)" }
        }
        return nil
    }
}

/// Answers that stand for Keap's first ones.
private final class ScriptedAnswers: Sendable {
    private static let statuses = [200, 200, 200, 201, 204, 400, 401, 403, 404, 409, 422, 429, 500, 503]
    private let left: Mutex<[APIResponse]>

    init(_ bytes: [UInt8]) {
        let pieces = bytes.split(separator: 0).prefix(32)
        left = Mutex(
            pieces.reversed().map { piece in
                APIResponse(
                    status: Self.statuses[Int(piece[piece.startIndex]) % Self.statuses.count],
                    headers: ["content-type": "application/json"], body: Array(piece.dropFirst()))
            })
    }

    func next() -> APIResponse? { left.withLock { $0.popLast() } }
}

private struct ScriptedKeap: HTTPTransport {
    let answers: ScriptedAnswers
    let wire: SimulatedWire

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        if let answer = answers.next() { return answer }
        return try await wire.send(request, deadline: deadline)
    }

    func abandon() {}
}
