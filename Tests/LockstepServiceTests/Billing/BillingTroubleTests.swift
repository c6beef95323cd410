import ChartMogulSimulator
import Clocks
import DeterministicSimulation
import DurableQueue
import KeapSimulator
import Testing
import WireFormats

@testable import LockstepService

/// Bills while hooks, ChartMogul or this machine fail.
struct BillingTroubleTests {
    /// Three members: sign-ups, a bill that fails and is paid later, a refund, an end that is to come.
    private func live(_ gym: BilledGym, in service: Service) async throws {
        let plan = try gym.plan()
        var sold: [BillingResult] = []
        for name in ["Ann", "Bob", "Cyd"] {
            var sale = BillingDeed.Sale(contact: gym.person(name), plan: plan, outcome: name == "Bob" ? .failed : .paid)
            sale.charge = .init(tax: 411)
            sold.append(try gym.does(.sell(sale)))
            try await gym.simulation.clock.sleep(for: .seconds(400))
        }
        try gym.does(.pay(orders: [sold[1].order ?? 0], amount: nil, .capture))
        try await gym.simulation.clock.sleep(for: .seconds(500))
        try gym.does(.refund(order: sold[2].order ?? 0, amount: nil))
        try gym.does(.deactivate(subscription: sold[0].subscription ?? 0, end: nil, reason: "Away"))
    }

    private func expectBooks(_ gym: BilledGym, _ comment: Comment = "") {
        let found = gym.subscriptions()
        #expect(found.map { $0.periods.map { $0.revenue["USD"] } } == [[4_900], [4_900], [4_900]], comment)
        #expect(found.map(\.scheduledCancellations.count).sorted() == [0, 0, 1], comment)
        #expect(gym.books.dataSources() == ["Keap"], comment)
    }

