import ConfigurationReading
import Testing

@testable import LockstepService

/// Gyms that write to one Keap account.
@Suite struct SharedAccountTests {
    private func problems(_ more: String, keap: String = #""key": "k-1""#, first: String = "") throws -> [String] {
        try read(
            """
            {"gyms": [
                {"id": "downtown", "keap": {"key": "k-1", "account": "ab1.infusionsoft.com"},
                 "zenPlanner": {"token": "t-1"}, "onceHub": {"secret": "s-1"}\(first)},
                {"id": "uptown", "keap": {\(keap)}, "zenPlanner": {"token": "t-2"}, "onceHub": {"secret": "s-2"}\(more)}]}
            """
        ).sharedAccountProblems.map(\.path)
    }

    private static let all = [
        "gyms[1].sync.customFields.zenPlannerID", "gyms[1].sync.tags.status", "gyms[1].sync.tags.program",
        "gyms[1].onceHub.tags.generic",
    ]

    @Test func `gyms with one key are refused while they would take each other's people and tags`() throws {
        #expect(try problems("") == Self.all)
    }

    @Test func `two keys of one account are no different`() throws {
        #expect(try problems("", keap: #""key": "k-2", "account": "ab1.infusionsoft.com""#) == Self.all)
        #expect(try problems("", keap: #""key": "k-2", "account": "ab2.infusionsoft.com""#) == [])
        #expect(try problems("", keap: #""key": "k-2""#) == [])
    }

    @Test(arguments: [
        (#""status": "UT Status: {status}", "program": "UT Program: {program} - {status}""#, 0),
        // The one's names can be read as the other's.
        (#""status": "ZP Status: {status} (UT)", "program": "ZP Program: {program} - {status} (UT)""#, 2),
        (#""status": "zp status: {status}", "program": "{program}: {status}""#, 2),
    ])
    func `names of their own make it right, unless one could be taken for the other's`(
        tags: String, wrong: Int
    ) throws {
        let found = try problems(
            #", "sync": {"customFields": {"zenPlannerID": "UT ID"}, "tags": {\#(tags)}}"#)
        #expect(found.filter { $0.contains("sync") }.count == wrong, "\(found)")
        #expect(found.contains("gyms[1].onceHub.tags.generic"))
    }
}
