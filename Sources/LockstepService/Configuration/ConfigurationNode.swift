/// A value of the configuration file, and where it stands in it.
struct ConfigurationNode: Equatable, Sendable {
    indirect enum Content: Equatable, Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case text(String)
        case list([ConfigurationNode])
        case object([Member])
    }

    struct Member: Equatable, Sendable {
        var key: String
        /// Of the key, in bytes from the file's start.
        var offset: Int
        var value: ConfigurationNode
    }

    var content: Content
    var offset: Int
}

extension ConfigurationNode {
    /// The same text for the same values, wherever they stand and however they are spaced.
    var canonical: String {
        switch content {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): String(reflecting: value)
        case .list(let items): "[" + items.map(\.canonical).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { String(reflecting: $0.key) + ":" + $0.value.canonical }.sorted().joined(separator: ",")
                + "}"
        }
    }
}

/// A line and a column, both counted from 1.
package struct TextLocation: Equatable, Sendable, CustomStringConvertible {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) { (self.line, self.column) = (line, column) }

    init(of offset: Int, in text: [UInt8]) {
        let before = text.prefix(offset)
        let newline = UInt8(ascii: "\n")
        line = before.count { $0 == newline } + 1
        let start = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
        // Bytes that continue a character of UTF-8 make no column of their own.
        column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
    }

    package var description: String { "\(line):\(column)" }
}
