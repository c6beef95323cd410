import ConfigurationReading
import RateLimits
import Testing

@testable import LockstepService

/// Clients that gyms share, and how a day's quota is spread.
struct KeapClientTests {
    private func gyms(_ keaps: String..., clients: String = #"[{"id": "ours"}]"#) -> String {
        let gyms = keaps.enumerated().map { #"{"id": "g\#($0)", "keap": {\#($1)}}"# }.joined(separator: ", ")
        return #"{"keapClients": \#(clients), "gyms": [\#(gyms)]}"#
    }

    @Test func `gyms name a client, whose limits and pacing are its own`() throws {
        let configuration = try read(
            gyms(
                #""key": "a", "client": "ours""#, #""key": "b", "client": "ours", "weight": 3"#, #""key": "c""#,
                clients: #"[{"id": "ours", "limits": {"perDay": 100000}, "pacing": {"reserve": 30}}]"#))
        let client = try #require(configuration.keapClients.first)
        #expect(client.id == "ours" && client.ceiling == CallLimits(perDay: 100_000))
        #expect(client.pacing == DayPacing(reserve: 30, burst: 75))
        #expect(configuration.gyms.map(\.keap.client) == ["ours", "ours", nil])
        #expect(configuration.gyms.map(\.keap.weight) == [1, 3, 1])
        let accounts = AccountMap(configuration)
        #expect(configuration.gyms.map { accounts.share(of: $0).tenant } == ["gym/g0", "gym/g1", "gym/g2"])
        #expect(configuration.gyms.map { accounts.share(of: $0).name } == ["g0", "g1", "g2"])
    }

    @Test func `a client that is not there is named with the nearest`() {
        let found = problems(gyms(#""key": "a", "client": "uors""#))
        #expect(found.map(\.path) == ["gyms[0].keap.client"])
        #expect(found.first?.description.contains(#"has no "uors"; the nearest is "ours""#) == true)
        #expect(
            problems(gym(keap: #""client": "x""#)).first?.description.contains(#"has no "x", for there is none"#)
                == true)
    }

    @Test func `a gym with a client has no limits and no pacing of its own`() {
        let found = problems(gyms(#""key": "a", "client": "ours", "limits": {"perDay": 5}, "pacing": "off""#))
        #expect(found.map(\.path).sorted() == ["gyms[0].keap.limits", "gyms[0].keap.pacing"])
    }

    @Test func `one key cannot count for two clients`() {
        let found = problems(
            gyms(
                #""key": "a", "client": "ours""#, #""key": "a", "client": "theirs""#,
                #""key": "a", "client": "theirs""#,
                clients: #"[{"id": "ours"}, {"id": "theirs"}]"#))
        #expect(found.map(\.path) == ["gyms[1].keap.client"])
        #expect(problems(gyms(#""key": "a", "client": "ours""#, #""key": "a""#)).map(\.path) == ["gyms[1].keap"])
    }

    @Test func `two keys of one account are known to be, however its name is written`() throws {
        let configuration = try read(
            gyms(
                #""key": "a", "account": "AB103.infusionsoft.com""#, #""key": "b""#, #""key": "c", "account": "ab103""#,
                #""key": "d", "account": "ab104""#, #""key": "c""#))
        let shared = configuration.gyms.map { gym in
            configuration.gymsSharingAccount(with: gym).map(\.id.description)
        }
        #expect(shared == [["g0", "g2", "g4"], ["g1"], ["g0", "g2", "g4"], ["g3"], ["g0", "g2", "g4"]])
        #expect(configuration.remarks.contains { $0.contains("the same Keap account as in gyms[0].keap") })
    }

    @Test(arguments: [
        (#""key": "b", "account": "ab 103""#, "gyms[1].keap.account"),
        (#""key": "b", "account": "https://ab103""#, "gyms[1].keap.account"),
        (#""key": "b", "account": """#, "gyms[1].keap.account"), (#""key": "b", "account": 5"#, "gyms[1].keap.account"),
        (#""key": "a", "account": "ab104""#, "gyms[1].keap.account"),
        (#""key": "b", "account": "ab103", "client": "ours""#, "gyms[1].keap.client"),
    ])
    func `an account that cannot be, or that contradicts another gym, is a problem`(keap: String, path: String) {
        #expect(problems(gyms(#""key": "a", "account": "ab103""#, keap)).map(\.path) == [path])
    }

    @Test(arguments: [
        (#"[{"id": "ours"}, {"id": "ours"}]"#, "keapClients[1]"), (#"[{}]"#, "keapClients[0].id"),
        (#"[{"id": "Our Own"}]"#, "keapClients[0].id"), (#"[{"id": "a", "limit": 1}]"#, "keapClients[0].limit"),
        (#"{}"#, "keapClients"), (#"[{"id": "a", "pacing": "on"}]"#, "keapClients[0].pacing"),
        (#"[{"id": "a", "pacing": {"burst": 101}}]"#, "keapClients[0].pacing.burst"),
        (#"[{"id": "a", "pacing": {"reserved": 1}}]"#, "keapClients[0].pacing.reserved"),
    ])
    func `a client that cannot be understood is named`(clients: String, path: String) {
        #expect(problems(gyms(#""key": "a""#, clients: clients)).map(\.path) == [path])
    }

    @Test func `pacing is a day's standard, shares in percent, or off`() throws {
        func pacing(_ keap: String) throws -> DayPacing? { try read(gym(keap: keap)).gyms.first?.keap.pacing }
        #expect(try pacing(#""weight": 2"#) == .standard)
        #expect(try pacing(#""pacing": "off""#) == .off)
        #expect(try pacing(#""pacing": {"reserve": 0, "burst": 100}"#) == .off)
        #expect(try pacing(#""pacing": {"burst": 50}"#) == DayPacing(reserve: 20, burst: 50))
    }
}
