import ChartMogulSimulator
import Clocks
import DeterministicSimulation
import DurableQueue
import KeapSimulator
import Testing
import WireFormats

@testable import LockstepService

/// A gym's past bills on their way to ChartMogul, through the whole service.
struct BackfillTests {
    static let path = "/api/gyms/downtown/chartmogul/backfill"

    /// Forty members with a bill each month of the year before now.
    private func past(of gym: BilledGym) throws -> Int {
        let now = gym.now
        var orders = 0
        try gym.keap.change { world in
            let year = WorldTime(milliseconds: now.milliseconds - 365 * 86_400_000)
            var life = try GymLife(
                SimulatedKeapSide.key, contacts: 40, seed: gym.simulation.seed, from: year, in: &world)
            while life.time.milliseconds < now.milliseconds - 2 * 86_400_000 { life.liveDay(in: &world) }
            orders = world.accounts[SimulatedKeapSide.app]?.billing.orders.count ?? 0
        }
        return orders
    }

    private func progress(_ gym: BilledGym, _ service: Service) async -> String {
        await gym.ask(service, "GET", Self.path).text
    }

    private func finish(_ gym: BilledGym, _ service: Service) async throws {
        for _ in 0..<2_000 {
            let text = await progress(gym, service)
            if text.contains(#""state":"done""#), text.contains(#""waiting":0"#) || gym.files.isOff { return }
            if gym.files.isOff { return }
            try await gym.simulation.clock.sleep(for: .seconds(2))
        }
        Issue.record("the past was not read in an hour: \(await progress(gym, service))")
    }

    @Test func `a preview counts and changes nothing, and the past is told as it goes`() throws {
        try simulate(seed: 1) { simulation in
            let gym = BilledGym(simulation, hasHooks: false)
            let orders = try past(of: gym)
            try await gym.live { service in
                try await gym.settle(service)
                #expect(await progress(gym, service).contains(#""state":"none""#))
                let preview = await gym.ask(service, "POST", Self.path, query: "preview=true")
                #expect(preview.status == 200 && preview.text.contains("\"orders\":\(orders)"), "\(preview.text)")
                let before = gym.books.calls
                #expect(await progress(gym, service).contains(#""state":"none""#))
                let keapBefore = gym.keap.world.audit.total
                #expect(await gym.ask(service, "POST", Self.path).status == 202)
                try await finish(gym, service)
                let told = await progress(gym, service)
                #expect(told.contains("\"orders\":\(orders)"), "\(told)")
                // The bounds that were set: a Keap call for two orders, 1.6 of ChartMogul's for one.
                let (keapCalls, calls) = (gym.keap.world.audit.total - keapBefore, gym.books.calls - before)
                #expect(
                    keapCalls <= orders / 2 && calls * 10 <= orders * 16,
                    "\(orders) \(keapCalls) \(calls) \(gym.keap.world.audit.callsByEndpoint)")
                let found = gym.subscriptions()
                #expect(found.count > 20)
                // Again it changes nothing.
                #expect(await gym.ask(service, "POST", Self.path).status == 202)
                let after = gym.books.calls
                try await finish(gym, service)
                #expect(gym.books.calls == after && gym.subscriptions() == found)
            }
        }
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func `killed at any step it goes on, and ends as it would have`(seed: UInt64) throws {
        func run(kills: Int) throws -> [MogulWorld.ResultingSubscription] {
            try simulate(seed: seed) { simulation in
                var chance = simulation.random(2)
                let gym = BilledGym(simulation, hasHooks: false)
                _ = try past(of: gym)
                for life in 0...kills {
                    if life < kills { gym.powerFails(after: Int.random(in: 40..<250, using: &chance)) }
                    try await gym.live { service in
                        if life == 0 {
                            try await gym.settle(service)
                            _ = await gym.ask(service, "POST", Self.path)
                        }
                        if life == kills { _ = await gym.ask(service, "POST", Self.path) }
                        try await finish(gym, service)
                        if life == kills {
                            #expect(
                                await service.queue.counts().tenants.values.allSatisfy { ($0.jobs[.dead] ?? 0) == 0 })
                        }
                    }
                    if life < kills { try await gym.die() }
                }
                return gym.subscriptions()
            }
        }
        let (killed, whole) = (try run(kills: 3), try run(kills: 0))
        #expect(killed == whole)
    }

    @Test func `live bills and people go before the past`() throws {
        try simulate(seed: 4) { simulation in
            let gym = BilledGym(simulation, sections: #", "zenPlanner": {"token": "token"}"#)
            _ = try past(of: gym)
            try await gym.live { service in
                _ = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                try await gym.settle(service)
                // ChartMogul holds the past up for as long as it takes to see what goes before it.
                gym.books.change { $0.faults.add(.init(.delay(milliseconds: 5_000))) }
                _ = await gym.ask(service, "POST", Self.path)
                try await simulation.clock.sleep(for: .seconds(5))
                let sold = try gym.does(.sell(.init(contact: gym.person("Zoe"), plan: gym.plan(7_700))))
                var chance = simulation.random(1)
                let answer = await service.answer(SimulatedPerson(number: 9, &chance).message("Student"))
                #expect(answer.status == 202)
                try await simulation.clock.sleep(for: .seconds(5))
                #expect(gym.keap.account.contacts.values.contains { "\($0)".contains("303-555-0109") })
                try await simulation.clock.sleep(for: .seconds(95))
                #expect(gym.subscriptions().contains { $0.externalID == "keap-sub-\(sold.subscription ?? 0)" })
                #expect(!(await progress(gym, service)).contains(#""waiting":0"#), "the past is not through yet")
                gym.books.change { $0.faults.removeAll() }
                try await finish(gym, service)
            }
        }
    }

    @Test func `a page that a person discarded is no end: the past can be asked for again`() throws {
        try simulate(seed: 5) { simulation in
            let gym = BilledGym(simulation, hasHooks: false)
            _ = try past(of: gym)
            try await gym.live { service in
                try await gym.settle(service)
                gym.keap.isDown = true
                _ = await gym.ask(service, "POST", Self.path)
                try await simulation.clock.sleep(for: .seconds(5))
                var query = JobQuery()
                query.limit = 1
                let pages = await service.queue.jobs(query)
                try await service.queue.discard(try #require(pages.first).id)
                gym.keap.isDown = false
                _ = await gym.ask(service, "POST", Self.path)
                try await finish(gym, service)
                #expect(gym.subscriptions().count > 20)
            }
        }
    }
}
