import WireFormats

/// A report's bytes as a spreadsheet wrote them, without what stands around the text. Which encoding a cell is in, each
/// cell decides.
enum ReportText {
    /// The encoding that the file as a whole declares.
    enum Mark: Equatable, Sendable {
        case none, utf8, utf16
    }

    /// - Throws: a sentence about what the file is instead.
    static func text(_ bytes: [UInt8]) throws(ReportProblem) -> (bytes: [UInt8], mark: Mark) {
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            throw ReportProblem("this is an Excel workbook or another zip file; export the report as CSV")
        }
        let (text, mark) = try decoded(bytes)
        // One here and there is a flaw of its cell, where it counts as a blank.
        guard text.count(where: { $0 == 0 }) <= text.count / 50, !bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) else {
            throw ReportProblem("this is no text file: it holds NUL characters")
        }
        return (text, mark)
    }

    private static func decoded(_ bytes: [UInt8]) throws(ReportProblem) -> ([UInt8], Mark) {
        if bytes.starts(with: UnicodeMark.utf8) { return (Array(bytes.dropFirst(UnicodeMark.utf8.count)), .utf8) }
        switch UTF16Text.utf8(bytes) {
        case .none: return (bytes, .none)
        case .utf8(let text): return (text, .utf16)
        case .cutShort: throw ReportProblem("the file ends in the middle of a character")
        }
    }
}

/// Why a report cannot be read, in words for the person who exported it.
package struct ReportProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}
