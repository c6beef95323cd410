extension ConsolePage {
    /// What went wrong, and a way on.
    static func refusal(_ status: Int, _ sentence: String, back: ConsoleLink = ConsoleLink([])) -> ConsolePage {
        let title =
            switch status {
            case 403: "Not allowed"
            case 404: "Not here"
            case 503: "Not now"
            default: "That did not work"
            }
        var page = ConsolePage(title: title, status: status)
        page.add {
            HTML.tag(.section, .class("message")) {
                HTML.tag(.h1, text: title)
                HTML.tag(.p, text: sentence.asSentence)
                HTML.tag(.p) { HTML.tag(.a, .href(back), text: "Back") }
            }
        }
        return page
    }

    /// Asks before something is done that cannot be taken back. Its button begins with the action's own word.
    static func confirmation(
        _ question: String, _ detail: String, button: String, action: ConsoleAction, fields: [(String, String)],
        back: String, cancel: ConsoleLink
    ) -> ConsolePage {
        var page = ConsolePage(title: question)
        page.add {
            HTML.tag(.section, .class("message")) {
                HTML.tag(.h1, text: question)
                HTML.tag(.p, text: detail)
                HTML.tag(.div, .class("acts")) {
                    ConsoleForm(
                        action: action, label: button, back: back, fields: fields + [("confirmed", "yes")],
                        isGrave: true
                    ).html
                    HTML.tag(.a, .class("button quiet"), .href(cancel), text: "Leave it")
                }
            }
        }
        return page
    }
}

extension String {
    /// With a capital and a full stop, as answers to programs have neither.
    var asSentence: String {
        guard let first else { return self }
        let isEnded = last.map { ".!?".contains($0) } ?? true
        return first.uppercased() + dropFirst() + (isEnded ? "" : ".")
    }
}
