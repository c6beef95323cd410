/// A command that cannot be understood: one sentence, then the exit code for usage.
struct UsageError: Error {
    var sentence: String
    init(_ sentence: String) { self.sentence = sentence }
}

/// The words after a command, taken one by one; what nobody took is an error, so that a misspelt option never passes.
struct Arguments {
    private var words: [String]

    /// `--name=value` is split here, so that both spellings mean the same everywhere.
    init(_ raw: [String]) {
        var words: [String] = []
        var literal = false
        for word in raw {
            if !literal, word.hasPrefix("--"), word.count > 2, let sign = word.firstIndex(of: "=") {
                words += [String(word[..<sign]), String(word[word.index(after: sign)...])]
            } else {
                literal = literal || word == "--"
                words.append(word)
            }
        }
        self.words = words
    }

    var isEmpty: Bool { words.isEmpty }

    /// The next word that is no option.
    mutating func positional(_ name: String) throws(UsageError) -> String {
        guard let value = optionalPositional() else { throw UsageError("\(name) is missing") }
        return value
    }

    mutating func optionalPositional() -> String? {
        guard let at = words.firstIndex(where: { !$0.hasPrefix("-") }) else { return nil }
        return words.remove(at: at)
    }

    /// All words that are left and no options.
    mutating func positionals() -> [String] {
        defer { words.removeAll { !$0.hasPrefix("-") } }
        return words.filter { !$0.hasPrefix("-") }
    }

    /// True if the flag was given; given twice it is still one flag.
    mutating func flag(_ names: String...) -> Bool {
        let before = words.count
        words.removeAll { names.contains($0) }
        return words.count < before
    }

    mutating func option(_ name: String) throws(UsageError) -> String? {
        guard let at = words.firstIndex(of: name) else { return nil }
        guard at + 1 < words.count else { throw UsageError("\(name) needs a value") }
        let value = words[at + 1]
        words.removeSubrange(at...(at + 1))
        if words.contains(name) { throw UsageError("\(name) is given twice") }
        return value
    }

    mutating func options(_ name: String) throws(UsageError) -> [String] {
        var values: [String] = []
        while let at = words.firstIndex(of: name) {
            guard at + 1 < words.count else { throw UsageError("\(name) needs a value") }
            values.append(words[at + 1])
            words.removeSubrange(at...(at + 1))
        }
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

    /// Call when all known words are taken.
    func finish() throws(UsageError) {
        guard let left = words.first else { return }
        throw UsageError(left.hasPrefix("-") ? "there is no option \(left) here" : "“\(left)” is one word too many")
    }
}
