import Foundation
import LockstepLimits
import Testing

@testable import LockstepService

struct BudgetTests {
    private func windows(_ object: [String: Any]) -> [String: Int] {
        let windows = object["windows"] as? [[String: Any]] ?? []
        return Dictionary(windows.map { ($0["window"] as? String ?? "", $0["used"] as? Int ?? -1) }) { $1 }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the budget of each credential is told, with what is left and who shares it`() async throws {
        let gyms = [
            Town.Gym(), Town.Gym(id: "annex", token: "token-of-the-annex"),
            Town.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown"),
        ]
        try await Town.with(gyms) { town in
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

    @Test(.timeLimit(.minutes(1)))
    func `gyms behind one client share its budget, not their accounts, and it survives a restart`() async throws {
        let gyms = [
            Town.Gym(client: "ours"),
            Town.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown", client: "ours"),
        ]
        try await Town.with(gyms) { town in
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

    @Test(.timeLimit(.minutes(1)))
    func `metrics tell windows and waiting calls of each credential and account`() async throws {
        let gyms = [
            Town.Gym(client: "ours"),
            Town.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown", client: "ours"),
        ]
        try await Town.with(gyms) { town in
            let text = try await town.get("/metrics").text
            #expect(text.contains(#"lockstep_keap_budget_limit{account="client/ours",window="day"} 150000"#))
            #expect(text.contains(#"lockstep_keap_budget_limit{account="uptown",window="tenantDay"} 250000"#))
            #expect(text.contains("# TYPE lockstep_keap_budget_waiting gauge"))
        }
    }
}
