/// A line and a column, both counted from 1.
package struct TextLocation: Equatable, Sendable, CustomStringConvertible {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) { (self.line, self.column) = (line, column) }

    package init(of offset: Int, in text: [UInt8]) {
        let before = text.prefix(offset)
        let newline = UInt8(ascii: "\n")
        line = before.count { $0 == newline } + 1
        let start = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
        // Bytes that continue a character of UTF-8 make no column of their own.
        column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
    }

    package var description: String { "\(line):\(column)" }
}
