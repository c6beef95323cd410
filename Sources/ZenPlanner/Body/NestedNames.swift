/// Field names that say where in a record their value belongs, as web frameworks write them: `programs[0][name]`,
/// `programs[][name]`, `Programs[0].Name`, `programs.0.name`, `person[address][city]`.
enum NestedNames {
    /// Deeper ones are names like any other.
    private static let deepest = 8

    /// The fields with objects and lists in place of such names.
    ///
    /// - Parameter isFlat: whether a name is known as it stands, dots and brackets included.
    static func nested(_ fields: [(name: String, value: MessageValue)], isFlat: (FieldName) -> Bool) -> Message {
        guard fields.contains(where: { $0.name.utf8.contains(where: isMark) }) else {
            return Message(fields.map { (name: $0.name, content: $0.value) })
        }
        var tree = Tree()
        for (name, value) in fields {
            tree.insert(value, at: (isFlat(FieldName(name)) ? nil : path(of: name)) ?? [name])
        }
        return Message(tree.members)
    }

    private static func isMark(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "[") || byte == UInt8(ascii: ".") }

    /// Nil for a name without a place in it.
    static func path(of name: String) -> [String]? {
        guard name.utf8.count <= 1_000 else { return nil }
        var rest = name[...]
        var path = [String(take(&rest))]
        while let mark = rest.popFirst() {
            if mark == "[" {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                path.append(String(rest[..<end]))
                rest = rest[rest.index(after: end)...]
            } else {
                let part = take(&rest)
                // A dot at the end, or one with a blank beside it, belongs to a title such as `Att. Total`.
                guard mark == ".", !part.isEmpty, part.first != " ", path.last?.last != " " else { return nil }
                path.append(String(part))
            }
        }
        guard path.count > 1, path.count <= deepest, path[0].contains(where: { !$0.isWhitespace }) else { return nil }
        return path
    }

    private static func take(_ rest: inout Substring) -> Substring {
        let part = rest.prefix { $0 != "[" && $0 != "." }
        rest = rest.dropFirst(part.count)
        return part
    }

    /// Members in the order they came; a name that comes twice stays twice.
    private struct Tree {
        private enum Node {
            case leaf(MessageValue)
            case branch(Tree)
        }

        private var nodes: [(key: String, node: Node)] = []

        mutating func insert(_ value: MessageValue, at path: [String]) {
            let key = path[0]
            guard path.count > 1 else {
                nodes.append((key, .leaf(value)))
                return
            }
            let rest = Array(path.dropFirst())
            if let place = nodes.lastIndex(where: { $0.key == key }), case .branch(var branch) = nodes[place].node,
                // `programs[][name]` a second time begins the next program.
                !(key.isEmpty && rest.count == 1 && branch.nodes.contains { $0.key == rest[0] })
            {
                branch.insert(value, at: rest)
                nodes[place].node = .branch(branch)
                return
            }
            var branch = Tree()
            branch.insert(value, at: rest)
            nodes.append((key, .branch(branch)))
        }

        var members: [MessageMember] {
            nodes.map { key, node in
                switch node {
                case .leaf(let value): MessageMember(name: key, content: value)
                case .branch(let branch): MessageMember(name: key, content: branch.content)
                }
            }
        }

        private var content: MessageValue {
            let numbers = nodes.map { $0.key.isEmpty ? 0 : Int($0.key) ?? -1 }
            guard numbers.allSatisfy({ $0 >= 0 }) else { return .object(members) }
            let order = nodes.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
            let members = members
            return .list(order.map { members[$0].content })
        }
    }
}
