/// States as shape, word and colour together, so that none of the three alone must be seen.
enum ConsoleMark: String, Sendable {
    case good, busy, idle, wait, hold, bad, off

    /// The shape, in a square of ten.
    private var path: String {
        switch self {
        case .good: "M1 5.5 4 8.5 9 2"
        case .busy: "M5 1a4 4 0 1 1-4 4"
        case .idle: "M5 1a4 4 0 1 1 0 8a4 4 0 1 1 0-8"
        case .wait: "M5 2v3.2l2.2 1.4M5 .8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 1 1 0-8.4"
        case .hold: "M3.2 1.5v7M6.8 1.5v7"
        case .bad: "M1.5 1.5 8.5 8.5M8.5 1.5 1.5 8.5"
        case .off: "M1 5h8"
        }
    }

    func shape() -> HTML {
        .tag(.svg, .class("mark"), .viewBox("0 0 10 10"), .ariaHidden) { HTML.tag(.path, .d(path)) }
    }

    func shown(_ word: String) -> HTML {
        .tag(.span, .class("state \(rawValue)")) {
            shape()
            HTML.tag(.span, text: word)
        }
    }

    /// Two steps in time.
    static var brand: HTML {
        .tag(.svg, .class("brand-mark"), .viewBox("0 0 24 24"), .ariaHidden) {
            HTML.tag(.path, .d("M3 17h6V7h6v10h6"))
        }
    }

    init(jobState: String) {
        switch jobState {
        case "done": self = .good
        case "running": self = .busy
        case "accepted": self = .idle
        case "waiting": self = .wait
        case "paused": self = .hold
        case "dead": self = .bad
        default: self = .off
        }
    }
}
