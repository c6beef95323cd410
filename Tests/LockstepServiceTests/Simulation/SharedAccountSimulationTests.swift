import Clocks
import Foundation
import KeapSimulator
import EmbeddedHTTP
import DurableQueue
import DeterministicSimulation
import Testing

@testable import LockstepService

/// Two gyms of one account, with a key each or one for both, whose members are the same people; in virtual time.
@Suite(.timeLimit(.minutes(30))) struct SharedAccountSimulationTests {
    private func gyms(keys: [String], account: String) -> String {
        let names = ["downtown", "uptown"]
        return zip(names, keys).map { name, key in
            """
            {"id": "\(name)", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "\(key)"\(account)},
             "zenPlanner": {"token": "token"},
             "sync": {"customFields": {"zenPlannerID": "ID of \(name)"},
                      "tags": {"status": "\(name) Status: {status}", "program": "\(name): {program} - {status}"}}}
            """
        }.joined(separator: ",")
    }

    private func send(_ status: String, of person: Int, to gym: String, _ service: Service) async throws {
        let body =
            "personId=\(gym)-\(person)&firstName=First\(person)&lastName=Last\(person)&status=\(status)"
            + "&email=person\(person)%40example.org&signupDate=2026-01-0\(person % 9 + 1)"
        let answer = await service.answer(
            HTTPRequest(
                method: "POST", path: ["hooks", gym, "zenplanner", "token"],
                headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(body.utf8)))
        guard case .response(let response) = answer, response.status == 202 else { throw PoisonHarness.Refused() }
    }

    @Test(
        arguments: [
            (["KeapAK-one", "KeapAK-two"], ""), (["KeapAK-one", "KeapAK-two"], #", "account": "one""#),
            (["KeapAK-one", "KeapAK-one"], ""),
        ], [UInt64(1), 2, 3])
    func `people whom both gyms know are one contact each with both IDs, no call overlaps, no window is exceeded`(
        setup: (keys: [String], account: String), seed: UInt64
    ) throws {
        let people = 60
        let (world, account, left) = try simulate(seed: seed) { simulation in
            let keap = SimulatedKeapSide(seed: seed, trouble: 0, keys: Array(Set(setup.keys)).sorted())
            var machine = SimulatedMachine(simulation: simulation, files: SimulatedFileSystem(seed: seed), keap: keap)
            machine.configuration = try SimulatedMachine.configuration(
                gyms(keys: setup.keys, account: setup.account))
            let left = FoundBox<Int>()
            try await machine.live { [machine] service in
                for status in ["Prospect", "Student"] {
                    for person in 1...people {
                        for gym in ["downtown", "uptown"] { try await send(status, of: person, to: gym, service) }
                    }
                    try await machine.drain(service)
                }
                let counts = await service.queue.counts().tenants.values
                left.set(counts.reduce(0) { $0 + $1.pending + ($1.jobs[.dead] ?? 0) })
            }
            return (keap.world, keap.account, left.value)
        }
        #expect(left == 0)
        #expect(world.audit.violationCount == 0, "\(world.audit.violations.prefix(3))")
        #expect(account.overruns == [:])
        #expect(account.contacts.count == people)
        let labels = account.fields.values.map(\.label).filter { $0.hasPrefix("ID of") }.sorted()
        #expect(labels == ["ID of downtown", "ID of uptown"])
        for contact in account.contacts.values {
            let ids = contact.customFields.values.compactMap { "\($0)" }.filter {
                $0.contains("downtown-") || $0.contains("uptown-")
            }
            #expect(ids.count == 2, "contact \(contact.id) has \(contact.customFields)")
        }
    }

    @Test func `a gym that waits because of another one's people is delivered once its settings are mended`() throws {
        let (names, reasons) = try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0, keys: ["KeapAK-one", "KeapAK-two"])
            var machine = SimulatedMachine(simulation: simulation, files: SimulatedFileSystem(seed: 1), keap: keap)
            let good = gyms(keys: ["KeapAK-one", "KeapAK-two"], account: "")
            machine.configuration = try SimulatedMachine.configuration(
                good.replacingOccurrences(of: "of uptown", with: "of downtown"))
            let reasons = FoundBox<[String]>()
            try await machine.live { [machine] service in
                try await send("Student", of: 1, to: "downtown", service)
                try await machine.drain(service)
                try await send("Student", of: 2, to: "uptown", service)
                try await simulation.clock.sleep(for: .seconds(600))
                reasons.set(await service.queue.jobs(JobQuery()).compactMap(\.reason))
            }
            machine.configuration = try SimulatedMachine.configuration(good)
            try await machine.live { [machine] service in try await machine.drain(service) }
            return (keap.account.contacts.values.map(\.givenName).sorted(), reasons.value ?? [])
        }
        #expect(names == ["First1", "First2"])
        #expect(reasons.count == 1 && reasons[0].contains("sync.customFields.zenPlannerID"), "\(reasons)")
    }
}
