import WireFormats

/// The fields of an `application/x-www-form-urlencoded` body, in the order sent.
///
/// `+` stands for a blank. A name or value that is not UTF-8 is read as Windows-1252, or as the charset says. A field
/// without `=` has an empty value; nothing between two `&` is no field. A byte-order mark in front is passed over.
public struct FormBody: Sendable {
    public let fields: [(name: String, value: String)]

    /// - Parameter maxFields: more fields than this are refused, before any of them is kept.
    public init(decoding body: [UInt8], maxFields: Int = 1_000) throws(FormBodyError) {
        try self.init(decoding: body, charset: nil, maxFields: maxFields)
    }

    /// - Parameter charset: what the content type declares.
    public init(decoding body: [UInt8], charset: String?, maxFields: Int = 1_000) throws(FormBodyError) {
        let charset = Charset(charset)
        let start = Self.start(of: body)
        var fields: [(name: String, value: String)] = []
        var rest = body[start...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let pair = rest[..<end]
            rest = rest[end...].dropFirst()
            if pair.isEmpty { continue }
            guard fields.count < maxFields else { throw .tooManyFields(limit: maxFields) }
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else {
                fields.append((try Self.text(pair, charset), ""))
                continue
            }
            let name = try Self.text(pair[..<equals], charset)
            fields.append((name, try Self.text(pair[(equals + 1)...], charset)))
        }
        self.fields = fields
    }

    private static func start(of body: [UInt8]) -> Int {
        if body.starts(with: UnicodeMark.utf8) { return UnicodeMark.utf8.count }
        guard body.first == UInt8(ascii: "%") else { return 0 }
        let escaped = Array("%EF%BB%BF".utf8)
        let isEscaped = body.count >= escaped.count && zip(body, escaped).allSatisfy { ASCII.equal($0, $1) }
        return isEscaped ? escaped.count : 0
    }

    /// The first value of a name, compared exactly.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    private static func text(_ encoded: ArraySlice<UInt8>, _ charset: Charset) throws(FormBodyError) -> String {
        if let text = PercentDecoding.asciiText(encoded, plusIsBlank: true) { return text }
        do {
            return charset.text(try PercentDecoding.decode(encoded, plusIsBlank: true))
        } catch {
            throw .badPercentEncoding(offset: encoded.startIndex + error.offset)
        }
    }
}

/// Why a form could not be read. No field of it is kept.
public enum FormBodyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A `%` at this offset of the body is not followed by two hexadecimal digits.
    case badPercentEncoding(offset: Int)
    case tooManyFields(limit: Int)

    public var description: String {
        switch self {
        case .badPercentEncoding(let offset):
            "the form has a % at byte \(offset) that is not followed by two hexadecimal digits"
        case .tooManyFields(let limit):
            "the form has more than \(limit) fields"
        }
    }
}
