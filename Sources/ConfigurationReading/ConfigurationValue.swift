/// A value under its path. Its readers answer nil where the value is not what they want, and note why.
package struct ConfigurationValue {
    package let path: String
    package let node: ConfigurationNode
    package let notes: ConfigurationNotes

    package init(path: String, node: ConfigurationNode, notes: ConfigurationNotes) {
        (self.path, self.node, self.notes) = (path, node, notes)
    }

    package func note(_ kind: ConfigurationProblem.Kind) { notes.add(path, kind, at: node.offset) }

    package func text() -> String? {
        guard case .text(let text) = node.content else { return wrongType("a text") }
        return text
    }

    package func filledText() -> String? {
        guard let text = text() else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else {
            note(.empty)
            return nil
        }
        return text
    }

    /// A text that stands for something else; `reason` says in words why it does not.
    package func text<Parsed, Problem: Error>(
        _ parse: (String) throws(Problem) -> Parsed, reason: (Problem) -> String = { "\($0)" }
    ) -> Parsed? {
        guard let text = filledText() else { return nil }
        do {
            return try parse(text)
        } catch {
            note(.notUsable(reason: reason(error)))
            return nil
        }
    }

    package func whole(in range: ClosedRange<Int>) -> Int? {
        guard case .number(let number) = node.content, let whole = Int(exactly: number) else {
            return wrongType("a whole number")
        }
        guard range.contains(whole) else {
            note(.outOfRange("a whole number from \(range.lowerBound) to \(range.upperBound)"))
            return nil
        }
        return whole
    }

    package func seconds(in range: ClosedRange<Double>) -> Duration? {
        guard case .number(let number) = node.content else { return wrongType("a number of seconds") }
        guard range.contains(number) else {
            note(.outOfRange("a number of seconds from \(range.lowerBound) to \(range.upperBound)"))
            return nil
        }
        return .seconds(number)
    }

    package func flag() -> Bool? {
        guard case .bool(let flag) = node.content else { return wrongType("true or false") }
        return flag
    }

    package func choice<Choice: CaseIterable & RawRepresentable<String>>(_: Choice.Type) -> Choice? {
        guard let text = text() else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let choices = Choice.allCases.map(\.rawValue)
        note(.notOneOf(choices: choices, nearest: NearestName.of(text, among: choices)))
        return nil
    }

    package func list() -> [ConfigurationValue]? {
        guard case .list(let nodes) = node.content else { return wrongType("a list") }
        return nodes.enumerated().map { index, node in
            ConfigurationValue(path: "\(path)[\(index)]", node: node, notes: notes)
        }
    }

    /// One text or a list of them.
    package func texts() -> [String]? {
        switch node.content {
        case .text: return filledText().map { [$0] }
        case .list: return list()?.compactMap { $0.filledText() }
        default: return wrongType("a text or a list of texts")
        }
    }

    package func section<Key>(_: Key.Type) -> ConfigurationSection<Key>? {
        guard case .object(let members) = node.content else { return wrongType("an object") }
        return ConfigurationSection(path: path, offset: node.offset, members: members, notes: notes)
    }

    /// A member of an object whose other members another reader takes. Nil if it is not there, or null.
    package func member(_ key: String) -> ConfigurationValue? {
        guard case .object(let members) = node.content,
            let member = members.first(where: { $0.key == key }), member.value.content != .null
        else { return nil }
        return ConfigurationValue(path: "\(path).\(key)", node: member.value, notes: notes)
    }

    package func wrongType<Wanted>(_ expected: String) -> Wanted? {
        note(.wrongType(expected: expected, found: node.content.kind))
        return nil
    }
}

extension ConfigurationNode.Content {
    /// For sentences: "must be a text, not …".
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}
