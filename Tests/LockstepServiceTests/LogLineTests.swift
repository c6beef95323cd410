import Foundation
import Testing

@testable import LockstepService

@Suite struct LogLineTests {
    private static let time = Date(timeIntervalSince1970: 1_772_474_651.25)

    private func written(
        _ level: ServiceLog.Level, _ text: String, _ format: LogSettings.Format = .text,
        from least: ServiceLog.Level = .info, in context: LogContext = LogContext()
    ) -> String? {
        var settings = LogSettings()
        (settings.format, settings.level) = (format, least)
        return LogLine(level, text, at: Self.time, in: context).written(as: settings)
    }

    @Test func `text is a time, a level but for information, and a sentence`() {
        #expect(written(.info, "begun") == "2026-03-02T18:04:11Z begun")
        #expect(written(.warning, "slow") == "2026-03-02T18:04:11Z warning: slow")
    }

    @Test func `json is an object a line, whatever the text holds`() throws {
        let context = LogContext(gym: "downtown", job: "17")
        let line = try #require(written(.error, "a \"quoted\" /path\nand more", .json, in: context))
        #expect(!line.contains("\n"))
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(
            object == [
                "time": "2026-03-02T18:04:11.250Z", "level": "error", "text": "a \"quoted\" /path\nand more",
                "gym": "downtown", "job": "17",
            ])
        #expect(written(.info, "begun", .json) == #"{"level":"info","text":"begun","time":"2026-03-02T18:04:11.250Z"}"#)
    }

    @Test func `what is below the level is not written`() {
        #expect(written(.debug, "call") == nil && written(.debug, "call", from: .debug) != nil)
        #expect(written(.info, "begun", from: .warning) == nil && written(.error, "failed", from: .error) != nil)
    }
}
