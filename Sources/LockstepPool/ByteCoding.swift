/// Little-endian fields, one after the other.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Bool) { put(UInt8(value ? 1 : 0)) }

    mutating func put(_ value: [UInt8]) {
        put(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func put(_ text: String) { put(Array(text.utf8)) }
}

/// Reads what `ByteWriter` wrote; never past the end, never more than is there.
struct ByteReader {
    struct TooShort: Error {}

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func get<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(TooShort) -> T {
        let size = MemoryLayout<T>.size
        guard rest.count >= size else { throw TooShort() }
        var value: T = 0
        for byte in rest.prefix(size).reversed() { value = (value << 8) | T(truncatingIfNeeded: byte) }
        rest = rest.dropFirst(size)
        return value
    }

    mutating func getBool() throws(TooShort) -> Bool { try get(UInt8.self) != 0 }

    mutating func getBytes() throws(TooShort) -> [UInt8] {
        let count = Int(try get(UInt32.self))
        guard rest.count >= count else { throw TooShort() }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func getText() throws(TooShort) -> String { String(decoding: try getBytes(), as: UTF8.self) }
}
