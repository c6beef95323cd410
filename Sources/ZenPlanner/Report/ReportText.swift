import Foundation

/// A report's bytes as UTF-8, whatever a spreadsheet made of them.
enum ReportText {
    /// - Throws: a sentence about what the file is instead.
    static func utf8(_ bytes: [UInt8]) throws(ReportProblem) -> [UInt8] {
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            throw ReportProblem("this is an Excel workbook or another zip file; export the report as CSV")
        }
        let text = try decoded(bytes)
        guard !text.contains(0) else { throw ReportProblem("this is no text file: it holds NUL characters") }
        return text
    }

    private static func decoded(_ bytes: [UInt8]) throws(ReportProblem) -> [UInt8] {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
        if bytes.starts(with: [0xFF, 0xFE]) { return try utf16(bytes.dropFirst(2), low: 0) }
        if bytes.starts(with: [0xFE, 0xFF]) { return try utf16(bytes.dropFirst(2), low: 1) }
        if String(validating: bytes, as: UTF8.self) != nil { return bytes }
        // What older spreadsheets write. A byte that it leaves undefined is rather a name with a flaw than no import.
        return Array((String(bytes: bytes, encoding: .windowsCP1252) ?? String(decoding: bytes, as: UTF8.self)).utf8)
    }

    /// - Parameter low: which byte of each pair is the lower one.
    private static func utf16(_ bytes: ArraySlice<UInt8>, low: Int) throws(ReportProblem) -> [UInt8] {
        guard bytes.count.isMultiple(of: 2) else { throw ReportProblem("the file ends in the middle of a character") }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { place in
            UInt16(bytes[place + low]) | UInt16(bytes[place + 1 - low]) << 8
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}

/// Why a report cannot be read, in words for whoever exported it.
package struct ReportProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}
