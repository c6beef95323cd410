/// Bytes received and not parsed yet.
struct InputBuffer: Sendable {
    enum Line {
        /// Its end has not come yet.
        case incomplete
        /// Without its CRLF.
        case line(ArraySlice<UInt8>)
        case tooLong
        /// A control byte, a LF without CR or a CR without LF; reported as soon as it comes.
        case malformed
    }

    private var bytes: [UInt8] = []
    private var start = 0
    /// Everything before it was looked at in search of a line's end, so that a trickle of bytes costs no second look.
    private var scanned = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ more: some Sequence<UInt8>) {
        // Move the rest to the front only when that is cheap beside what was used up.
        if start > 0, start >= count {
            bytes.removeSubrange(..<start)
            scanned -= start
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    mutating func removeAll() { self = InputBuffer() }

    /// The next line, if all of it is there and it is not longer than `limit` bytes without CRLF. Depends on the
    /// bytes alone, not on how they came in pieces.
    mutating func nextLine(limit: Int) -> Line {
        while scanned < bytes.count {
            let byte = bytes[scanned]
            if byte == ASCII.carriageReturn {
                guard scanned + 1 < bytes.count else { return .incomplete }
                guard bytes[scanned + 1] == ASCII.lineFeed else { return .malformed }
                let line = bytes[start..<scanned]
                use(upTo: scanned + 2)
                return .line(line)
            }
            if scanned - start == limit { return .tooLong }
            if ASCII.isControl(byte) { return .malformed }
            scanned += 1
        }
        return .incomplete
    }

    /// Up to `limit` bytes from the front.
    mutating func take(upTo limit: Int) -> ArraySlice<UInt8> {
        let end = min(bytes.count, start + limit)
        defer { use(upTo: end) }
        return bytes[start..<end]
    }

    private mutating func use(upTo end: Int) {
        // A connection that waits for its next request keeps no memory of the last one.
        guard end < bytes.count else { return removeAll() }
        start = end
        scanned = end
    }
}
