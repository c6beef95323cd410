/// `name=value`; what is not plain is percent-encoded.
package struct QueryItem: Sendable {
    package var encoded: String

    package init(_ name: String, _ value: String) {
        encoded = "\(name)=\(percentEncoded(value))"
    }

    /// A list with plain commas; its words need no encoding.
    package init(_ name: String, commaJoined words: [String]) {
        encoded = "\(name)=\(words.joined(separator: ","))"
    }

    /// Already encoded: the query of an address that the API gave.
    package init(encoded: String) { self.encoded = encoded }
}

/// Everything outside RFC 3986's unreserved characters as `%XX`. (`URLComponents` leaves `+` and `;`, which some APIs
/// read as a blank and as "and".)
package func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let hex = String(byte, radix: 16, uppercase: true)
            result += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
        }
    }
    return result
}
