import Foundation
import Synchronization

/// One line per event on standard error (or wherever the program says): time, level, sentence.
///
/// Callers must not put into a sentence what a configuration calls a secret: hook paths carry a token and are never logged.
public struct ServiceLog: Sendable {
    public enum Level: String, CaseIterable, Comparable, Sendable {
        case debug, info, warning, error

        public static func < (a: Level, b: Level) -> Bool {
            (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
        }
    }

    private let sink: @Sendable (Level, String) -> Void
    /// Lines that the sink could not keep, since their reader does not read.
    let dropped: @Sendable () -> UInt64

    /// - Parameter sink: must return at once, whatever becomes of the line.
    public init(
        dropped: @escaping @Sendable () -> UInt64 = { 0 }, _ sink: @escaping @Sendable (Level, String) -> Void
    ) {
        self.dropped = dropped
        self.sink = sink
    }

    public static let silent = ServiceLog { _, _ in }

    public func debug(_ sentence: String) { sink(.debug, sentence.harmless) }
    public func info(_ sentence: String) { sink(.info, sentence.harmless) }
    public func warning(_ sentence: String) { sink(.warning, sentence.harmless) }
    public func error(_ sentence: String) { sink(.error, sentence.harmless) }
}
