/// Names the parts of a value that is too large for one record.
struct MetadataHead: Equatable, Sendable {
    var generation: UInt32
    var parts: Int

    init(generation: UInt32, parts: Int) {
        self.generation = generation
        self.parts = parts
    }

    /// Nil if these bytes are no head.
    init?(_ bytes: [UInt8]?) {
        guard let bytes else { return nil }
        var reader = ByteReader(bytes)
        guard let generation = try? reader.get(UInt32.self), let parts = try? reader.get(UInt32.self), parts < 1 << 20
        else { return nil }
        self.init(generation: generation, parts: Int(parts))
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.put(generation)
        writer.put(UInt32(parts))
        return writer.bytes
    }

    /// No key of a caller's has a zero in it.
    static func key(of key: String) -> String { "parts\u{0}\(key)" }
    var prefix: String { "part\u{0}\(generation)\u{0}" }
    func key(of part: Int, _ key: String) -> String { "\(prefix)\(part)\u{0}\(key)" }

    static func isPart(_ name: String, of key: String) -> Bool {
        name.hasPrefix("part\u{0}") && name.hasSuffix("\u{0}\(key)")
    }
}
