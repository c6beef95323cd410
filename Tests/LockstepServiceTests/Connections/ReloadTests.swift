@testable import ContactSync
import DeterministicSimulation
import DurableQueue
import EmbeddedHTTP
import Foundation
import Keap
import KeapSimulator
import RateLimits
import Testing

@testable import LockstepService

/// Another configuration for a service that runs.
struct ReloadTests {
    @Test func `a new gym is taken in, and the others' connections and changes go on`() throws {
        try ConnectedService.with(["north"]) { harness, service in
            _ = try await harness.connect("north", service)
            #expect(await harness.send(1, to: "south", service) == 401)
            #expect(try await service.reload(ConsentingKeap.configuration(["north", "south"])) == [])
            #expect(await harness.send(1, to: "south", service) == 202)
            #expect(await harness.send(2, service) == 202)
            _ = try await harness.connect("south", service)
            try await harness.wait(seconds: 20)
            #expect(harness.contacts() == 1)
            #expect(harness.contacts("south") == 1)
            // The tokens of before are still renewed, and by one.
            try await harness.wait(seconds: 40 * 3_600)
            #expect(harness.refreshes() == 2)
        }
    }

    @Test func `messages that come while it reloads are accepted and delivered, each once`() throws {
        try ConnectedService.with { harness, service in
            _ = try await harness.connect("north", service)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for id in 0..<40 {
                        #expect(await harness.send(id, service) == 202)
                        try await harness.simulation.clock.sleep(for: .milliseconds(50))
                    }
                }
                for _ in 0..<3 {
                    try await harness.simulation.clock.sleep(for: .milliseconds(500))
                    _ = try await service.reload(ConsentingKeap.configuration())
                }
                try await group.waitForAll()
            }
            try await harness.wait(seconds: 120)
            #expect(harness.contacts() == 40)
            let jobs = await service.queue.jobs(JobQuery())
            #expect(jobs.allSatisfy { $0.state == .done })
            #expect(harness.keap.change { $0.accounts["north.infusionsoft.com"]?.duplicates.count } == 0)
        }
    }

    /// The gym is not connected, so that no job runs: what its programs are called is known from acceptance alone.
    @Test func `programs that are renamed while it reloads are known under their new names, each of them`() throws {
        try ConnectedService.with { harness, service in
            let count = 40
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for id in 0..<count {
                        let form = "event=program.renamed&programId=p\(id)&oldName=Old+\(id)&newName=New+\(id)"
                        let request = HTTPRequest(
                            method: "POST", path: ["hooks", "north", "zenplanner", "token-of-north"],
                            headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(form.utf8))
                        #expect(await service.answer(request).status == 202)
                        try await harness.simulation.clock.sleep(for: .milliseconds(20))
                    }
                }
                for _ in 0..<5 {
                    try await harness.simulation.clock.sleep(for: .milliseconds(100))
                    _ = try await service.reload(ConsentingKeap.configuration())
                }
                try await group.waitForAll()
            }
            let directory = try #require(service.gyms["north"]).contacts.tags.directory
            #expect(Set(directory.programs.map(\.name)) == Set((0..<count).map { "New \($0)" }))
        }
    }

    @Test func `templates and limits count from then on, and what needs a restart is named`() throws {
        try ConnectedService.with { harness, service in
            _ = try await harness.connect("north", service)
            var changed = try ConsentingKeap.configuration()
            changed.gyms[0].sync.statusTag = try #require(try? .init(parsing: "Member: {status}", for: .status))
            changed.keapClients[0].ceiling.perDay = 77
            changed.data = "/elsewhere"
            #expect(try await service.reload(changed) == ["data"])
            #expect(await harness.send(1, service) == 202)
            try await harness.wait(seconds: 20)
            let tags = harness.keap.change { $0.accounts["north.infusionsoft.com"]?.tags.values.map(\.name) ?? [] }
            #expect(tags.contains("Member: Student"))
            #expect(await harness.get(["api", "budget"], service).contains(#""limit":77"#))
        }
    }

    @Test func `a gym that is taken out keeps its jobs, and goes on when it is back`() throws {
        try ConnectedService.with(["north", "south"]) { harness, service in
            #expect(await harness.send(1, to: "south", service) == 202)
            _ = try await service.reload(ConsentingKeap.configuration(["north"]))
            #expect(await harness.send(2, to: "south", service) == 401)
            try await harness.wait(seconds: 60)
            _ = try await service.reload(ConsentingKeap.configuration(["north", "south"]))
            _ = try await harness.connect("south", service)
            try await harness.wait(seconds: 20)
            #expect(harness.contacts("south") == 1)
        }
    }
}
