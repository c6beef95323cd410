import ChartMogulFeed
import ConfigurationReading
import Connectors
import ContactSync
import KeapBilling
import Testing

@testable import LockstepService

struct ChartMogulSectionTests {
    private func two(_ first: String, _ second: String) -> String {
        """
        {"gyms": [{"id": "downtown", "keap": {"key": "k-1"}, "chartMogul": {\(first)}},
                  {"id": "uptown", "keap": {"key": "k-2"}, "chartMogul": {\(second)}}]}
        """
    }

    @Test func `a gym with the section alone has a source, a reader and a feed, and makes nothing of Zen Planner's`()
        throws
    {
        let configuration = try read(gym(#""chartMogul": {"apiKey": "c-1", "hookToken": "t-1"}"#))
        let found = try #require(configuration.gyms.first)
        #expect(found.chartMogul?.dataSource == "Keap")
        #expect(found.sources[KeapHookSource.self]?.settings.hookToken?.text == "t-1")
        #expect(found.sync.ownFields.isEmpty && found.sync.category == nil)
        #expect(configuration.remarks.isEmpty)
        #expect(configuration.publicURL == nil)
    }

    @Test func `without the section there is neither`() throws {
        let found = try #require(try read(gym(#""zenPlanner": {"token": "t"}"#)).gyms.first)
        #expect(found.chartMogul == nil && found.sources[KeapHookSource.self] == nil)
    }

    @Test func `a mistake that both readers of the section find is listed once`() {
        let text = gym(
            #""chartMogul": {"apiKey": "c-1", "hookToken": {"env": "MISSING"}, "poll": {"healthy": 0}, "timeZone": "Mars"}"#
        )
        #expect(
            problems(text).map(\.path) == [
                "gyms[0].chartMogul.hookToken", "gyms[0].chartMogul.poll.healthy", "gyms[0].chartMogul.timeZone",
            ])
    }

    @Test(arguments: ["with/slash", "50%", "a?b", "käse"])
    func `a token that would be another one in an address is refused, and not shown`(token: String) throws {
        let found = problems(gym(#""chartMogul": {"apiKey": "c-1", "hookToken": "\#(token)"}"#))
        #expect(found.map(\.path) == ["gyms[0].chartMogul.hookToken"])
        #expect(found.allSatisfy { !"\($0)".contains(token) })
    }

    @Test func `the address for hooks ends without a slash, and is none that carries tokens unprotected`() throws {
        func address(_ text: String) throws -> String? {
            try read(#"{"publicURL": "\#(text)", "gyms": [{"id": "a", "keap": {"key": "k"}}]}"#).publicURL
        }
        #expect(try address("https://hooks.example.com/") == "https://hooks.example.com")
        #expect(try address("http://127.0.0.1:8080") == "http://127.0.0.1:8080")
        for text in ["http://hooks.example.com", "hooks.example.com", "https://hooks.example.com/?a=b"] {
            #expect(throws: ConfigurationError.self) { try address(text) }
        }
    }

    @Test func `two gyms with one key need two data sources, and share one account's limits`() throws {
        let clashing = try read(two(#""apiKey": "c-1""#, #""apiKey": "c-1""#))
        #expect(clashing.sharedDataSourceProblems.map(\.path) == ["gyms[1].chartMogul.dataSource"])
        #expect("\(clashing.sharedDataSourceProblems)".contains("gyms[0] (downtown)"))
        #expect(!"\(clashing.sharedDataSourceProblems)".contains("c-1"))
        let apart = try read(
            two(
                #""apiKey": "c-1", "limits": {"perSecond": 7}"#,
                #""apiKey": "c-1", "dataSource": "Keap uptown", "limits": {"perSecond": 3}"#))
        #expect(apart.sharedDataSourceProblems.isEmpty)
        #expect(apart.accountCount == 3)
        #expect(try read(two(#""apiKey": "c-1""#, #""apiKey": "c-2""#)).sharedDataSourceProblems.isEmpty)
    }
}
