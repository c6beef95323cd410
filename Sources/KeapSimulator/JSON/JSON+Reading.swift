import WireFormats

/// Why bytes are not JSON, and where.
package struct JSONFault: Error, Equatable, Sendable, CustomStringConvertible {
    package var reason: String
    package var offset: Int
    package var description: String { "\(reason) at byte \(offset)" }
}

extension JSON {
    /// Reads exactly one value, with blanks around it.
    package init(parsing bytes: [UInt8]) throws(JSONFault) {
        let node: JSONNode
        do throws(JSONProblem) {
            node = try JSONReader.read(bytes, as: JSON.dialect)
        } catch {
            throw JSONFault(reason: error.simulatorsReason, offset: error.offset)
        }
        self.init(node)
    }

    /// As strict as Keap is.
    private static var dialect: JSONDialect {
        var dialect = JSONDialect()
        // Deeper nesting than any Keap shape has would only serve to exhaust the stack.
        dialect.deepest = 63
        dialect.refusesHalfCharacters = true
        dialect.allowsMark = false
        return dialect
    }

    private init(_ node: JSONNode) {
        self =
            switch node {
            case .null: .null
            case .bool(let flag): .bool(flag)
            case .number(let digits): .number(digits)
            case .string(let text), .brokenString(let text): .string(text)
            case .array(let items): .array(items.map(JSON.init))
            case .object(let members): .object(members.map { Member(name: $0.name, value: JSON($0.value)) })
            }
    }
}

extension JSONProblem {
    fileprivate var simulatorsReason: String {
        switch kind {
        case .noDigits(isMinusAlone: true): "a value should be here"
        case .expected(.value): isAtEnd ? "the text ends where a value should be" : "a value should be here"
        case .expected(.name): "a member's name should be here"
        case .expected(.colon): "a colon should be here"
        case .expected(.comma(or: "}")): "a comma or a closing brace should be here"
        case .expected(.comma): "a comma or a closing bracket should be here"
        case .expected(.end): "unexpected text after the value"
        case .noDigits: "digits should be here"
        case .tooDeep: "too many levels"
        case .endInString, .endInEscape: "the text ends inside a string"
        case .notFourHexDigits(isCutShort: true): "the text ends inside an escape"
        case .halfCharacter: "half a surrogate pair"
        case .notUTF8: "text that is not UTF-8"
        case .controlCharacter, .unknownEscape, .notFourHexDigits, .nameTwice, .expected(.comment), .endInComment:
            reason
        }
    }
}
