/// Why bytes are not JSON, and where. Each reader has words of its own for it.
package struct JSONProblem: Error, Equatable, Sendable {
    package enum Expected: Equatable, Sendable {
        case value, name
        case colon(after: String)
        case comma(or: Unicode.Scalar)
        case end
        case comment
    }

    package enum Kind: Equatable, Sendable {
        case expected(Expected)
        /// - Parameter isMinusAlone: they are missing after a minus sign, else after a point or an exponent.
        case noDigits(isMinusAlone: Bool)
        case tooDeep
        case endInString, endInEscape
        case controlCharacter
        case unknownEscape
        case notFourHexDigits(isCutShort: Bool)
        case halfCharacter
        case notUTF8
        case nameTwice(String)
        case endInComment
    }

    package var kind: Kind
    /// Where the reader stood, in bytes.
    package var offset: Int
    /// Where the string, escape or comment begins that it was in; else the same.
    package var start: Int
    /// Whether nothing follows.
    package var isAtEnd: Bool
}

extension JSONProblem {
    /// In a few words, for those who send JSON.
    package var reason: String {
        switch kind {
        case .expected(.value): isAtEnd ? "ends too early" : "not a JSON value"
        case .expected(.name): "a name is missing"
        case .expected(.colon): "a colon is missing"
        case .expected(.comma): "a comma is missing"
        case .expected(.end): "something follows the value"
        case .expected(.comment), .endInComment: "a comment does not end"
        case .noDigits: "not a JSON value"
        case .tooDeep: "nested too deeply"
        case .endInString, .endInEscape, .notFourHexDigits(isCutShort: true): "a string does not end"
        case .controlCharacter: "a control character inside a string"
        case .unknownEscape, .notFourHexDigits(isCutShort: false): "an unknown escape"
        case .halfCharacter: "half of a character"
        case .notUTF8: "not UTF-8"
        case .nameTwice: "a name stands twice"
        }
    }
}
