/// Scripts that complete commands and options, made from the list of commands.
struct CompletionScript {
    struct Entry {
        var words: [String]
        var summary: String
        var options: [CommandOptions.Option]
    }

    let entries: [Entry]
    let topics: [String]

    init(_ commands: [any Command.Type], topics: [String]) {
        entries = commands.map { Entry(words: $0.words, summary: $0.summary, options: CommandOptions($0).all) }
        self.topics = topics
    }

    var firsts: [String] { unique(entries.map { $0.words[0] }) }

    /// First words that need a second, with those.
    var families: [(first: String, seconds: [String])] {
        unique(entries.filter { $0.words.count > 1 }.map { $0.words[0] }).map { first in
            (first, entries.filter { $0.words[0] == first && $0.words.count > 1 }.map { $0.words[1] })
        }
    }

    func unique(_ words: [String]) -> [String] {
        words.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The words that an option takes by the word that stands for its value: none can be told for a number or a name.
    ///
    /// - Returns: nil for files.
    static func words(of value: String) -> [String]? {
        if value == "STATE" { return ["accepted", "running", "waiting", "paused", "done", "dead", "superseded"] }
        return ["FILE", "DIR", "REJECTED"].contains(value) ? nil : []
    }
}
