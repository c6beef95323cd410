/// Who did what, the newest first.
struct AuditPage: Sendable {
    var entries: [AuditEntry]
    var times: ConsoleTimes

    static let most = 200

    var page: ConsolePage {
        var page = ConsolePage(title: "Audit", tab: .audit)
        page.add {
            HTML.tag(.h1, text: "Audit")
            HTML.tag(.p, .class("soft"), text: "What people and programs did here with a token, the newest first.")
        }
        let table = ConsoleTable(
            caption: "Actions", columns: [.text("Action"), .text("On"), .text("By"), .text("When"), .text("Result")],
            rows: entries.prefix(Self.most).enumerated().map { index, entry in
                .init(
                    // Counted from the oldest, so that a new one leaves the others' keys as they are.
                    key: "\(entries.count - index)",
                    cells: [
                        .text(entry.what), .tag(.bdi, text: entry.target), .text(entry.who), times.ago(entry.at),
                        entry.result == "done"
                            ? ConsoleMark.good.shown("done") : .tag(.span, .class("bad"), text: entry.result),
                    ])
            }, empty: "Nothing was done here yet.")
        page.addLive("audit") { table.html }
        return page
    }
}
