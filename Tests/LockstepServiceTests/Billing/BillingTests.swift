import ChartMogulSimulator
import Clocks
import DeterministicSimulation
import DurableQueue
import EmbeddedHTTP
import KeapSimulator
import Testing
import WireFormats

@testable import LockstepService

/// Bills from Keap's hook to ChartMogul's books, through the whole service.
struct BillingTests {
    @Test func `connect makes the data source and has hooks verified, and a second time makes nothing anew`() throws {
        try simulate(seed: 1) { simulation in
            let gym = BilledGym(simulation)
            try await gym.live { service in
                let first = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                #expect(first.status == 200 && first.text.contains(#""problems":[]"#), "\(first.text)")
                #expect(gym.books.dataSources() == ["Keap"])
                let hooks = gym.keap.account.hooks.hooks.values
                #expect(hooks.count == 12 && hooks.allSatisfy { $0.status == .verified })
                let calls = gym.keap.account.hooks.hooks
                let second = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                #expect(second.status == 200 && second.text.contains(#""problems":[]"#), "\(second.text)")
                #expect(gym.keap.account.hooks.hooks.keys == calls.keys && gym.books.dataSources() == ["Keap"])
            }
        }
    }

    @Test func `a hook leads to a reading of Keap, and that to ChartMogul's books`() throws {
        try simulate(seed: 2) { simulation in
            let gym = BilledGym(simulation)
            try await gym.live { service in
                _ = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                try await gym.settle(service)
                let told = gym.hookAnswers.count
                let sold = try gym.does(.sell(.init(contact: gym.person("Ann"), plan: gym.plan())))
                try await gym.follow(service)
                #expect(gym.hookAnswers.count > told && gym.hookAnswers.allSatisfy { $0 == 200 })
                let found = gym.subscriptions()
                #expect(found.map(\.externalID) == ["keap-sub-\(sold.subscription ?? 0)"])
                #expect(found.first?.periods.map { $0.revenue["USD"] } == [4_900])
                // It was no poll that found it.
                #expect(simulation.clock.now.offset < .seconds(1_000))
                #expect(await service.queue.counts().tenants.values.allSatisfy { ($0.jobs[.dead] ?? 0) == 0 })
            }
        }
    }

    @Test func `a poll finds what no hook told`() throws {
        try simulate(seed: 3) { simulation in
            let gym = BilledGym(simulation, hasHooks: false)
            try await gym.live { service in
                try await gym.settle(service)
                try gym.does(.sell(.init(contact: gym.person("Ann"), plan: gym.plan())))
                #expect(gym.subscriptions().isEmpty)
                try await simulation.clock.sleep(for: .seconds(310))
                try await gym.settle(service)
                #expect(gym.subscriptions().first?.periods.map { $0.revenue["USD"] } == [4_900])
                #expect(gym.hookAnswers.isEmpty)
            }
        }
    }

    @Test func `a wrong token, an unknown gym and a gym without the section are told alike`() throws {
        try simulate(seed: 4) { simulation in
            let gym = BilledGym(simulation)
            try await gym.live { service in
                func answer(_ gym: String, _ token: String) async -> HTTPAnswer {
                    await service.answer(
                        HTTPRequest(
                            method: "POST", path: ["hooks", gym, "keap", token],
                            body: Array(#"{"event_key":"order.add","object_keys":[{"id":"1"}]}"#.utf8)))
                }
                let wrong = await answer("downtown", "wrong")
                #expect(wrong.status == 401)
                guard case .response(let first) = wrong,
                    case .response(let second) = await answer("nowhere", "hook-token")
                else {
                    Issue.record("no answer")
                    return
                }
                #expect(first.status == second.status && first.body == second.body)
                #expect(await answer("downtown", BilledGym.token).status == 200)
            }
        }
    }
}
