import ConfigurationReading

/// Replaces secrets in what is kept for people to read: those of the configuration wherever they stand, and the values
/// of names that mean one.
struct SecretMask: Sendable {
    /// By their first two bytes.
    private var secrets: [UInt16: [[UInt8]]] = [:]
    /// The same for names, whose letters may be small or capital ones.
    private var names: [UInt16: [[UInt8]]] = [:]
    private var isFirst = [Bool](repeating: false, count: 1 << 16)

    static let shortest = 6
    static let replacement = Array("(secret)".utf8)
    /// No secret that stands across a cut is longer.
    static let overlap = 4_096

    private static let telling = [
        "password", "passwd", "secret", "client_secret", "token", "access_token", "refresh_token", "id_token",
        "authorization", "apikey", "api_key", "api-key", "x-keap-api-key", "bearer", "cookie",
    ]

    init(_ known: some Collection<Secret>) {
        for secret in known where secret.text.utf8.count >= Self.shortest {
            for form in Set([secret.text, secret.text.percentEncoded, secret.text.jsonEscaped]) {
                add(Array(form.utf8))
            }
        }
        for name in Self.telling {
            let bytes = Array(name.utf8)
            names[Self.pair(bytes[0], bytes[1]), default: []].append(bytes)
            for first in [bytes[0], bytes[0] & 0xDF] {
                for second in [bytes[1], bytes[1] & 0xDF] { isFirst[Int(Self.pair(first, second))] = true }
            }
        }
        for key in names.keys { names[key]?.sort { $0.count > $1.count } }
    }

    private mutating func add(_ bytes: [UInt8]) {
        let pair = Self.pair(bytes[0], bytes[1])
        secrets[pair, default: []].append(bytes)
        secrets[pair]?.sort { $0.count > $1.count }
        isFirst[Int(pair)] = true
    }

    private static func pair(_ a: UInt8, _ b: UInt8) -> UInt16 { UInt16(a) << 8 | UInt16(b) }

    func masked(_ text: String) -> String { String(decoding: masked(Array(text.utf8)), as: UTF8.self) }

    /// Looks once at each byte, and further only where a secret or a name may begin.
    func masked(_ bytes: [UInt8]) -> [UInt8] {
        var (result, copied, at) = ([UInt8](), 0, 0)
        func end(of found: Range<Int>) {
            result += bytes[copied..<found.lowerBound]
            result += Self.replacement
            (copied, at) = (found.upperBound, found.upperBound)
        }
        while at + 1 < bytes.count {
            guard isFirst[Int(Self.pair(bytes[at], bytes[at + 1]))] else {
                at += 1
                continue
            }
            if let found = secret(in: bytes, at: at) ?? value(in: bytes, at: at) { end(of: found) } else { at += 1 }
        }
        return copied == 0 ? bytes : result + bytes[copied...]
    }

    private func secret(in bytes: [UInt8], at start: Int) -> Range<Int>? {
        let known = secrets[Self.pair(bytes[start], bytes[start + 1])] ?? []
        return known.first { bytes[start...].starts(with: $0) }.map { start..<(start + $0.count) }
    }

    /// The value behind a name that means a secret: `"token": "…"`, `token=…`, `Bearer …`.
    private func value(in bytes: [UInt8], at start: Int) -> Range<Int>? {
        let known = names[Self.pair(bytes[start] | 0x20, bytes[start + 1] | 0x20)] ?? []
        guard let name = known.first(where: { Self.starts(bytes[start...], with: $0) }) else { return nil }
        var at = start + name.count
        let isBearer = name.elementsEqual("bearer".utf8)
        var marks = 0
        while at < bytes.count, let mark = Self.mark(bytes[at]) {
            marks += mark == .assignment ? 1 : 0
            // A second one belongs to the value.
            if marks > 1 { break }
            at += 1
        }
        guard marks == 1 || (isBearer && at > start + name.count) else { return nil }
        if !isBearer, Self.starts(bytes[at...], with: Array("bearer".utf8)) { return nil }
        let end = Self.end(ofValueAt: at, in: bytes)
        return end > at ? at..<end : nil
    }

    /// A quoted value ends at its quote, any other where a word does.
    private static func end(ofValueAt start: Int, in bytes: [UInt8]) -> Int {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        var end = start
        guard start > 0, bytes[start - 1] == quote else {
            while end < bytes.count, !endsValue(bytes[end]) { end += 1 }
            return end
        }
        // JSON within JSON: the quotes are escaped.
        let isEscaped = start > 1 && bytes[start - 2] == backslash
        while end < bytes.count, bytes[end] != quote, bytes[end] >= 0x20 {
            if bytes[end] == backslash {
                if isEscaped { break }
                end += 1
            }
            end += 1
        }
        return min(end, bytes.count)
    }

    private static func starts(_ text: ArraySlice<UInt8>, with name: [UInt8]) -> Bool {
        text.count >= name.count
            && zip(text, name).allSatisfy { letter, expected in
                letter == expected
                    || (expected >= UInt8(ascii: "a") && expected <= UInt8(ascii: "z") && letter | 0x20 == expected)
            }
    }

    private enum Mark { case assignment, other }

    private static func mark(_ byte: UInt8) -> Mark? {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: ":"): .assignment
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: " "), UInt8(ascii: "\\"), 0x09: .other
        default: nil
        }
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: "}"),
            UInt8(ascii: "<"), UInt8(ascii: "\\"), 0...0x20:
            true
        default: false
        }
    }
}

extension String {
    /// As it stands in a form or an address.
    fileprivate var percentEncoded: String {
        utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }

    /// As it stands in JSON that escapes slashes and quotes.
    fileprivate var jsonEscaped: String {
        flatMap { character -> String in ["\"", "\\", "/"].contains(character) ? "\\\(character)" : String(character) }
            .map(String.init).joined()
    }
}
