/// Reads one JSON text (RFC 8259), for all readers whose numbers, duplicates, places and broken characters matter.
package struct JSONReader {
    private var text: JSONScanner
    /// Where each value and each name of a member begins, in the text's order; nil unless asked for.
    private var places: [Int]?

    /// - Parameter bytes: UTF-8.
    package static func read(
        _ bytes: [UInt8], as dialect: JSONDialect = JSONDialect()
    ) throws(JSONProblem) -> JSONNode {
        var reader = JSONReader(text: JSONScanner(bytes, dialect))
        return try reader.document()
    }

    package static func read(
        _ bytes: [UInt8], brokenUTF8: JSONDialect.BrokenUTF8
    ) throws(JSONProblem) -> JSONNode {
        var dialect = JSONDialect()
        dialect.brokenUTF8 = brokenUTF8
        return try read(bytes, as: dialect)
    }

    /// - Returns: also where each value and each name of a member begins, in bytes, in the text's order.
    package static func readWithPlaces(
        _ bytes: [UInt8], as dialect: JSONDialect
    ) throws(JSONProblem) -> (node: JSONNode, places: [Int]) {
        var reader = JSONReader(text: JSONScanner(bytes, dialect), places: [])
        let node = try reader.document()
        return (node, reader.places ?? [])
    }

    private mutating func document() throws(JSONProblem) -> JSONNode {
        text.skipMark()
        let node = try value(depth: 0)
        try text.skipBlanks()
        guard text.isAtEnd else { throw text.problem(.expected(.end)) }
        return node
    }

    private mutating func value(depth: Int) throws(JSONProblem) -> JSONNode {
        try text.skipBlanks()
        places?.append(text.offset)
        switch text.peek {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try items(depth: depth))
        case UInt8(ascii: "\""):
            let (string, isBroken) = try text.string()
            return isBroken ? .brokenString(string) : .string(string)
        default: return try text.isWrittenByHand ? handwrittenWord() : word()
        }
    }

    private mutating func members(depth: Int) throws(JSONProblem) -> [JSONNode.Member] {
        try text.enter(depth: depth)
        var members: [JSONNode.Member] = []
        while try !text.ends(with: "}", after: members.count) {
            try text.skipBlanks()
            let offset = text.offset
            places?.append(offset)
            guard text.peek == UInt8(ascii: "\"") else { throw text.problem(.expected(.name)) }
            let name = try text.string().text
            if text.isWrittenByHand, members.contains(where: { $0.name == name }) {
                throw text.problem(.nameTwice(name), in: offset)
            }
            try text.skipBlanks()
            guard text.take(":") else { throw text.problem(.expected(.colon(after: name))) }
            members.append(JSONNode.Member(name: name, value: try value(depth: depth + 1)))
        }
        return members
    }

    private mutating func items(depth: Int) throws(JSONProblem) -> [JSONNode] {
        try text.enter(depth: depth)
        var items: [JSONNode] = []
        while try !text.ends(with: "]", after: items.count) { items.append(try value(depth: depth + 1)) }
        return items
    }

    private mutating func word() throws(JSONProblem) -> JSONNode {
        if text.takeWord("true") { return .bool(true) }
        if text.takeWord("false") { return .bool(false) }
        if text.takeWord("null") { return .null }
        return .number(try text.number())
    }

    /// A whole word is read, so that one that only begins well is refused where it begins.
    private mutating func handwrittenWord() throws(JSONProblem) -> JSONNode {
        let start = text
        switch text.word() {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case let word:
            // Double also reads "inf", "nan" and hexadecimal, which are no numbers in JSON.
            guard word.first.map({ "-0123456789".contains($0) }) == true, !word.contains("x"),
                Double(word)?.isFinite == true
            else { throw start.problem(.expected(.value)) }
            return .number(word)
        }
    }
}
