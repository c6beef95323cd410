/// What stands around each page: its head, navigation and foot.
struct PageFrame: Sendable {
    /// Who looks; nil: a stranger, who sees no navigation.
    var caller: AdminCaller?
    /// Where the page's stream is: its own path and query.
    var view: String
    var assets: ConsoleAssets

    func document(_ page: ConsolePage) -> [UInt8] {
        let regions = page.regions
        let html = HTML.tag(.html, .lang("en")) {
            head(page)
            HTML.tag(
                .body, .class(caller == nil ? "signed-out" : "signed-in"), regions.isEmpty ? nil : .dataView(view),
                regions.isEmpty ? nil : .dataSeen(regions.digest)
            ) {
                HTML.tag(.a, .class("skip"), .href(ConsoleLink(fragment: "main")), text: "Skip to content")
                if let caller { top(page, caller) }
                HTML.tag(.main, .id("main"), .tabindex(-1)) {
                    for part in page.parts { shown(part) }
                }
                HTML.tag(.footer) {
                    HTML.tag(.p, text: "Times are UTC. Point at one to see it in full.")
                }
            }
        }
        return Array("<!doctype html>".utf8) + Array(html.markup.utf8)
    }

    private func head(_ page: ConsolePage) -> HTML {
        .tag(.head) {
            HTML.tag(.meta, .charset("utf-8"))
            HTML.tag(.title, text: "\(page.title) · Lockstep")
            HTML.tag(.meta, .name("viewport"), .content("width=device-width, initial-scale=1"))
            HTML.tag(.meta, .name("color-scheme"), .content("light dark"))
            HTML.tag(.link, .rel("icon"), .href(assets.icon.link))
            HTML.tag(.link, .rel("stylesheet"), .href(assets.style.link))
            HTML.tag(.script, .src(assets.script.link), .deferred)
        }
    }

    private func top(_ page: ConsolePage, _ caller: AdminCaller) -> HTML {
        .tag(.header, .class("top")) {
            HTML.tag(.a, .class("brand"), .href(ConsoleLink([]))) {
                ConsoleMark.brand
                HTML.tag(.span, text: "Lockstep")
            }
            HTML.tag(.nav, .ariaLabel("Pages")) {
                HTML.tag(.ul) {
                    for tab in ConsoleTab.allCases {
                        HTML.tag(.li) {
                            HTML.tag(
                                .a, .href(tab.link), tab == page.tab ? .ariaCurrent("page") : nil, text: tab.rawValue)
                        }
                    }
                }
            }
            HTML.tag(.div, .class("who")) {
                // The script puts the switch of live updates here.
                HTML.tag(.span, .id("live"))
                if caller.role == .reader { HTML.tag(.span, .class("chip"), text: "read only") }
                if caller.proof == .cookie {
                    HTML.tag(.form, .post, .action(ConsoleLink(["sign-out"]))) {
                        HTML.tag(.button, .class("quiet"), text: "Sign out")
                    }
                }
            }
        }
    }

    private func shown(_ part: ConsolePage.Part) -> HTML {
        guard let region = part.region else { return part.content }
        return .tag(.div, .id(region), .dataLive, part.isHeadline ? .ariaLive("polite") : nil) { part.content }
    }
}
