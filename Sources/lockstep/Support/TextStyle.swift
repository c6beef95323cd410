import Foundation

/// How a terminal shows a piece of text. Nowhere else does text have a style.
enum TextStyle: String {
    case bold = "1"
    case red = "31"
    case green = "32"
    case yellow = "33"

    func applied(to text: String, _ isStyled: Bool) -> String {
        isStyled ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Of a job's state.
    init?(state: String) {
        switch state {
        case "dead": self = .red
        case "done": self = .green
        case "paused", "waiting": self = .yellow
        default: return nil
        }
    }

    /// Whether text for a terminal may have one: see no-color.org.
    static func isWanted(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
