extension String {
    /// Longer texts are remembered as their digests only.
    static let longestUndigested = 256

    /// Length and hash (FNV-1a) of the text: two texts of one digest count as one text.
    var digest: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "#\(utf8.count):\(String(hash, radix: 16))"
    }

    /// Whether it is the digest of a long text.
    var isDigest: Bool {
        guard first == "#", let colon = firstIndex(of: ":") else { return false }
        let count = Int(self[index(after: startIndex)..<colon])
        return (count ?? 0) > Self.longestUndigested && UInt64(self[index(after: colon)...], radix: 16) != nil
    }
}
