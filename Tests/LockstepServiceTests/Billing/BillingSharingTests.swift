import ChartMogulSimulator
import Clocks
import DeterministicSimulation
import DurableQueue
import KeapSimulator
import Testing
import WireFormats

@testable import LockstepService

/// Gyms that share a ChartMogul account, sections that come and go, and what an operator is told of jobs.
struct BillingSharingTests {
    @Test func `two gyms with one key have one budget and two data sources`() throws {
        try simulate(seed: 1) { simulation in
            let keap = SimulatedKeapSide(seed: 1, trouble: 0, keys: ["key-a", "key-b"]) { "app-\($0)" }
            let gym = BilledGym(
                simulation, keap: keap, books: SimulatedChartMogulSide(seed: 1),
                gyms: [
                    BilledGym.gym("downtown", "key-a", more: #", "dataSource": "Keap downtown""#),
                    BilledGym.gym(
                        "uptown", "key-b", more: #", "dataSource": "Keap uptown", "limits": {"perSecond": 2}"#),
                ])
            try await gym.live { service in
                for id in ["downtown", "uptown"] {
                    let answer = await gym.ask(service, "POST", "/api/gyms/\(id)/chartmogul/connect")
                    #expect(answer.text.contains(#""problems":[]"#), "\(answer.text)")
                }
                #expect(Set(gym.books.dataSources()) == ["Keap downtown", "Keap uptown"])
                for key in ["key-a", "key-b"] {
                    let plan = try gym.plan(key: key)
                    for name in ["Ann", "Bob", "Cyd"] {
                        try gym.does(.sell(.init(contact: gym.person(name, key: key), plan: plan)), key: key)
                    }
                }
                try await gym.follow(service)
                // Ids are the same numbers in both accounts.
                let found = gym.subscriptions()
                #expect(found.count == 6 && Set(found.map(\.externalID)).count == 3)
                #expect(gym.books.mostInASecond <= 2)
            }
        }
    }

    @Test func `a section that is taken out and put back pauses the bills, and nothing is lost`() throws {
        try simulate(seed: 2) { simulation in
            let gym = BilledGym(simulation)
            try await gym.live { service in
                _ = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                try await gym.settle(service)
                let with = try gym.configured()
                var without = try read(
                    #"{"publicURL": "http://127.0.0.1:8080", "gyms": [{"id": "downtown", "keap": {"baseURL": "#
                        + #""http://127.0.0.1:9/crm/rest", "key": "\#(SimulatedKeapSide.key)"}}]}"#)
                without.data = "/data"
                _ = try await service.reload(without)
                try gym.does(.sell(.init(contact: gym.person("Ann"), plan: gym.plan())))
                try await gym.follow(service)
                #expect(gym.hookAnswers.last == 401 && gym.subscriptions().isEmpty)
                #expect(!(await gym.ask(service, "GET", "/api/gyms")).text.contains("chartMogul"))
                #expect(await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect").status == 409)
                _ = try await service.reload(with)
                try await simulation.clock.sleep(for: .seconds(2_000))
                try await gym.settle(service)
                #expect(gym.subscriptions().count == 1)
            }
        }
    }

    @Test func `a job's subject is told in words, and explained with ChartMogul's trouble`() throws {
        try simulate(seed: 3) { simulation in
            let gym = BilledGym(simulation, hasHooks: false)
            try await gym.live { service in
                try await gym.settle(service)
                gym.books.change { $0.faults.add(.init(.status(503))) }
                let contact = gym.person("Ann")
                let plan = try gym.plan()
                try gym.does(.sell(.init(contact: contact, plan: plan)))
                for number in 1...20 { try gym.does(.sell(.init(contact: gym.person("P\(number)"), plan: plan))) }
                try await simulation.clock.sleep(for: .seconds(360))
                var query = JobQuery()
                query.limit = 30
                var told: [String] = []
                for job in await service.queue.jobs(query) where job.isBilled {
                    told.append(await gym.ask(service, "GET", "/api/jobs/\(job.id)/explain").text)
                }
                #expect(told.contains { $0.contains("bills of Ann Lee (contact \(contact))") }, "\(told)")
                // One that is being tried in this moment says so instead.
                #expect(told.contains { $0.contains("ChartMogul answered 503") }, "\(told.prefix(6))")
                // Until the data source is known, no other kind of call is made.
                let health = await gym.ask(service, "GET", "/healthz").text
                #expect(health.contains("ChartMogul has failed all listDataSources calls of downtown"), "\(health)")
                gym.books.change { $0.faults.removeAll() }
                try await simulation.clock.sleep(for: .seconds(60))
                try await gym.settle(service)
                #expect(gym.subscriptions().count == 21)
            }
        }
    }

    @Test func `what ChartMogul refuses is a dead letter in its words, and goes once it is mended`() throws {
        try simulate(seed: 4) { simulation in
            let gym = BilledGym(simulation, hasHooks: false)
            try await gym.live { service in
                try await gym.settle(service)
                let contact = gym.person("Ann")
                gym.books.change {
                    $0.faults.add(
                        .init(
                            .status(422, body: #"{"errors":{"name":"is too odd"}}"#),
                            match: .init(method: "POST", path: "^/v1/customers$")))
                }
                try gym.does(.sell(.init(contact: contact, plan: gym.plan())))
                try await simulation.clock.sleep(for: .seconds(3_000))
                try await gym.settle(service)
                var query = JobQuery()
                query.state = .dead
                let dead = await service.queue.jobs(query)
                let job = try #require(dead.first)
                #expect(dead.count == 1)
                #expect(job.reason?.hasPrefix("bills of Ann Lee (contact \(contact)): ChartMogul refused to") == true)
                #expect(job.reason?.contains("is too odd") == true, "\(job.reason ?? "")")
                gym.books.change { $0.faults.removeAll() }
                #expect(await gym.ask(service, "POST", "/api/jobs/\(job.id)/retry").status == 200)
                try await gym.settle(service)
                #expect(gym.subscriptions().count == 1)
            }
        }
    }
}
