/// Little-endian fields, one after the other.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init() {}

    /// Room for so many bytes is set aside at once.
    init(room: Int) { bytes.reserveCapacity(room) }

    mutating func put<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Bool) { put(UInt8(value ? 1 : 0)) }

    mutating func put(_ value: [UInt8]) {
        put(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func put(_ text: String) {
        var text = text
        text.withUTF8 {
            put(UInt32($0.count))
            bytes.append(contentsOf: $0)
        }
    }
}

/// Reads what `ByteWriter` wrote; never past the end, never more than is there.
struct ByteReader {
    struct TooShort: Error {}

    private let bytes: [UInt8]
    private var next = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { next == bytes.count }

    private mutating func take(_ count: Int) throws(TooShort) -> Int {
        guard bytes.count - next >= count else { throw TooShort() }
        defer { next += count }
        return next
    }

    mutating func get<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(TooShort) -> T {
        let place = try take(MemoryLayout<T>.size)
        return T(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: T.self) })
    }

    mutating func getBool() throws(TooShort) -> Bool { try get(UInt8.self) != 0 }

    mutating func getBytes() throws(TooShort) -> [UInt8] { Array(bytes[try getPlace()]) }

    mutating func getText() throws(TooShort) -> String { text(at: try getPlace()) }

    /// Where a byte string lies that need not be copied.
    mutating func getPlace() throws(TooShort) -> Range<Int> {
        let count = Int(try get(UInt32.self))
        let place = try take(count)
        return place..<place + count
    }

    func text(at place: Range<Int>) -> String { String(decoding: bytes[place], as: UTF8.self) }
}
