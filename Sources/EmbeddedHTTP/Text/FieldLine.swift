import WireFormats

/// One header line, `name: value`.
struct FieldLine {
    let name: String
    /// Without blanks around it; UTF-8, or Latin-1 if it is not.
    let value: String

    /// Takes a line without its CRLF and without control bytes. Nil if it is not a name, a colon and a value; so a
    /// folded line and a blank before the colon are refused, which other readers understand in different ways.
    init?(_ line: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), ASCII.isToken(line[..<colon]) else { return nil }
        name = String(decoding: line[..<colon], as: UTF8.self)
        value = String(utf8OrWindows1252: ASCII.trimmed(line[(colon + 1)...]))
    }

    /// - Parameter other: compared without regard to case.
    func isNamed(_ other: String) -> Bool { ASCII.equalIgnoringCase(name, other) }
}
