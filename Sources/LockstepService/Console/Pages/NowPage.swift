/// How things stand, in one sentence, five numbers, and what needs a person.
struct NowPage: Equatable, Sendable {
    /// Something that a person should look at.
    struct Need: Equatable, Sendable {
        var key: String
        var tone: ConsoleMark
        var word: String
        var sentence: String
        var link: ConsoleLink?
        var linkText = ""
    }

    var gyms: Int
    var paused: [String]
    var accepted: Double?
    var delivered: Double?
    var waiting: Int
    /// Milliseconds since the oldest change that waits was accepted.
    var oldest: Int64?
    var dead: Int
    var problems: [Health.Problem]
    var needs: [Need]

    /// Nothing that waits for less is worth a word.
    private static let usual: Int64 = 60_000

    var headline: (tone: ConsoleMark, sentence: String) {
        if let problem = problems.first { return (problem.kind.closesIntake ? .bad : .wait, problem.short) }
        if waiting > 0, let oldest, oldest >= Self.usual {
            let changes = ConsoleNumbers.count(waiting, "change waits", "changes wait")
            return (
                paused.isEmpty ? .wait : .hold, "\(changes), the oldest for \(ConsoleTimes.roughly(oldest)).\(pauses)"
            )
        }
        let all = gyms == 0 ? "No gym is configured" : gyms == 1 ? "The gym is in step" : "All \(gyms) gyms are in step"
        if !paused.isEmpty { return (.hold, "\(all).\(pauses)") }
        guard waiting > 0 else { return (.good, "\(all): nothing waits.") }
        return (.good, "\(all): \(ConsoleNumbers.count(waiting, "change", "changes")) under way.")
    }

    private var pauses: String {
        switch paused.count {
        case 0: ""
        case 1...3: " Paused: \(paused.joined(separator: ", "))."
        default: " \(paused.count) gyms are paused."
        }
    }

    var page: ConsolePage {
        var page = ConsolePage(title: "Now", tab: .now)
        let (tone, sentence) = headline
        page.add { HTML.tag(.h1, .class("unseen"), text: "Now") }
        page.addLive("headline", isHeadline: true) {
            HTML.tag(.p, .class("headline \(tone.rawValue)")) {
                tone.shape()
                HTML.tag(.span, text: sentence)
            }
        }
        page.addLive("numbers") {
            HTML.tag(.dl, .class("numbers")) {
                number("accepted", "Accepted", ConsoleNumbers.rate(accepted), "a second")
                number("delivered", "Delivered", ConsoleNumbers.rate(delivered), "a second")
                number("waiting", "Waiting", ConsoleNumbers.grouped(waiting), waiting == 1 ? "change" : "changes")
                number(
                    "oldest", "Oldest", oldest.map(ConsoleTimes.roughly) ?? "–", oldest == nil ? "none waits" : "waits")
                number("dead", "Dead", ConsoleNumbers.grouped(dead), dead == 1 ? "letter" : "letters", dead > 0)
            }
        }
        page.addLive("needs") {
            HTML.tag(.h2, text: "Needs attention")
            if needs.isEmpty {
                HTML.tag(.p, .class("empty"), text: "Nothing does.")
            } else {
                HTML.tag(.ul, .class("needs")) { for need in needs { shown(need) } }
            }
        }
        return page
    }

    private func number(_ key: String, _ name: String, _ value: String, _ unit: String, _ isBad: Bool = false) -> HTML {
        .tag(.div, .dataKey(key), isBad ? .class("bad") : nil) {
            HTML.tag(.dt, text: name)
            HTML.tag(.dd) {
                HTML.tag(.strong, text: value)
                HTML.tag(.small, text: unit)
            }
        }
    }

    private func shown(_ need: Need) -> HTML {
        .tag(.li, .dataKey(need.key)) {
            need.tone.shown(need.word)
            HTML.tag(.p) { HTML.tag(.bdi, text: need.sentence) }
            if let link = need.link { HTML.tag(.a, .href(link), text: need.linkText) }
        }
    }
}

extension Health.Problem {
    /// For a headline; the whole sentence is among what needs attention.
    fileprivate var short: String {
        let names = gyms.count > 3 ? "\(gyms.count) gyms" : gyms.joined(separator: ", ")
        return switch kind {
        case .journalFailed: "Nothing is accepted and nothing delivered: the journal failed."
        case .stopping: "Lockstep is stopping."
        case .diskFull: "The disk is full: messages are refused until there is room."
        case .readFailing: "Stored messages cannot be read; their changes wait."
        case .keyRefused: "Keap refuses the key of \(names); its changes wait."
        case .notConnected: "\(names) must be connected again; its changes wait."
        case .outage: "Keap fails for \(names); its changes wait."
        case .endpointOutage: "Keap fails some calls of \(names)."
        case .hooksSilent: "Keap tells nothing of changed bills of \(names)."
        case .historyFailing: "What happens to people is not kept for now."
        }
    }

    var word: String {
        switch kind {
        case .journalFailed: "journal failed"
        case .stopping: "stopping"
        case .diskFull: "disk full"
        case .readFailing: "reads fail"
        case .keyRefused: "key refused"
        case .notConnected: "not connected"
        case .outage: "outage"
        case .endpointOutage: "partial outage"
        case .hooksSilent: "hooks silent"
        case .historyFailing: "history not kept"
        }
    }
}
