import Connectors
import DeterministicSimulation
import Foundation
import Testing

@testable import LockstepService

/// Gyms with keys of their own that turn out to open one Keap account.
@Suite(.timeLimit(.minutes(30))) struct TwoKeysTests {
    private static let apart = #"""
        "sync": {"customFields": {"zenPlannerID": "UT ID"},
                 "tags": {"status": "UT Status: {status}", "program": "UT Program: {program} - {status}"}}
        """#

    private let downtown = ServiceHarness.Gym(app: "ab103.infusionsoft.com", onceHub: nil)
    private func uptown(_ more: String = Self.apart, key: String = "KeapAK-two") -> ServiceHarness.Gym {
        ServiceHarness.Gym(
            id: "uptown", key: key, token: "token-of-uptown", app: "ab103.infusionsoft.com", more: more, onceHub: nil)
    }

    private func used(_ budget: [String: Any]?, _ window: String) -> Int? {
        let windows = budget?["windows"] as? [[String: Any]] ?? []
        return windows.first { $0["window"] as? String == window }?["used"] as? Int
    }

    private func budgets(_ town: ServiceHarness) async throws -> [[String: Any]] {
        try await town.get("/api/budget").list
    }

    @Test(arguments: [false, true])
    func `two keys of one account spend one budget from the first answer on, and after a restart`(
        isTogether: Bool
    ) async throws {
        let gyms = [downtown, uptown()]
        try await ServiceHarness.with(gyms) { town in
            try await town.accept(person(), to: downtown)
            if !isTogether { try await town.settle() }
            try await town.accept(person("zp-2", ["firstName": "Ben"]), to: gyms[1])
            try await town.settle()
            for _ in 0..<2 {
                let found = try await budgets(town)
                #expect(found.count == 1, "\(found)")
                #expect(Set(found.first?["gyms"] as? [String] ?? []) == ["downtown", "uptown"])
                // A permit that is given back after another's answer told of use stays counted (see `Budget.release`).
                let most = town.calls + (isTogether ? 1 : 0)
                let day = try #require(used(found.first, "day"))
                #expect((town.calls...most).contains(day))
                let accounts = found.first?["accounts"] as? [[String: Any]] ?? []
                #expect(accounts.count == 1 && used(accounts.first, "tenantDay") == day, "\(accounts)")
                try await town.reopen(gyms)
            }
            #expect(try await budgets(town).first?["gyms"] as? [String] == ["downtown", "uptown"])
            #expect(town.contacts().count == 2 && town.overlaps == 0)
            let said = town.said.all.filter { $0.contains(#""account": "ab103""#) }
            #expect(said.count == 1 && said[0].contains("write to one Keap account, ab103"), "\(town.said.all)")
        }
    }

    @Test func `a gym that would take the other's people waits with the setting's name, also after a restart`()
        async throws
    {
        let clashing = uptown("")
        try await ServiceHarness.with([downtown, clashing]) { town in
            try await town.accept(person("7"), to: downtown)
            try await town.settle()
            let job = try await town.accept(
                person("7", ["firstName": "Ben", "email": "ben@example.org"]), to: clashing)
            for _ in 0..<2 {
                var reason: String?
                try await until {
                    reason = try await town.job(job)["reason"] as? String
                    return reason?.contains("sync.customFields.zenPlannerID") == true
                }
                #expect(
                    reason?.contains("Gyms uptown and downtown write to one Keap account (ab103)") == true,
                    "\(reason ?? "")")
                #expect(try await town.state(of: job) == "waiting")
                #expect(town.contacts().map { $0["given_name"] as? String } == ["Ana"])
                try await town.accept(person("7", ["status": "Alumni"]), to: downtown)
                try await town.reopen([downtown, clashing])
            }
            #expect(town.said.all.contains { $0.hasPrefix("error: Gyms uptown and downtown") }, "\(town.said.all)")
        }
    }

    @Test func `whichever key was there first goes on, also when the gyms are written in another order`() async throws {
        let clashing = uptown("")
        try await ServiceHarness.with([clashing], later: [downtown]) { town in
            try await town.accept(person("7", ["firstName": "Ben"]), to: clashing)
            try await town.settle()
            try await town.reopen([downtown, clashing])
            let waits = try await town.accept(person("7"), to: downtown)
            let goes = try await town.accept(person("7", ["firstName": "Ben", "status": "Alumni"]), to: clashing)
            try await until { try await town.state(of: goes) == "done" }
            #expect(try await town.state(of: goes) == "done")
            #expect(try await town.state(of: waits) != "done")
            #expect(town.contacts().map { $0["given_name"] as? String } == ["Ben"])
        }
    }

    @Test func `a key that Keap refuses does not keep the account's other gym waiting`() async throws {
        let refused = uptown(key: "KeapAK-nobody")
        try await ServiceHarness.with([downtown], later: []) { town in
            try await town.accept(person(), to: downtown)
            try await town.settle()
            try await town.reopen([
                ServiceHarness.Gym(keap: #""account": "ab103""#, onceHub: nil),
                ServiceHarness.Gym(
                    id: "uptown", key: "KeapAK-nobody", token: "token-of-uptown", keap: #""account": "ab103""#,
                    more: Self.apart, onceHub: nil),
            ])
            let waits = try await town.accept(person("zp-9"), to: refused)
            let goes = try await town.accept(person("zp-1", ["status": "Alumni"]), to: downtown)
            try await until { try await town.state(of: goes) == "done" }
            #expect(try await town.state(of: goes) == "done")
            #expect(try await town.state(of: waits) != "done")
        }
    }

    @Test func `a key that is changed for another of the account keeps the day`() async throws {
        let renewed = ServiceHarness.Gym(key: "KeapAK-renewed", app: "ab103.infusionsoft.com", onceHub: nil)
        try await ServiceHarness.with([downtown], later: [renewed]) { town in
            try await town.accept(person(), to: downtown)
            try await town.settle()
            try await town.reopen([renewed])
            #expect(used(try await budgets(town).first, "day") == town.calls)
        }
    }

    @Test func `an account that the configuration misnames is told, and Keap's word counts`() async throws {
        let wrong = ServiceHarness.Gym(
            id: "uptown", key: "KeapAK-two", token: "token-of-uptown", app: "ab103.infusionsoft.com",
            keap: #""account": "ab999""#, more: Self.apart, onceHub: nil)
        try await ServiceHarness.with([downtown, wrong]) { town in
            try await town.accept(person(), to: downtown)
            try await town.accept(person("zp-2", ["firstName": "Ben"]), to: wrong)
            try await town.settle()
            #expect(
                town.said.all.contains { $0.hasPrefix("error:") && $0.contains("ab103, not ab999") },
                "\(town.said.all)")
            #expect(try await budgets(town).count == 1)
        }
    }

    @Test func `keys of two accounts stay two, and are asked once`() async throws {
        let other = ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown", onceHub: nil)
        let gyms = [ServiceHarness.Gym(onceHub: nil), other]
        try await ServiceHarness.with(gyms) { town in
            for gym in gyms { try await town.accept(person(), to: gym) }
            try await town.settle()
            #expect(try await budgets(town).count == 2)
            #expect(town.contacts(of: "KeapAK-one").count == 1 && town.contacts(of: "KeapAK-two").count == 1)
            let before = town.calls
            try await town.reopen(gyms)
            for gym in gyms { try await town.accept(person("zp-1", ["status": "Alumni"]), to: gym) }
            try await town.settle()
            // A tag that is new: looked for, made, put on; and one taken off.
            #expect(town.calls - before == 8, "nothing is asked again")
        }
    }

    @Test func `check finds gyms that turn out to share an account, and what they must not share`() async throws {
        let gyms = [downtown, uptown("")]
        try await ServiceHarness.with(gyms) { town in
            let configuration = try town.configuration(gyms)
            #expect(configuration.sharedAccountProblems.isEmpty, "nothing is known of it before Keap tells")
            var checkups = await CheckRun.alone(configuration, patience: .seconds(3_600))
            CheckRun.judgeAccounts(of: &checkups, in: configuration)
            #expect(checkups[0].isFine && checkups[0].notes.contains { $0.contains(#""account": "ab103""#) })
            #expect(checkups[1].problems.map { $0.prefix(20) }.count == 3, "\(checkups[1].problems)")
            #expect(checkups[1].problems.contains { $0.contains("gyms[1].sync.customFields.zenPlannerID") })
            let mended = try town.configuration([downtown, uptown()])
            var again = await CheckRun.alone(mended, patience: .seconds(3_600))
            CheckRun.judgeAccounts(of: &again, in: mended)
            #expect(again.allSatisfy { $0.isFine }, "\(again)")
        }
    }

    @Test func `check finds an account that the configuration misnames`() async throws {
        let wrong = ServiceHarness.Gym(app: "ab103.infusionsoft.com", keap: #""account": "ab999""#, onceHub: nil)
        try await ServiceHarness.with([wrong]) { town in
            let configuration = try town.configuration([wrong])
            var checkups = await CheckRun.alone(configuration, patience: .seconds(3_600))
            CheckRun.judgeAccounts(of: &checkups, in: configuration)
            #expect(
                checkups[0].problems == [
                    "keap.account names ab999, but the key opens ab103; mend the setting or the key"
                ])
        }
    }
}
