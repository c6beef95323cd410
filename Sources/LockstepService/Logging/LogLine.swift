package import Foundation

/// One line of the log, without its line break.
package struct LogLine: Equatable, Sendable {
    package var time: Date
    package var level: ServiceLog.Level
    package var text: String
    package var context: LogContext

    package init(_ level: ServiceLog.Level, _ text: String, at time: Date, in context: LogContext = .current) {
        (self.level, self.text, self.time, self.context) = (level, text, time, context)
    }

    /// Nil for a line below the settings' level.
    package func written(as settings: LogSettings) -> String? {
        guard level >= settings.level else { return nil }
        switch settings.format {
        case .text:
            let time = time.formatted(.iso8601)
            return level == .info ? "\(time) \(text)" : "\(time) \(level.rawValue): \(text)"
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let object = Object(
                time: time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)), level: level.rawValue,
                text: text, gym: context.gym, job: context.job)
            return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) }  // text always encodes
        }
    }

    private struct Object: Encodable {
        var time: String
        var level: String
        var text: String
        var gym: String?
        var job: String?
    }
}
