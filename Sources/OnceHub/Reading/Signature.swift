import WireFormats

/// What `Oncehub-Signature: t=1772443001,s=5887…` says: when the call was signed, and with what.
package struct Signature: Equatable, Sendable {
    /// Seconds since 1970, as the sender wrote it: the signature is over these very digits.
    let time: String
    let digest: [UInt8]

    package static let header = "Oncehub-Signature"

    /// Nil if it is not of that form. Parts that are not known are skipped; of two of one name the first counts.
    package init?(_ header: String) {
        var parts: [String: String] = [:]
        for part in header.split(separator: ",") {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let name = part[..<equals].filter { !$0.isWhitespace }.lowercased()
            let value = part[part.index(after: equals)...].filter { !$0.isWhitespace }
            if parts[name] == nil { parts[name] = value }
        }
        guard let time = parts["t"], !time.isEmpty, time.utf8.count <= 15,
            time.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let digest = parts["s"].flatMap(Self.bytes)
        else { return nil }
        self.time = time
        self.digest = digest
    }

    package enum Verdict: Equatable, Sendable {
        case valid
        /// Signed with none of the secrets, or over another body.
        case wrong
        /// Rightly signed, but so many seconds from now.
        case outOfTime(seconds: Int64)
    }

    /// - Parameters:
    ///   - secrets: of each, the text as OnceHub shows it. More than one while they are being changed over.
    ///   - now: seconds since 1970.
    package func verify(
        _ body: [UInt8], secrets: [String], now: Int64, tolerance: Int64
    ) -> Verdict {
        var isRight = false
        // All of them, whichever fits: the time that it takes must not tell which did.
        for secret in secrets {
            let expected = HMAC.sha256(key: Array(secret.utf8), Array("\(time).".utf8), body)
            if Self.isSame(expected, digest) { isRight = true }
        }
        guard isRight else { return .wrong }
        // Fifteen digits fit.
        let age = now - (Int64(time) ?? 0)
        return age.magnitude <= tolerance.magnitude ? .valid : .outOfTime(seconds: age)
    }

    /// Compares without telling by its duration how much of a guess was right.
    private static func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func bytes(ofHex text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
