/// The fields of an `application/x-www-form-urlencoded` body, in the order sent.
///
/// `+` stands for a blank. A name or value that is not UTF-8 is read as Latin-1. A field without `=` has an empty
/// value; nothing between two `&` is no field.
public struct FormBody: Sendable {
    public let fields: [(name: String, value: String)]

    /// - Parameter maxFields: more fields than this are refused, before any of them is kept.
    public init(decoding body: [UInt8], maxFields: Int = 1_000) throws(FormBodyError) {
        var fields: [(name: String, value: String)] = []
        for pair in body.split(separator: UInt8(ascii: "&")) {
            guard fields.count < maxFields else { throw .tooManyFields(limit: maxFields) }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try Self.text(pair[..<(equals ?? pair.endIndex)])
            let value = try equals.map { (index) throws(FormBodyError) in try Self.text(pair[(index + 1)...]) }
            fields.append((name, value ?? ""))
        }
        self.fields = fields
    }

    /// The first value of a name, compared exactly.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    private static func text(_ encoded: ArraySlice<UInt8>) throws(FormBodyError) -> String {
        do {
            return String(utf8OrLatin1: try PercentDecoding.decode(encoded, plusIsBlank: true))
        } catch {
            throw .badPercentEncoding(offset: encoded.startIndex + error.offset)
        }
    }
}

/// Why a form could not be read. Nothing of it was.
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
