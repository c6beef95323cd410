import LockstepService

/// A person's timeline as a terminal shows it.
struct TimelineText {
    private(set) var lines: [String] = []
    private let showsBodies: Bool

    init(_ person: PersonTimeline, showsBodies: Bool) {
        self.showsBodies = showsBodies
        add(0, "\(person.name.isEmpty ? person.id : person.name)\(person.email.isEmpty ? "" : ", \(person.email)")")
        add(0, "gym \(person.gym): \(person.ids.joined(separator: ", "))")
        if let keap = person.keap { add(0, keap) }
        add(0, person.standing)
        if !person.tags.isEmpty { add(0, "tags now: " + person.tags.joined(separator: ", ")) }
        for note in person.notes { add(0, "needs attention: \(note)") }
        for change in person.changes { tell(change) }
        if person.changes.isEmpty {
            add(0, person.since == nil ? "what happens is not kept (setting `history`)" : "nothing is kept of them")
        }
        if let next = person.next { add(0, "older messages: --before \(next)") }
    }

    private mutating func add(_ depth: Int, _ text: String) {
        lines.append(String(repeating: "    ", count: depth) + text.harmless)
    }

    private mutating func tell(_ change: PersonTimeline.Change) {
        lines.append("")
        let state = [change.state, change.reason].compactMap { $0 }.joined(separator: ": ")
        add(0, "\(change.acceptedAt ?? "")  job \(change.job)  \(change.source ?? "")  \(state)")
        if let subject = change.subject { add(1, subject) }
        if !change.values.isEmpty {
            add(1, "message: " + change.values.map { "\($0.name)=\($0.value)" }.joined(separator: "  "))
        } else if let message = change.message {
            add(1, "message: \(message.text)\(message.isCut ? " … (cut, \(message.bytes) bytes)" : "")")
        }
        for event in change.events { tell(event) }
        if let count = change.leftOut { add(1, "\(count) events in between are left out") }
    }

    private mutating func tell(_ event: PersonTimeline.Event) {
        guard let call = event.call else {
            let attempt = event.attempt.map { $0 > 1 ? ", try \($0)" : "" } ?? ""
            let reason = event.reason.map { ": \($0)" } ?? ""
            add(1, "\(event.at)  \(event.outcome ?? "")\(attempt)\(reason)")
            for one in event.differences ?? [] {
                switch (one.before, one.after) {
                case (nil, let new?): add(2, "+ \(one.what): \(new)")
                case (let old?, nil): add(2, "- \(one.what): \(old)")
                case (let old, let new): add(2, "\(one.what): \(old ?? "") → \(new ?? "")")
                }
            }
            return
        }
        let shared = call.sharedBy.map { ", shared by \($0)" } ?? ""
        let reason = call.reason.map { ": \($0)" } ?? ""
        let status = call.status.map { "\($0)" } ?? "no answer"
        add(1, "\(event.at)  \(call.api): \(call.purpose), \(call.method) \(call.path)")
        add(2, "\(status), \(call.milliseconds) ms\(shared)\(reason)")
        guard showsBodies else { return }
        for (word, body) in [("sent", call.request), ("answered", call.answer)] {
            if let body { add(2, "\(word): \(body.text)\(body.isCut ? " … (cut, \(body.bytes) bytes)" : "")") }
        }
    }
}
