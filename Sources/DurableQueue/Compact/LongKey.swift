/// Keys of any length, in few bytes.
extension String {
    /// The text in at most so many bytes: a longer one as its beginning, its length and a hash of all of it.
    ///
    /// Always the same for the same text, so that a long key leads where it led before.
    func shortened(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var text = self
        let (low, high) = text.withUTF8 { bytes in
            var hash = SipHash(SipHash.Key(low: 0, high: 0))
            hash.take(UnsafeRawBufferPointer(bytes))
            return hash.value()
        }
        let mark = "#\(utf8.count):\(String(low, radix: 16)):\(String(high, radix: 16))"
        // A cut in the middle of a character would make another one of it.
        let beginning = String(decoding: utf8.prefix(max(0, limit - mark.utf8.count - 3)), as: UTF8.self)
        return beginning + mark
    }
}

extension LaneKey {
    func shortened(to limit: Int) -> LaneKey {
        LaneKey(kind: kind, value: value.shortened(to: limit), isExclusive: isExclusive)
    }
}
