import Clocks
import Foundation

/// Times as pages say them, seen from one moment.
struct ConsoleTimes: Sendable {
    /// Milliseconds since 1970.
    var now: Int64

    /// How long ago, with the time itself for programs and for who points at it.
    func ago(_ time: Int64) -> HTML {
        let text = JobAnswer.time(time)
        let span = Self.roughly(now - time)
        return .tag(.time, .datetime(text), .title(text), text: span == "now" ? "now" : "\(span) ago")
    }

    func ago(_ time: String) -> HTML { Self.milliseconds(time).map(ago) ?? .text(time) }

    /// How long until then.
    func until(_ time: String) -> HTML {
        guard let at = Self.milliseconds(time) else { return .text(time) }
        return .tag(.time, .datetime(time), .title(time), text: at <= now ? "now" : "in \(Self.roughly(at - now))")
    }

    /// An age that changes rarely: pages are sent anew whenever it does.
    static func roughly(_ milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds) / 1_000
        switch seconds {
        case ..<2: return "now"
        case ..<10: return "\(seconds) s"
        case ..<120: return "\(seconds / 5 * 5) s"
        case ..<7_200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3_600) h"
        default: return "\(seconds / 86_400) days"
        }
    }

    static func milliseconds(_ text: String) -> Int64? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // Ours are written that way; another text is shown as it is.
        return (try? style.parse(text)).map { Int64(($0.timeIntervalSince1970 * 1_000).rounded()) }
    }
}
