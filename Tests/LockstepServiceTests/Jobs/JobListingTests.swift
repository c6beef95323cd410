import DurableQueue
import Foundation
import Testing

@testable import LockstepService

@Suite(.timeLimit(.minutes(30))) struct JobListingTests {
    private static let uptown = ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown")

    private func ids(_ town: ServiceHarness, _ query: String) async throws -> [String] {
        try await town.get("/api/jobs" + query).list.compactMap { $0["id"] as? String }
    }

    @Test func `a list tells each job's person, also after it was done`() async throws {
        try await ServiceHarness.with { town in
            let done = try await town.accept(person())
            try await town.settle()
            town.refuse("zp-2@example.org")
            let dead = try await town.accept(person("zp-2", ["firstName": "Ben"]))
            try await town.settle()
            let list = try await town.get("/api/jobs").list
            #expect(try await ids(town, "") == [done, dead])
            let persons = list.map { $0["person"] as? String ?? "" }
            #expect(
                persons == [
                    "Ana Ruiz, zp-1@example.org (Zen Planner ID zp-1)",
                    "Ben Ruiz, zp-2@example.org (Zen Planner ID zp-2)",
                ])
        }
    }

    @Test func `jobs are found by person, lane, text and time`() async throws {
        try await ServiceHarness.with([ServiceHarness.Gym(), Self.uptown]) { town in
            town.refuse("zp-2@example.org")
            let ana = try await town.accept(person())
            let ben = try await town.accept(person("zp-2", ["firstName": "Béñ"]))
            let other = try await town.accept(person(), to: Self.uptown)
            try await town.settle()
            let again = try await town.accept(person("zp-1", ["status": "Alumni"]))
            try await town.settle()
            #expect(try await ids(town, "?person=zp-1") == [ana, other, again])
            #expect(try await ids(town, "?person=zp-1&gym=downtown") == [ana, again])
            #expect(try await ids(town, "?person=zp-2&state=dead") == [ben])
            #expect(try await ids(town, "?person=ZP-2@example.org") == [ben])
            #expect(try await ids(town, "?person=zp-9") == [])
            let contact = try #require(town.contacts().first?["id"]).self
            #expect(try await ids(town, "?person=\(contact)&gym=downtown") == [ana, again])
            let lane = try #require(try await town.job(ana)["lane"] as? String)
            #expect(try await ids(town, "?lane=\(lane)") == [ana, again])
            #expect(try await ids(town, "?lane=\(lane)&person=zp-2") == [])
            #expect(try await ids(town, "?text=ben%20ruiz") == [ben], "whatever its case and accents")
            #expect(try await ids(town, "?text=not%20this%20ONE") == [ben], "in the reason")
            #expect(try await ids(town, "?text=ruiz&limit=2") == [other, again], "the newest, oldest first")
            #expect(try await ids(town, "?from=1h") == [ana, ben, other, again])
            #expect(try await ids(town, "?to=1h") == [])
            #expect(try await ids(town, "?to=2000-01-01&text=ruiz") == [])
            #expect(try await town.get("/api/jobs/count?text=ruiz&gym=downtown").object["count"] as? Int == 3)
            #expect(try await town.get("/api/jobs/count?state=dead").object["count"] as? Int == 1)
        }
    }

    @Test func `pages go on where the Link header says, in either direction, and jobs that move are skipped nowhere`()
        async throws
    {
        try await ServiceHarness.with { town in
            var all: [String] = []
            for number in 0..<23 { all.append(try await town.accept(["who": "knows \(number)"])) }
            for start in [
                "?state=dead&limit=5", "?text=personId&limit=5", "?limit=5&after=0", "?text=personId&limit=4&after=0",
            ] {
                var found: [[String]] = []
                var next: String? = "/api/jobs" + start
                while let path = next {
                    let page = try await town.get(path)
                    found.append(page.list.compactMap { $0["id"] as? String })
                    let link = page.headers.first { $0.key.lowercased() == "link" }?.value
                    next = link.map { String($0.dropFirst().prefix { $0 != ">" }) }
                }
                if !start.contains("after") { found.reverse() }
                #expect(found.flatMap { $0 } == all, "\(start)")
            }
            let page = try await town.get("/api/jobs?state=dead&limit=5")
            // One of the page and the one at its edge are gone when the next page is asked for.
            for id in [all[18], all[20], all[10]] { _ = try await town.post("/api/jobs/\(id)/discard") }
            let link = try #require(page.headers.first { $0.key.lowercased() == "link" }?.value)
            #expect(link.hasSuffix("; rel=\"next\""))
            let rest = try await town.get(String(link.dropFirst().prefix { $0 != ">" })).list
            #expect(rest.compactMap { $0["id"] as? String } == Array(all[13..<18]))
        }
    }

    @Test func `a search by text that looked through enough messages says where it goes on`() async throws {
        try await ServiceHarness.with { town in
            var all: [String] = []
            for number in 0..<600 { all.append(try await town.accept(["who": "knows \(number)"])) }
            let gyms = await Gyms(town.service.gyms.all)
            let listing = JobListing(queue: town.service.queue, gyms: gyms)
            var filter = JobFilter()
            filter.text = all[3]
            var page = await listing.page(filter, limit: 10, readsAtMost: 100)
            #expect(page.rows.isEmpty && page.next != nil)
            var turns = 1
            while page.rows.isEmpty, let next = page.next {
                page = await listing.page(filter, limit: 10, before: next, readsAtMost: 100)
                turns += 1
            }
            #expect(page.rows.map(\.job.id.description) == [all[3]])
            #expect(turns == 3)
        }
    }
}
