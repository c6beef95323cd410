import ConfigurationReading

/// The options that a command's help names: what completion offers and a typing error is compared with.
struct CommandOptions {
    struct Option: Equatable {
        var name: String
        /// The word that stands for its value, such as `FILE`; nil for a flag.
        var value: String?
    }

    let all: [Option]

    init(_ command: any Command.Type) { self.init(help: command.help) }

    init(help: String) {
        var found: [Option] = []
        for match in help.matches(of: /(--[a-z][a-z-]*[a-z])(?:[ =]([A-Z][A-Z]*)\b)?/) {
            let name = String(match.1)
            let value = match.2.map { String($0) }
            if let place = found.firstIndex(where: { $0.name == name }) {
                if found[place].value == nil { found[place].value = value }
            } else {
                found.append(Option(name: name, value: value))
            }
        }
        all = found
    }
}

/// The known word that a mistyped one seems to mean.
enum Suggestion {
    /// Nil where none is near: a far-fetched one would only mislead.
    static func of(_ word: String, among known: [String]) -> String? {
        guard let nearest = NearestName.of(word, among: known) else { return nil }
        let length = min(word.count, nearest.count)
        // Two letters that changed places are two edits.
        let most = length < 4 ? 1 : max(2, length / 3)
        let isBeginning = word.count > 2 && nearest.hasPrefix(word)
        return isBeginning || NearestName.distance(word, nearest) <= most ? nearest : nil
    }

    /// As the end of a sentence.
    static func clause(_ word: String, among known: [String]) -> String {
        of(word, among: known).map { "; did you mean “\($0)”?" } ?? ""
    }
}