    private func expectNoDeadLetters(_ service: Service, _ comment: Comment = "") async {
        let dead = await service.queue.counts().tenants.values.reduce(0) { $0 + ($1.jobs[.dead] ?? 0) }
        #expect(dead == 0, comment)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `hooks that are lost, repeated and shuffled change nothing of the result`(seed: UInt64) throws {
        try simulate(seed: seed) { simulation in
            let gym = BilledGym(simulation, trouble: 15)
            try await gym.live { service in
                _ = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                var faults = HookFaults()
                (faults.dropPercent, faults.repeatPercent, faults.shuffles) = (40, 40, true)
                gym.keap.change { $0.setHookFaults(faults, of: SimulatedKeapSide.key) }
                try await live(gym, in: service)
                // The polls find what no hook told.
                try await simulation.clock.sleep(for: .seconds(4_000))
                try await gym.settle(service)
                expectBooks(gym)
                await expectNoDeadLetters(service)
            }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `killed again and again, the service makes nothing twice and forgets nothing`(seed: UInt64) throws {
        try simulate(seed: seed) { simulation in
            var chance = simulation.random(1)
            let first = Int.random(in: 1..<40, using: &chance)
            let gym = BilledGym(simulation, trouble: seed % 3 == 0 ? 12 : 0)
            try await gym.live { service in
                _ = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                try await live(gym, in: service)
                // Somewhere between a hook and the last call to ChartMogul.
                gym.powerFails(after: first)
                try await gym.follow(service)
            }
            for _ in 0..<3 {
                try await gym.die(losesPower: seed % 5 == 0)
                gym.powerFails(after: Int.random(in: 5..<80, using: &chance))
                try await gym.live { service in try await gym.follow(service) }
            }
            try await gym.die()
            gym.keap.endTrouble()
            gym.books.endTrouble()
            try await gym.live { service in
                try await simulation.clock.sleep(for: .seconds(2_000))
                try await gym.settle(service)
                expectBooks(gym)
                await expectNoDeadLetters(service)
                let calls = gym.books.calls
                try await simulation.clock.sleep(for: .seconds(4_000))
                try await gym.settle(service)
                #expect(gym.books.calls == calls, "what is right already costs no call")
            }
        }
    }

    @Test(arguments: [MogulWorld.FaultAction.status(429), .status(503), .status(401), .reset(isDone: true)])
    func `ChartMogul away for an hour delays bills, and nothing else`(action: MogulWorld.FaultAction) throws {
        try simulate(seed: 5) { simulation in
            let gym = BilledGym(simulation, sections: #", "zenPlanner": {"token": "token"}"#)
            try await gym.live { service in
                _ = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                gym.books.change { $0.faults.add(.init(action)) }
                try await live(gym, in: service)
                // People are delivered all the same.
                var chance = simulation.random(1)
                let answer = await service.answer(SimulatedPerson(number: 9, &chance).message("Student"))
                #expect(answer.status == 202)
                try await simulation.clock.sleep(for: .seconds(1_800))
                let pending = await service.queue.counts().tenants.values.reduce(0) { $0 + $1.pending }
                #expect(gym.subscriptions().isEmpty && pending > 0)
                #expect(gym.keap.account.contacts.values.contains { "\($0)".contains("303-555-0109") })
                let health = await gym.ask(service, "GET", "/healthz")
                let metrics = await gym.ask(service, "GET", "/metrics")
                if action != .reset(isDone: true), action != .status(429) {
                    #expect(health.text.contains(action == .status(401) ? "keyRefused" : "outage"), "\(health.text)")
                    #expect(health.text.contains("ChartMogul"), "\(health.text)")
                    #expect(metrics.text.contains(#"lockstep_chartmogul_circuit_open{account="downtown"} 1"#))
                }
                #expect(health.status == 200)
                gym.books.change { $0.faults.removeAll() }
                try await simulation.clock.sleep(for: .seconds(1_900))
                try await gym.settle(service)
                expectBooks(gym)
                await expectNoDeadLetters(service)
                #expect(await gym.ask(service, "GET", "/healthz").text.contains(#""problems":[]"#))
            }
        }
    }

    @Test func `hooks that went silent while the service was away are revived, and what they missed is read`() throws {
        try simulate(seed: 6) { simulation in
            let gym = BilledGym(simulation)
            try await gym.live { service in
                _ = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                try await gym.settle(service)
            }
            let sold = try gym.does(.sell(.init(contact: gym.person("Ann"), plan: gym.plan())))
            // Four tries over 36 minutes, and Keap calls no more.
            try await gym.pass(.seconds(3 * 3_600))
            let statuses = gym.keap.account.hooks.hooks.values.map(\.status)
            #expect(statuses.contains(.inactive))
            try await gym.live { service in
                try await gym.follow(service)
                #expect(gym.subscriptions().map(\.externalID) == ["keap-sub-\(sold.subscription ?? 0)"])
                try await simulation.clock.sleep(for: .seconds(400))
                #expect(gym.keap.account.hooks.hooks.values.allSatisfy { $0.status == .verified })
                #expect(await gym.ask(service, "GET", "/api/gyms").text.contains(#""hooks":"working""#))
                #expect(await gym.ask(service, "GET", "/api/attention").text == "[]")
            }
        }
    }

    @Test func `hooks that Keap cannot verify are told in health, metrics, gyms and attention`() throws {
        try simulate(seed: 7) { simulation in
            let gym = BilledGym(simulation)
            try await gym.live { service in
                try await simulation.clock.sleep(for: .seconds(10))
                let health = await gym.ask(service, "GET", "/healthz")
                #expect(health.status == 200 && health.text.contains("hooksSilent"), "\(health.text)")
                #expect(health.text.contains("lockstep chartmogul connect --gym downtown"))
                #expect(!health.text.contains(BilledGym.token))
                let metrics = await gym.ask(service, "GET", "/metrics").text
                #expect(metrics.contains(#"lockstep_keap_hooks_working{gym="downtown"} 0"#))
                #expect(metrics.contains(#"lockstep_bills_read_timestamp_seconds{gym="downtown"}"#))
                #expect(await gym.ask(service, "GET", "/api/gyms").text.contains(#""hooks":"silent""#))
                #expect(await gym.ask(service, "GET", "/api/attention").text.contains("Keap's hooks"))
                _ = await gym.ask(service, "POST", "/api/gyms/downtown/chartmogul/connect")
                #expect(await gym.ask(service, "GET", "/healthz").text.contains(#""problems":[]"#))
                #expect(await gym.ask(service, "GET", "/api/attention").text == "[]")
                #expect(gym.said.all.contains { $0.contains("Keap's hooks work again") })
            }
        }
    }

    @Test func `a poll that a person discarded does not end the polls`() throws {
        try simulate(seed: 8) { simulation in
            let gym = BilledGym(simulation, hasHooks: false)
            try await gym.live { service in
                try await gym.settle(service)
                gym.keap.isDown = true
                try await simulation.clock.sleep(for: .seconds(320))
                var query = JobQuery()
                query.limit = 1
                let polls = await service.queue.jobs(query)
                let poll = try #require(polls.first)
                #expect(poll.finishedAt == nil)
                try await service.queue.discard(poll.id)
                gym.keap.isDown = false
                try gym.does(.sell(.init(contact: gym.person("Ann"), plan: gym.plan())))
                try await simulation.clock.sleep(for: .seconds(700))
                try await gym.settle(service)
                #expect(gym.subscriptions().count == 1)
            }
        }
    }
}
