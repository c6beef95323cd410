import WireFormats

/// Reads JSON as people write it: comments (`//` and `/* */`) and trailing commas are allowed.
///
/// Foundation's decoder reads these too, but says neither where a mistake is nor that a key stands twice; a file that is
/// edited by hand needs both.
package enum ConfigurationText {
    package struct Malformed: Error, Equatable {
        package var what: String
        package var offset: Int
    }

    package static func parse(_ bytes: [UInt8]) throws(Malformed) -> ConfigurationNode {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Malformed(what: "the file is not UTF-8 text", offset: 0)
        }
        do throws(JSONProblem) {
            let (node, places) = try JSONReader.readWithPlaces(bytes, as: dialect)
            var next = places.makeIterator()
            return ConfigurationNode(node, &next)
        } catch {
            throw Malformed(error, in: bytes)
        }
    }

    private static var dialect: JSONDialect {
        var dialect = JSONDialect()
        dialect.deepest = 31
        dialect.refusesHalfCharacters = true
        dialect.isWrittenByHand = true
        return dialect
    }
}

extension ConfigurationText.Malformed {
    fileprivate init(_ problem: JSONProblem, in bytes: [UInt8]) {
        offset = problem.start
        switch problem.kind {
        case .expected(let expected): what = Self.sentence(expected, at: problem.offset, in: bytes)
        case .noDigits: what = Self.sentence(.value, at: problem.offset, in: bytes)
        case .tooDeep: what = "values are nested too deeply"
        case .endInString: what = "a text has no closing quotation mark"
        case .endInEscape: what = "the file ends inside a text"
        case .controlCharacter: what = "a text must end on the line where it begins"
        case .unknownEscape: what = "a backslash is followed by something it cannot escape"
        case .notFourHexDigits: what = "\\u needs four hexadecimal digits"
        case .halfCharacter: what = "\\u is followed by half a character"
        case .notUTF8: what = "the file is not UTF-8 text"
        case .nameTwice(let name): what = "the key \"\(name)\" stands twice in one object"
        case .endInComment: what = "a comment has no closing */"
        }
    }

    private static func sentence(_ expected: JSONProblem.Expected, at offset: Int, in bytes: [UInt8]) -> String {
        let wanted =
            switch expected {
            case .value: "a value"
            case .name: "a key in quotation marks or }"
            case .colon(let name): "a colon after the key \"\(name)\""
            case .comma(let mark): "a comma or \(mark)"
            case .end: "the end of the file"
            case .comment: "// or /*"
            }
        guard offset < bytes.count else { return "\(wanted) is missing at the file's end" }
        let character = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).first ?? "?"
        return "\(wanted) was expected, not \"\(character)\""
    }
}

extension ConfigurationNode {
    /// - Parameter places: of the node and its parts, in the text's order.
    fileprivate init(_ node: JSONNode, _ places: inout IndexingIterator<[Int]>) {
        offset = places.next() ?? 0
        switch node {
        case .null: content = .null
        case .bool(let flag): content = .bool(flag)
        // What the reader of hand-written JSON takes for a number, a Double can be made of.
        case .number(let digits): content = .number(Double(digits) ?? .nan)
        case .string(let text), .brokenString(let text): content = .text(text)
        case .array(let items):
            var list: [ConfigurationNode] = []
            for item in items { list.append(ConfigurationNode(item, &places)) }
            content = .list(list)
        case .object(let named):
            var members: [Member] = []
            for member in named {
                let offset = places.next() ?? 0
                members.append(
                    Member(key: member.name, offset: offset, value: ConfigurationNode(member.value, &places)))
            }
            content = .object(members)
        }
    }
}
