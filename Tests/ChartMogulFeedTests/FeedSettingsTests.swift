import ConfigurationReading
import Foundation
import OutboundAPI
import Testing

@testable import ChartMogulFeed

@Suite struct FeedSettingsTests {
    private func read(_ text: String) throws -> (settings: FeedSettings?, notes: ConfigurationNotes) {
        let bytes = Array(text.utf8)
        let notes = ConfigurationNotes(text: bytes)
        let value = ConfigurationValue(path: "chartMogul", node: try ConfigurationText.parse(bytes), notes: notes)
        let secrets = SecretSource(environment: [:]) { (_) throws(FileProblem) in [] }
        return (FeedSettings(value, secrets: secrets), notes)
    }

    @Test func `a key alone gives the defaults`() throws {
        let (read, notes) = try read(#"{"apiKey": "abc"}"#)
        let settings = try #require(read)
        #expect(notes.problems.isEmpty)
        #expect(settings.site.base == "https://api.chartmogul.com" && settings.apiKey.text == "abc")
        #expect((settings.dataSource, settings.interval, settings.churnAt) == ("Keap", .subscription, .endDate))
        #expect(
            (settings.inactiveWithoutEnd, settings.trialStart, settings.movedContact) == (.nextBillDate, .order, .merge)
        )
        #expect((settings.paidLater, settings.forgiveDays) == (.forgive, 30))
        #expect((settings.pollHealthy, settings.pollFailing) == (1_800, 300))
        #expect((settings.perSecond, settings.concurrency) == (20, 8))
        #expect(settings.timeZone.secondsFromGMT() == 0 && settings.hookToken == nil)
        #expect(!"\(settings)".contains("abc"))
    }

    @Test func `every matter can be chosen`() throws {
        let (read, notes) = try read(
            """
            {"apiKey": "abc", "dataSource": "Gym", "baseURL": "http://127.0.0.1:9", "interval": "product",
             "churnAt": "endOfPaidPeriod", "timeZone": "America/Denver", "inactiveWithoutEnd": "whenSeen",
             "trialStart": "contactCreated", "movedContact": "handOver", "paidLater": "reactivate", "forgiveDays": 7,
             "poll": {"healthy": 60, "failing": 5}, "hookToken": "t", "limits": {"perSecond": 4, "concurrency": 2}}
            """)
        let settings = try #require(read)
        #expect(notes.problems.isEmpty)
        #expect((settings.site.base, settings.dataSource) == ("http://127.0.0.1:9", "Gym"))
        #expect((settings.interval, settings.churnAt) == (.product, .endOfPaidPeriod))
        #expect(settings.timeZone.identifier == "America/Denver")
        #expect(
            (settings.inactiveWithoutEnd, settings.trialStart, settings.movedContact)
                == (.whenSeen, .contactCreated, .handOver))
        #expect((settings.paidLater, settings.forgiveDays, settings.hookToken?.text) == (.reactivate, 7, "t"))
        #expect((settings.pollHealthy, settings.pollFailing) == (60, 5))
        #expect((settings.perSecond, settings.concurrency) == (4, 2))
    }

    @Test(arguments: [
        #"{}"#, #"{"apiKey": "a", "baseURL": "http://chartmogul.example"}"#,
        #"{"apiKey": "a", "baseURL": "https://api.chartmogul.com/v1"}"#,
    ])
    func `what cannot be used at all is noted`(text: String) throws {
        let (settings, notes) = try read(text)
        #expect(settings == nil && notes.problems.count == 1)
    }

    @Test(arguments: [
        #"{"apiKey": "a", "timeZone": "Mars/Olympus"}"#, #"{"apiKey": "a", "interval": "plan"}"#,
        #"{"apiKey": "a", "forgiveDays": -1}"#, #"{"apiKey": "a", "intervall": "product"}"#,
        #"{"apiKey": "a", "poll": {"healthy": 0}}"#, #"{"apiKey": "a", "limits": {"perSecond": 41}}"#,
    ])
    func `a mistake is noted where it is`(text: String) throws {
        #expect(try read(text).notes.problems.count == 1)
    }
}
