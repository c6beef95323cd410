import FileJournal

/// An entry's bytes in a segment file. Numbers are little endian; a text is its length in two bytes and its UTF-8.
///
///     offset  size  what
///     0       4     length n of the content
///     4       4     CRC-32C of the content
///     8       n     content: milliseconds since 1970 (8), kind (1), scope (text), number of jobs (2) and each job (8),
///                   number of keys (1) and each key (text), words (text), number of parts (1) and of each part its
///                   label (1), length before it was cut (4), length (4) and bytes
///
/// What follows the last whole entry with the right checksum was torn by a crash, and means nothing.
enum EntryFormat {
    static let headBytes = 8
    /// No entry is longer; a length beyond it is damage.
    static let longest = 16 << 20

    static func append(_ entry: HistoryEntry, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: headBytes))
        bytes.number(entry.at)
        bytes.append(entry.kind)
        bytes.text(entry.scope)
        bytes.number(UInt16(clamping: entry.jobs.count))
        for job in entry.jobs.prefix(Int(UInt16.max)) { bytes.number(job) }
        bytes.append(UInt8(clamping: entry.keys.count))
        for key in entry.keys.prefix(Int(UInt8.max)) { bytes.text(key) }
        bytes.text(entry.words)
        bytes.append(UInt8(clamping: entry.parts.count))
        for part in entry.parts.prefix(Int(UInt8.max)) {
            bytes.append(part.label)
            bytes.number(UInt32(clamping: part.total))
            bytes.number(UInt32(clamping: part.bytes.count))
            bytes.append(contentsOf: part.bytes)
        }
        let length = UInt32(bytes.count - start - headBytes)
        let checksum = bytes.withUnsafeBytes {
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[(start + headBytes)...]))
        }
        for (index, byte) in (Self.bytes(length) + Self.bytes(checksum)).enumerated() { bytes[start + index] = byte }
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    enum Found: Equatable {
        case entry(HistoryEntry, end: Int)
        /// More bytes are needed: so many from the start on.
        case short(Int)
        case damaged
    }

    /// The entry that begins at `start`.
    static func read(_ bytes: ArraySlice<UInt8>, at start: Int) -> Found {
        var head = ByteReader(bytes[start...])
        guard let length = head.number(UInt32.self), let checksum = head.number(UInt32.self) else {
            return .short(headBytes)
        }
        guard length > 0, length <= longest else { return .damaged }
        let end = start + headBytes + Int(length)
        guard end <= bytes.endIndex else { return .short(headBytes + Int(length)) }
        let content = bytes[(start + headBytes)..<end]
        guard content.withUnsafeBytes({ CRC32C.checksum($0) }) == checksum, let entry = HistoryEntry(content) else {
            return .damaged
        }
        return .entry(entry, end: end)
    }
}

extension HistoryEntry {
    fileprivate init?(_ content: ArraySlice<UInt8>) {
        var reader = ByteReader(content)
        guard let at = reader.number(Int64.self), let kind = reader.number(UInt8.self), let scope = reader.text(),
            let jobCount = reader.number(UInt16.self)
        else { return nil }
        var (jobs, keys, parts) = ([UInt64](), [String](), [Part]())
        for _ in 0..<jobCount {
            guard let job = reader.number(UInt64.self) else { return nil }
            jobs.append(job)
        }
        guard let keyCount = reader.number(UInt8.self) else { return nil }
        for _ in 0..<keyCount {
            guard let key = reader.text() else { return nil }
            keys.append(key)
        }
        guard let words = reader.text(), let partCount = reader.number(UInt8.self) else { return nil }
        for _ in 0..<partCount {
            guard let label = reader.number(UInt8.self), let total = reader.number(UInt32.self),
                let length = reader.number(UInt32.self), let bytes = reader.bytes(Int(length))
            else { return nil }
            parts.append(Part(label: label, bytes: Array(bytes), total: Int(total)))
        }
        (self.at, self.kind, self.scope, self.jobs) = (at, kind, scope, jobs)
        (self.keys, self.words, self.parts) = (keys, words, parts)
    }
}

extension [UInt8] {
    fileprivate mutating func number(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func text(_ text: String) {
        let cut = text.cutBytes(Int(UInt16.max))
        number(UInt16(cut.utf8.count))
        append(contentsOf: cut.utf8)
    }
}

/// Takes numbers and texts off the front; nil where there is no whole one.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        guard let bytes = bytes(MemoryLayout<Number>.size) else { return nil }
        return bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(as: type)) }
    }

    mutating func text() -> String? {
        guard let length = number(UInt16.self), let bytes = bytes(Int(length)) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
