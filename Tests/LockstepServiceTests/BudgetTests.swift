import Foundation
import Keap
import DurableQueue
import Testing

@testable import RateLimits
@testable import LockstepService

struct BudgetTests {
    private func windows(_ object: [String: Any]) -> [String: Int] {
        let windows = object["windows"] as? [[String: Any]] ?? []
        return Dictionary(windows.map { ($0["window"] as? String ?? "", $0["used"] as? Int ?? -1) }) { $1 }
    }

    @Test(.timeLimit(.minutes(30)))
    func `the budget of each credential is told, with what is left and who shares it`() async throws {
        let gyms = [
            ServiceHarness.Gym(), ServiceHarness.Gym(id: "annex", token: "token-of-the-annex"),
            ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown"),
        ]
        try await ServiceHarness.with(gyms) { town in
            try await town.accept(person())
            try await town.settle()
            let answer = try await town.get("/api/budget")
            #expect(answer.status == 200)
            let (shared, own) = (try #require(answer.list.first), try #require(answer.list.last))
            #expect(shared["credential"] as? String == "downtown" && shared["kind"] as? String == "key")
            #expect(shared["gyms"] as? [String] == ["downtown", "annex"])
            #expect(windows(shared)["day"] == town.calls)
            #expect(windows(own) == ["second": 0, "minute": 0, "day": 0])
            let day = (shared["windows"] as? [[String: Any]])?.last
            #expect(day?["left"] as? Int == 500_000 - town.calls, "Keap's headers said so")
            #expect(day?["opensAt"] is String)
            #expect((shared["pacing"] as? [String: Any])?["reserve"] as? Int == 20)
            for key in ["binding", "closedUntil", "callsPerHour", "runsOutAt"] {
                #expect(shared[key] is NSNull, "\(key) is there without a value")
            }
            let waiting = shared["waiting"] as? [[String: Any]] ?? []
            #expect(waiting.map { $0["gym"] as? String } == ["downtown", "annex"])
            #expect(waiting.allSatisfy { $0["changes"] as? Int == 0 && $0["live"] as? Int == 0 })
            #expect(try await town.post("/api/budget").status == 405)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `gyms behind one client share its budget, not their accounts, and it survives a restart`() async throws {
        let gyms = [
            ServiceHarness.Gym(client: "ours"),
            ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown", client: "ours"),
        ]
        try await ServiceHarness.with(gyms) { town in
            try await town.accept(person())
            try await town.settle()
            let first = town.calls
            try await town.accept(person(), to: gyms[1])
            try await town.settle()
            #expect(town.contacts(of: "KeapAK-one").count == 1 && town.contacts(of: "KeapAK-two").count == 1)
            #expect(town.service.credentials.map(\.name) == ["client/ours"])
            #expect(town.service.accounts.map(\.name) == ["downtown", "uptown"])
            try await town.reopen(gyms)
            let budget = try #require(try await town.get("/api/budget").list.first)
            #expect(budget["kind"] as? String == "client")
            #expect(windows(budget)["day"] == town.calls)
            let accounts = budget["accounts"] as? [[String: Any]] ?? []
            #expect(accounts.map { $0["gyms"] as? [String] } == [["downtown"], ["uptown"]])
            #expect(accounts.map { windows($0)["tenantDay"] ?? -1 } == [first, town.calls - first])
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a key's use is kept whichever of its gyms comes first, and whatever they are called`() async throws {
        let first = ServiceHarness.Gym()
        let second = ServiceHarness.Gym(id: "annex", token: "token-of-the-annex")
        try await ServiceHarness.with([first, second]) { town in
            try await town.accept(person())
            try await town.settle()
            let used = town.calls
            #expect(used > 0)
            for gyms in [[second, first], [second], [ServiceHarness.Gym(id: "renamed")]] {
                try await town.reopen(gyms)
                let budget = try #require(try await town.get("/api/budget").list.first)
                #expect(windows(budget)["day"] == used, "\(gyms.map(\.id))")
                let accounts = budget["accounts"] as? [[String: Any]] ?? []
                #expect(accounts.map { windows($0)["tenantDay"] } == [used], "\(gyms.map(\.id))")
            }
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `accounts behind one client keep their use in any order of their gyms`() async throws {
        let first = ServiceHarness.Gym(client: "ours")
        let second = ServiceHarness.Gym(id: "annex", token: "token-of-the-annex", client: "ours")
        try await ServiceHarness.with([first, second]) { town in
            try await town.accept(person())
            try await town.settle()
            for gyms in [[second, first], [second]] {
                try await town.reopen(gyms)
                let budget = try #require(try await town.get("/api/budget").list.first)
                let accounts = budget["accounts"] as? [[String: Any]] ?? []
                #expect(accounts.map { windows($0)["tenantDay"] } == [town.calls], "\(gyms.map(\.id))")
            }
        }
    }

    /// Budgets as a start would find them.
    private func restored(_ gyms: [ServiceHarness.Gym], in town: ServiceHarness) async throws -> [KeapCredential] {
        let configuration = try town.configuration(gyms)
        let queue = town.service.queue
        let accounts = AccountMap(configuration, fingerprints: await SecretFingerprinter(keptIn: queue))
        return await KeapCredential.all(of: configuration, accounts, notesIn: queue, in: .real)
    }

    private func day(_ credential: KeapCredential) async -> Int? {
        await credential.status().windows.first { $0.window == .day }?.used
    }

    @Test(.timeLimit(.minutes(30)))
    func `what an earlier version kept under a gym's id is found whichever gym that was, and shows nothing of the key`()
        async throws
    {
        let gyms = [ServiceHarness.Gym(), ServiceHarness.Gym(id: "annex", token: "token-of-the-annex")]
        try await ServiceHarness.with(gyms) { town in
            try await town.accept(person())
            try await town.settle()
            let queue = town.service.queue
            let configuration = try town.configuration(gyms)
            let fingerprints = try #require(await SecretFingerprinter(keptIn: queue))
            let name = "budget/key/" + fingerprints.fingerprint(of: configuration.gyms[0].keap.site)
            #expect(!name.contains("KeapAK"))
            let used = try #require(await queue.metadata(name))
            // As an earlier version wrote it: the key's first gym stands for it, and for the account.
            var old = try BudgetUse(bytes: used)
            old.renameTenants([String(name.dropFirst("budget/".count)): "annex"])
            #expect(old.tenants.keys.sorted() == ["annex"])
            try await queue.setMetadata(name, [], durable: true)
            try await queue.setMetadata("budget/annex", old.bytes, durable: true)

            let found = try #require(try await restored(gyms, in: town).first)
            #expect(await day(found) == old.day.used)
            let tenant = try #require(await found.status().tenants.first)
            #expect(tenant.windows.first { $0.window == .tenantDay }?.used == old.tenants["annex"]?.day.used)
            #expect(await queue.metadata("budget/annex") == nil)
            #expect(await queue.metadata(name) != nil)
            #expect(await day(try #require(try await restored([gyms[1]], in: town).first)) == old.day.used)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `the note of a budget that cannot be read is no reason not to start`() async throws {
        try await ServiceHarness.with() { town in
            try await town.service.queue.setMetadata("budget/downtown", [9, 9, 9], durable: true)
            let found = try await restored([ServiceHarness.Gym()], in: town)
            #expect(found.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `metrics tell windows and waiting calls of each credential and account`() async throws {
        let gyms = [
            ServiceHarness.Gym(client: "ours"),
            ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown", client: "ours"),
        ]
        try await ServiceHarness.with(gyms) { town in
            let text = try await town.get("/metrics").text
            #expect(text.contains(#"lockstep_keap_budget_limit{account="client/ours",window="day"} 150000"#))
            #expect(text.contains(#"lockstep_keap_budget_limit{account="uptown",window="tenantDay"} 250000"#))
            #expect(text.contains("# TYPE lockstep_keap_budget_waiting gauge"))
        }
    }
}
