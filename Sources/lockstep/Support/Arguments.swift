/// A command line that is wrong: one sentence, then the exit code for usage.
struct UsageError: Error {
    var sentence: String
    /// The option that is none here, if that is what is wrong.
    var option: String?

    init(_ sentence: String, option: String? = nil) { (self.sentence, self.option) = (sentence, option) }
}

/// The words after a command, taken one by one; what is left over is an error, so that a misspelt option never passes.
struct Arguments {
    fileprivate enum Word: Equatable {
        /// `--name`, `--name=value` or `-n`.
        case option(String, value: String?)
        case plain(String)
        /// A word after `--`, where none is an option.
        case literal(String)
    }

    private var words: [Word] = []
    /// The configuration that was found where none was named.
    private(set) var found: ConfigurationPath?

    /// `--name=value` is split here, so that both spellings mean the same everywhere.
    init(_ raw: [String]) {
        var raw = raw[...]
        while let word = raw.popFirst() {
            if word == "--" {
                words += raw.map(Word.literal)
                return
            }
            guard word.hasPrefix("-"), word.count > 1 else {
                words.append(.plain(word))
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let isSplit = word.hasPrefix("--") && parts.count == 2
            words.append(isSplit ? .option(parts[0], value: parts[1]) : .option(word, value: nil))
        }
    }

    var isEmpty: Bool { words.isEmpty }

    /// The next word that is no option. To be asked for after the options, whose values would be taken for it.
    mutating func positional(_ name: String) throws(UsageError) -> String {
        guard let value = optionalPositional() else { throw UsageError("\(name) is missing") }
        return value
    }

    mutating func optionalPositional() -> String? {
        guard let at = words.firstIndex(where: { $0.positional != nil }) else { return nil }
        return words.remove(at: at).positional
    }

    /// All words that are left and no options.
    mutating func positionals() -> [String] {
        defer { words.removeAll { $0.positional != nil } }
        return words.compactMap(\.positional)
    }

    /// True if the flag was given; given twice it is still one flag. With a value it is not, and stays for `finish`.
    mutating func flag(_ names: String...) -> Bool {
        let before = words.count
        words.removeAll { word in names.contains { word == .option($0, value: nil) } }
        return words.count < before
    }

    mutating func option(_ name: String) throws(UsageError) -> String? {
        let values = try options(name)
        if values.count > 1 { throw UsageError("\(name) is given twice") }
        return values.first
    }

    mutating func options(_ name: String) throws(UsageError) -> [String] {
        var values: [String] = []
        while let at = words.firstIndex(where: { $0.isOption(name) }) { values.append(try takeValue(of: name, at: at)) }
        return values
    }

    mutating func number(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = try option(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not “\(text)”")
        }
        return number
    }

    /// `--config FILE`, or the configuration where one is looked for.
    mutating func configuration() throws(UsageError) -> String {
        if let file = try option("--config") { return file }
        guard let file = defaultConfiguration() else {
            throw UsageError("there is no configuration at \(ConfigurationPath.rule)")
        }
        return file
    }

    /// Nil if there is none.
    mutating func defaultConfiguration() -> String? {
        found = ConfigurationPath.find()
        return found?.file
    }

    /// Call when all known words are taken.
    func finish() throws(UsageError) {
        switch words.first {
        case nil: return
        case .option(let name, value: nil): throw UsageError("there is no option \(name) here", option: name)
        case .option(let name, value: _?):
            throw UsageError("there is no option \(name) with a value here", option: name)
        case .plain(let word), .literal(let word): throw UsageError("“\(word)” is one word too many")
        }
    }

    private mutating func takeValue(of name: String, at place: Int) throws(UsageError) -> String {
        if case .option(_, let value?) = words.remove(at: place) {
            if value.isEmpty { throw UsageError("\(name) needs a value") }
            return value
        }
        switch place < words.count ? words[place] : nil {
        case .plain(let value) where !value.isEmpty:
            words.remove(at: place)
            return value
        // Such as a number below zero: an option by its looks, but no command here has short ones besides -h.
        case .option(let value, value: nil) where !value.hasPrefix("--"):
            words.remove(at: place)
            return value
        // The next option is no value: `--config --json` forgot the file.
        default: throw UsageError("\(name) needs a value")
        }
    }
}

extension Arguments.Word {
    fileprivate var positional: String? {
        switch self {
        case .plain(let word), .literal(let word): word
        case .option: nil
        }
    }

    fileprivate func isOption(_ name: String) -> Bool {
        if case .option(name, _) = self { return true }
        return false
    }
}
