import Testing

@testable import lockstep

/// `lockstep help TOPIC`.
struct HelpTests {
    @Test func `no topic is named like a command`() {
        for topic in HelpTopic.all {
            #expect(!CommandLineTool.commands.contains { $0.words.first == topic.name }, "\(topic.name)")
        }
        #expect(Set(HelpTopic.all.map(\.name)).count == HelpTopic.all.count)
    }

    @Test(arguments: HelpTopic.all.map(\.name) + ["Configuration", "zenplanner", "ONCEHUB", "chartmogul"])
    func `help prints the page of a topic`(_ name: String) async {
        #expect(await CommandLineTool.run(["help", name]) == .done)
    }

    @Test func `help takes a topic of two words`() async {
        #expect(await CommandLineTool.run(["help", "zen", "planner"]) == .done)
    }

    @Test(arguments: [["help", "configuratoin"], ["help", "swerve"], ["help", "--nonsense"]])
    func `an unknown topic is a usage error`(_ words: [String]) async {
        #expect(await CommandLineTool.run(words) == .usage)
    }

    @Test func `a page's text keeps within 80 columns, code and long words aside`() {
        for topic in HelpTopic.all {
            let text = PageText(markdown: topic.markdown, isStyled: false).text
            for line in text.split(separator: "\n") where line.count > 80 {
                let isCode = line.hasPrefix("    ") && topic.markdown.contains("\n" + line.dropFirst(4) + "\n")
                #expect(isCode, "\(topic.name): \(line)")
            }
        }
    }

    @Test func `a page's text has no marks of Markdown, and none for a terminal unless asked`() {
        for topic in HelpTopic.all {
            let code = topic.markdown.split(separator: "```", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.flatMap { $0.element.split(separator: "\n") }
            let text = PageText(markdown: topic.markdown, isStyled: false).text
            for line in text.split(separator: "\n") where !code.contains(line.dropFirst(4)) {
                for mark in ["**", "`", "](", "| ", "# ", "\u{1B}"] {
                    #expect(!line.contains(mark), "\(topic.name): \(line)")
                }
            }
        }
    }

    @Test func `text is broken into lines, lists hang, code stays, and links name their topic`() {
        let page = """
            # The title

            One **two** `three four`
            five *six* seven [Durability](../x/Durability.md).

            - first item that is long enough
            - second

            ```sh
            lockstep   serve
            ```
            """
        #expect(
            PageText(markdown: page, width: 24, isStyled: false).text == """
                The title

                  One two three four
                  five six seven
                  Durability (lockstep
                  help durability).

                  - first item that is
                    long enough
                  - second

                    lockstep   serve
                """)
    }

    @Test func `on a terminal headings and code are bold, which takes no room`() {
        let page = PageText(markdown: "## Head\n\nrun `serve` now", width: 15, isStyled: true)
        #expect(page.text == "\u{1B}[1mHead\u{1B}[0m\n\n  run \u{1B}[1mserve\u{1B}[0m now")
    }

    @Test func `a table's columns wrap within the width`() {
        let table = """
            | key | default | meaning |
            |---|---|---|
            | `listen` | `none` | where the messages come in, by its address |
            | `data` | | the directory |
            """
        #expect(
            PageText(markdown: table, width: 46, isStyled: false).text == """
                  key     default  meaning
                  listen  none     where the messages come in,
                                   by its address
                  data             the directory
                """)
    }

    @Test func `a table with too little room becomes a list of its rows`() {
        let table = """
            | tag | when added | when removed |
            |---|---|---|
            | `ZP Status` | a person has that status now | the status changes again |
            """
        #expect(
            PageText(markdown: table, width: 40, isStyled: false).text == """
                  ZP Status
                      when added: a person has that
                      status now
                      when removed: the status changes
                      again
                """)
    }
}
