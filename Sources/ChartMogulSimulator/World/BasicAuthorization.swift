/// HTTP Basic with the key as the user and no password.
enum BasicAuthorization {
    static func header(key: String) -> String { "Basic " + base64(Array((key + ":").utf8)) }

    /// Nil for anything but Basic with a user and an empty password.
    static func key(in header: String?) -> String? {
        let words = (header ?? "").split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "basic", let bytes = decode(words[1]),
            bytes.last == UInt8(ascii: ":")
        else { return nil }
        let key = String(decoding: bytes.dropLast(), as: UTF8.self)
        return key.isEmpty || key.contains(":") ? nil : key
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let group = (0..<3).map { index + $0 < bytes.count ? UInt32(bytes[index + $0]) : 0 }
            let bits = group[0] << 16 | group[1] << 8 | group[2]
            for part in 0..<4 {
                let isPadding = index + part > bytes.count
                output.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * part) & 63)])
            }
            index += 3
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func decode(_ text: Substring) -> [UInt8]? {
        var output: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return output
    }
}
