import SeededRandom
import Clocks
import ContactSync
import Foundation
import KeapSimulator
import EmbeddedHTTP
import FileJournal
import DurableQueue
import DeterministicSimulation
import Testing

@testable import LockstepService

/// What a disk's trouble does to the whole service, from the answer to a web hook to the calls at Keap.
@Suite(.timeLimit(.minutes(30))) struct FailingDiskTests {
    private static let seeds: [UInt64] = Array(1...10)

    private static var options: SimulationOptions {
        var options = SimulationOptions()
        options.mostSteps = 500_000
        return options
    }

    @Test(arguments: seeds)
    func `on a full disk the intake says 503 and when to come back, what was accepted completes, and intake resumes`(
        seed: UInt64
    ) throws {
        try simulate(seed: seed, options: Self.options) { simulation in
            let files = SimulatedFileSystem(seed: seed)
            let keap = SimulatedKeapSide(seed: seed, trouble: 0)
            let machine = SimulatedMachine(simulation: simulation, files: files, keap: keap)
            try await machine.live { service in
                keap.isDown = true
                // Until what a start sets aside is there.
                try await simulation.clock.sleep(for: .seconds(1))
                files.faults.capacity = files.used
                var accepted = 0
                var refusal: HTTPResponse?
                while refusal == nil, accepted < 500 {
                    switch await service.answer(Self.message(accepted)) {
                    case .response(let response) where response.status == 202: accepted += 1
                    case .response(let response): refusal = response
                    default: break
                    }
                }
                #expect(accepted > 5)
                #expect(refusal?.status == 503)
                #expect(refusal?.headers["Retry-After"] != nil)
                #expect(await service.answer(operator: Self.get("readyz")).status == 503)
                #expect(await service.answer(operator: Self.get("healthz")).status == 200)
                #expect(await Self.problems(service, "readyz").contains("diskFull"))

                keap.isDown = false
                try await machine.drain(service)
                #expect(await service.queue.counts().tenants.values.allSatisfy { $0.jobs.isEmpty })
                #expect(keap.account.contacts.count == accepted, "all that was accepted, and nothing else")

                files.faults.capacity = nil
                try await simulation.clock.sleep(for: .seconds(5))
                // The first may be what makes the queue look for room.
                _ = await service.answer(Self.message(1_000))
                try await simulation.clock.sleep(for: .seconds(5))
                #expect(await service.answer(Self.message(1_001)).status == 202)
                #expect(await service.answer(operator: Self.get("readyz")).status == 200)
                #expect(await Self.problems(service, "healthz") == [])
            }
        }
    }

    @Test(arguments: seeds)
    func `after a sync that failed nothing is accepted and nothing sent, health is red, and a restart goes on`(
        seed: UInt64
    ) throws {
        try simulate(seed: seed, options: Self.options) { simulation in
            let files = SimulatedFileSystem(seed: seed)
            let keap = SimulatedKeapSide(seed: seed, trouble: 0)
            let said = LogBook()
            let machine = SimulatedMachine(simulation: simulation, files: files, keap: keap, log: said.log)
            try await machine.live { service in
                keap.isDown = true
                for person in 0..<5 { #expect(await service.answer(Self.message(person)).status == 202) }
                #expect(await service.adminRoutes.answer(Self.get("readyz")).status == 200)

                files.fail(.sync, EIO, on: ".segment")
                #expect(await service.answer(Self.message(5)).status == 503)
                // What was on its way may arrive.
                try await simulation.clock.sleep(for: .seconds(1))
                let failures = said.all.filter { $0.hasPrefix("error: the journal failed: cannot sync") }
                #expect(failures.count == 1, "logged at once, and once: \(said.all)")
                keap.isDown = false
                let calls = keap.world.audit.total
                try await simulation.clock.sleep(for: .seconds(600))
                #expect(keap.world.audit.total == calls)
                #expect(await service.answer(Self.message(6)).status == 503)
                #expect(await service.adminRoutes.answer(Self.get("readyz")).status == 503)
                #expect(await service.adminRoutes.answer(Self.get("healthz")).status == 503)
                #expect(await Self.problems(service, "readyz").contains("journalFailed"))
                #expect(service.failure != nil)
            }
            files.failPower()
            let next = SimulatedMachine(simulation: simulation, files: files.kill(), keap: keap)
            try await next.live { service in
                #expect(await service.adminRoutes.answer(Self.get("healthz")).status == 200)
                try await next.drain(service)
                #expect(keap.account.contacts.count >= 5)
                #expect(await service.answer(Self.message(6)).status == 202)
            }
        }
    }

    @Test(arguments: seeds)
    func `while the disk cannot be read no job dies, health says so, and the jobs are done when it can be read again`(
        seed: UInt64
    ) throws {
        try simulate(seed: seed, options: Self.options) { simulation in
            let files = SimulatedFileSystem(seed: seed)
            let keap = SimulatedKeapSide(seed: seed, trouble: 0)
            let said = LogBook()
            let machine = SimulatedMachine(simulation: simulation, files: files, keap: keap, log: said.log)
            try await machine.live { service in
                let (operation, code) = seed % 2 == 0 ? (FileError.Operation.read, EIO) : (.open, EMFILE)
                files.faults.failures.append(
                    .init(operation, code, on: ".segment", times: 1_000))
                for person in 0..<20 { #expect(await service.answer(Self.message(person)).status == 202) }
                try await simulation.clock.sleep(for: .seconds(5))
                #expect(await Self.problems(service, "healthz") == ["readFailing"])
                #expect(await service.answer(operator: Self.get("healthz")).status == 200)
                #expect(await service.answer(operator: Self.get("readyz")).status == 200)
                #expect(await service.queue.counts().tenants.values.allSatisfy { $0.jobs[.dead] == nil })

                files.faults.failures = []
                try await machine.drain(service)
                #expect(keap.account.contacts.count == 20)
                #expect(await Self.problems(service, "healthz") == [])
                let lines = said.all.filter { $0.contains("stored messages") }
                #expect(lines.count == 2, "one when it began, one when it was over: \(lines)")
            }
        }
    }

    @Test(arguments: seeds)
    func `while a dead letter's message cannot be read, its remedy is not told, and it is when it can be read again`(
        seed: UInt64
    ) throws {
        try simulate(seed: seed, options: Self.options) { simulation in
            let files = SimulatedFileSystem(seed: seed)
            let keap = SimulatedKeapSide(seed: seed, trouble: 0)
            let machine = SimulatedMachine(simulation: simulation, files: files, keap: keap, log: .silent)
            try await machine.live { service in
                var message = Self.message(1)
                message.body = Array("contact=7".utf8)
                #expect(await service.answer(message).status == 202)
                let job = try #require(await service.queue.jobs(JobQuery()).first)
                #expect(job.state == .dead)
                let request = HTTPRequest(method: "GET", path: ["api", "jobs", "\(job.id)", "explain"])

                files.faults.failures.append(.init(.read, EIO, on: ".segment", times: 1_000))
                let answer = await service.answer(operator: request)
                #expect(answer.status == 503)
                let sentence = Self.sentence(answer)
                #expect(sentence.contains("ask again"))
                #expect(!sentence.contains("discard"), "a discard would throw away what can be delivered")

                files.faults.failures = []
                #expect(await service.answer(operator: request).status == 200)
            }
        }
    }

    /// What a refusal says.
    private static func sentence(_ answer: HTTPAnswer) -> String {
        guard case .response(let response) = answer else { return "" }
        return String(decoding: response.body, as: UTF8.self)
    }

    /// The kinds of problems that an address tells.
    private static func problems(_ service: Service, _ path: String) async -> [String] {
        guard case .response(let response) = await service.answer(operator: get(path)),
            let object = try? JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any],
            let problems = object["problems"] as? [[String: Any]]
        else { return ["no answer"] }
        return problems.compactMap { $0["kind"] as? String }
    }

    @Test(arguments: seeds)
    func `an event that OnceHub repeats after the disk failed is answered 503, and accepted after the restart`(
        seed: UInt64
    ) throws {
        try simulate(seed: seed, options: Self.options) { simulation in
            let files = SimulatedFileSystem(seed: seed)
            let keap = SimulatedKeapSide(seed: seed, trouble: 0)
            let machine = SimulatedMachine(simulation: simulation, files: files, keap: keap)
            keap.isDown = true
            try await machine.live { service in
                #expect(await service.answer(Self.booking(1, at: simulation.clock.wall.milliseconds)).status == 202)
                #expect(await service.answer(Self.booking(1, at: simulation.clock.wall.milliseconds)).status == 200)
                files.fail(.sync, EIO, on: ".segment")
                for _ in 0..<3 {
                    #expect(await service.answer(Self.booking(2, at: simulation.clock.wall.milliseconds)).status == 503)
                }
                // What was stored before is known still.
                #expect(await service.answer(Self.booking(1, at: simulation.clock.wall.milliseconds)).status == 200)
            }
            files.failPower()
            let next = SimulatedMachine(
                simulation: simulation, files: files.crashLosingEverythingUnsynced(), keap: keap)
            keap.isDown = false
            try await next.live { service in
                #expect(await service.answer(Self.booking(1, at: simulation.clock.wall.milliseconds)).status == 200)
                // A record whose sync failed may have reached the disk all the same.
                #expect(
                    [200, 202].contains(
                        await service.answer(Self.booking(2, at: simulation.clock.wall.milliseconds)).status))
                try await next.drain(service)
                #expect(keap.account.contacts.count == 2)
            }
        }
    }

    @Test(arguments: seeds)
    func `a program's end whose sync failed is not known`(seed: UInt64) throws {
        try simulate(seed: seed, options: Self.options) { simulation in
            let files = SimulatedFileSystem(seed: seed)
            let keap = SimulatedKeapSide(seed: seed, trouble: 0)
            let machine = SimulatedMachine(simulation: simulation, files: files, keap: keap)
            keap.isDown = true
            try await machine.live { service in
                #expect(await service.answer(Self.message(1)).status == 202)
                files.fail(.sync, EIO, on: ".segment")
                #expect(await service.answer(Self.programDeleted).status == 503)
                #expect(service.gyms["downtown"]?.contacts.tags.directory == TagDirectory())
            }
            files.failPower()
            let next = SimulatedMachine(simulation: simulation, files: files.kill(), keap: keap)
            try await next.live { service in
                keap.isDown = false
                #expect(await service.answer(Self.programDeleted).status == 202)
                try await next.drain(service)
                #expect(service.gyms["downtown"]?.contacts.tags.directory != TagDirectory())
            }
        }
    }

    private static var programDeleted: HTTPRequest {
        HTTPRequest(
            method: "POST", path: ["hooks", "downtown", "zenplanner", "token"],
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array("event=program.deleted&programId=p1&name=Boxing".utf8))
    }

    private static func booking(_ number: Int, at wall: Int64) -> HTTPRequest {
        let message = BookingMessage(
            event: "EVNT-\(number)", booking: "BKNG-\(number)", name: "Carrie Customer\(number)",
            email: "carrie\(number)@example.net")
        let digest = ServiceHarness.signature(of: message.body, at: Int(wall / 1_000), secret: "secret")
        return HTTPRequest(
            method: "POST", path: ["hooks", "downtown", "oncehub"],
            headers: [
                "Content-Type": "application/json", "Oncehub-Signature": "t=\(wall / 1_000),s=\(digest)",
            ], body: Array(message.body.utf8))
    }

    private static func message(_ person: Int) -> HTTPRequest {
        var chance = SeededGenerator(seed: 1)
        var someone = SimulatedPerson(number: person, &chance)
        someone.hasAddress = true
        someone.hasFamilyName = true
        return someone.message("Student")
    }

    private static func get(_ path: String) -> HTTPRequest { HTTPRequest(method: "GET", path: [path]) }
}
