import Foundation

/// Durations for people, with three digits that count.
enum LatencyText {
    static func of(_ nanoseconds: UInt64) -> String {
        let value = Double(nanoseconds)
        return switch value {
        case ..<999.5: "\(nanoseconds) ns"
        case ..<999.5e3: digits(value / 1e3) + " µs"
        case ..<999.5e6: digits(value / 1e6) + " ms"
        case ..<120e9: digits(value / 1e9) + " s"
        default: digits(value / 60e9) + " min"
        }
    }

    /// Nanoseconds of a text such as `50ms`, `1.5 s`, `800us` or `2min`; nil if it is none.
    static func parse(_ text: some StringProtocol) -> Double? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let value = Double(digits), value.isFinite else { return nil }
        switch text[digits.endIndex...].drop(while: { $0 == " " }) {
        case "ns": return value
        case "us", "µs": return value * 1e3
        case "ms": return value * 1e6
        case "s": return value * 1e9
        case "min": return value * 60e9
        default: return nil
        }
    }

    private static func digits(_ value: Double) -> String {
        String(format: value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value)
    }
}
