import ConfigurationReading

/// How the log is written.
package struct LogSettings: Equatable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case text
        /// One JSON object a line.
        case json
    }

    package var format = Format.text
    /// The least that is written.
    package var level = ServiceLog.Level.info

    package init() {}
}

extension ConfigurationReader {
    private enum LogKey: String, CaseIterable { case format, level }

    func log(_ value: ConfigurationValue) -> LogSettings {
        var settings = LogSettings()
        guard let section = value.section(LogKey.self) else { return settings }
        if let format = section[.format]?.choice(LogSettings.Format.self) { settings.format = format }
        if let level = section[.level]?.choice(ServiceLog.Level.self) { settings.level = level }
        return settings
    }
}
