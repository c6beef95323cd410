/// A value under its path. Its readers answer nil where the value is not what they want, and note why.
struct ConfigurationValue {
    let path: String
    let node: ConfigurationNode
    let notes: ConfigurationNotes

    func note(_ kind: ConfigurationProblem.Kind) { notes.add(path, kind, at: node.offset) }

    func text() -> String? {
        guard case .text(let text) = node.content else { return wrongType("a text") }
        return text
    }

    func filledText() -> String? {
        guard let text = text() else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else {
            note(.empty)
            return nil
        }
        return text
    }

    /// A text that stands for something else; `reason` says in words why it does not.
    func text<Parsed, Problem: Error>(
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

    func whole(in range: ClosedRange<Int>) -> Int? {
        guard case .number(let number) = node.content, let whole = Int(exactly: number) else {
            return wrongType("a whole number")
        }
        guard range.contains(whole) else {
            note(.outOfRange("a whole number from \(range.lowerBound) to \(range.upperBound)"))
            return nil
        }
        return whole
    }

    func seconds(in range: ClosedRange<Double>) -> Duration? {
        guard case .number(let number) = node.content else { return wrongType("a number of seconds") }
        guard range.contains(number) else {
            note(.outOfRange("a number of seconds from \(range.lowerBound) to \(range.upperBound)"))
            return nil
        }
        return .seconds(number)
    }

    func flag() -> Bool? {
        guard case .bool(let flag) = node.content else { return wrongType("true or false") }
        return flag
    }

    func choice<Choice: CaseIterable & RawRepresentable<String>>(_: Choice.Type) -> Choice? {
        guard let text = text() else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let choices = Choice.allCases.map(\.rawValue)
        note(.notOneOf(choices: choices, nearest: NearestName.of(text, among: choices)))
        return nil
    }

    func list() -> [ConfigurationValue]? {
        guard case .list(let nodes) = node.content else { return wrongType("a list") }
        return nodes.enumerated().map { index, node in
            ConfigurationValue(path: "\(path)[\(index)]", node: node, notes: notes)
        }
    }

    /// One text or a list of them.
    func texts() -> [String]? {
        switch node.content {
        case .text: return filledText().map { [$0] }
        case .list: return list()?.compactMap { $0.filledText() }
        default: return wrongType("a text or a list of texts")
        }
    }

    func section<Key>(_: Key.Type) -> ConfigurationSection<Key>? {
        guard case .object(let members) = node.content else { return wrongType("an object") }
        return ConfigurationSection(path: path, offset: node.offset, members: members, notes: notes)
    }

    func wrongType<DesiredContact>(_ expected: String) -> DesiredContact? {
        note(.wrongType(expected: expected, found: node.content.kind))
        return nil
    }
}

/// An object whose keys are known; others are noted.
struct ConfigurationSection<Key: CaseIterable & Hashable & RawRepresentable<String>> {
    let path: String
    let notes: ConfigurationNotes
    private let offset: Int
    private var values: [Key: ConfigurationValue] = [:]

    init(path: String, offset: Int, members: [ConfigurationNode.Member], notes: ConfigurationNotes) {
        (self.path, self.offset, self.notes) = (path, offset, notes)
        for member in members {
            let memberPath = Self.join(path, member.key)
            if let key = Key(rawValue: member.key) {
                // Null is how some write "not set".
                if member.value.content == .null { continue }
                values[key] = ConfigurationValue(path: memberPath, node: member.value, notes: notes)
            } else {
                let nearest = NearestName.of(member.key, among: Key.allCases.map(\.rawValue))
                notes.add(memberPath, .unknownKey(nearest: nearest), at: member.offset)
            }
        }
    }

    /// Nil if the key is not there.
    subscript(key: Key) -> ConfigurationValue? { values[key] }

    func required(_ key: Key) -> ConfigurationValue? {
        if values[key] == nil { notes.add(Self.join(path, key.rawValue), .missing, at: offset) }
        return values[key]
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

/// What was found wrong, or worth knowing, while a file was read. Used by one reader, on one thread.
final class ConfigurationNotes {
    private let text: [UInt8]
    private var found: [(offset: Int, problem: ConfigurationProblem)] = []
    private(set) var remarks: [String] = []

    init(text: [UInt8]) { self.text = text }

    func add(_ path: String, _ kind: ConfigurationProblem.Kind, at offset: Int) {
        found.append((offset, ConfigurationProblem(path, kind, at: TextLocation(of: offset, in: text))))
    }

    func remark(_ path: String, _ sentence: String) { remarks.append("\(path): \(sentence)") }

    var problems: [ConfigurationProblem] { found.sorted { $0.offset < $1.offset }.map(\.problem) }
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
