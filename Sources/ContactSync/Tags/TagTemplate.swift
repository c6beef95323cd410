import Keap

/// How a tag is named: text with `{program}` and `{status}` in it.
///
/// Reads names as well as it writes them, so that tags that an earlier installation left in Keap are known as ours.
package struct TagTemplate: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable { case status, program }

    package enum Problem: Error, Equatable, Sendable {
        /// Without it, tags of different meaning would have one name.
        case missing(placeholder: String)
        case repeated(placeholder: String)
        case unknown(placeholder: String)
    }

    private enum Piece: Equatable, Sendable {
        case text(String)
        case program, status
    }

    package let description: String
    private let pieces: [Piece]

    package static let defaultStatus = TagTemplate(
        description: "ZP Status: {status}", pieces: [.text("ZP Status: "), .status])
    package static let defaultProgram = TagTemplate(
        description: "ZP Program: {program} - {status}",
        pieces: [.text("ZP Program: "), .program, .text(" - "), .status])

    private init(description: String, pieces: [Piece]) {
        self.description = description
        self.pieces = pieces
    }

    package init(parsing text: String, for kind: Kind) throws(Problem) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            let placeholder = String(rest[open...close])
            let piece: Piece
            switch placeholder {
            case "{status}": piece = .status
            case "{program}" where kind == .program: piece = .program
            default: throw .unknown(placeholder: placeholder)
            }
            guard !pieces.contains(piece) else { throw .repeated(placeholder: placeholder) }
            pieces.append(piece)
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        guard pieces.contains(.status) else { throw .missing(placeholder: "{status}") }
        guard kind == .status || pieces.contains(.program) else { throw .missing(placeholder: "{program}") }
        self.init(description: text, pieces: pieces)
    }

    /// Whether a name that fits it can hardly be anything else's.
    package var isDistinctive: Bool {
        let letters = pieces.reduce(0) { sum, piece in
            if case .text(let text) = piece { return sum + text.count(where: \.isLetter) }
            return sum
        }
        return letters >= 3
    }

    /// The name, cut to what Keap keeps: it cuts longer ones itself, and then would not find them by their full name.
    ///
    /// The program is cut, or else the status, and a digest tells it from others that begin alike: two statuses of one
    /// long program must not become one tag.
    package func name(program: String = "", status: String) -> String {
        let full = text(program, status)
        guard !full.fits(KeapLengths.tagName) else { return full }
        let shorter = text(Self.cut(program, by: full.utf16.count - KeapLengths.tagName), status)
        guard !shorter.fits(KeapLengths.tagName) else { return shorter }
        let tooMany = shorter.utf16.count - KeapLengths.tagName
        return text(Self.cut(program, by: program.utf16.count), Self.cut(status, by: tooMany))
            .limited(to: KeapLengths.tagName)
    }

    private func text(_ program: String, _ status: String) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .program: program
            case .status: status
            }
        }.joined()
    }

    /// The beginning of a text with a digest of all of it, at least `count` units shorter if it is long enough.
    private static func cut(_ text: String, by count: Int) -> String {
        guard text.utf16.count > shortest, count > 0 else { return text }
        let mark = " " + text.folded.digest
        return text.limited(to: max(shortest, text.utf16.count - count - mark.utf16.count)) + mark
    }

    /// A text of so many units is not cut any more.
    private static let shortest = 40

    /// Whether a name of the one could be read as one of the other.
    package func meets(_ other: TagTemplate) -> Bool {
        let (program, status) = ("Program", "Status")
        return description.folded == other.description.folded
            || parts(of: other.name(program: program, status: status)) != nil
            || other.parts(of: name(program: program, status: status)) != nil
    }

    /// Reads a name back. Where it could be split in several places, the last one is taken: statuses are single words
    /// more often than programs are.
    package func parts(of name: String) -> (program: String, status: String)? {
        var rest = name[...]
        var trailing = pieces[...]
        // Fixed text at both ends first; what is left is a placeholder, or two with text (or nothing) between.
        if case .text(let text)? = trailing.first {
            guard rest.hasPrefix(text) else { return nil }
            rest = rest.dropFirst(text.count)
            trailing = trailing.dropFirst()
        }
        if case .text(let text)? = trailing.last {
            guard rest.hasSuffix(text) else { return nil }
            rest = rest.dropLast(text.count)
            trailing = trailing.dropLast()
        }
        guard !rest.isEmpty else { return nil }
        switch (trailing.first, trailing.dropFirst().first, trailing.dropFirst(2).first) {
        case (.status?, nil, nil):
            return ("", String(rest))
        case (.program?, .text(let between)?, .status?):
            guard let split = rest.lastRange(of: between) else { return nil }
            return whole(program: rest[..<split.lowerBound], status: rest[split.upperBound...])
        case (.status?, .text(let between)?, .program?):
            guard let split = rest.firstRange(of: between) else { return nil }
            return whole(program: rest[split.upperBound...], status: rest[..<split.lowerBound])
        default:
            // Two placeholders stand together: not to be told apart.
            return nil
        }
    }

    private func whole(program: Substring, status: Substring) -> (program: String, status: String)? {
        program.isEmpty || status.isEmpty ? nil : (String(program), String(status))
    }
}

extension Substring {
    /// The last place where `text` stands.
    fileprivate func lastRange(of text: String) -> Range<Index>? {
        var found: Range<Index>?
        var from = startIndex
        while let next = self[from...].firstRange(of: text) {
            found = next
            guard next.lowerBound < endIndex else { break }
            from = index(after: next.lowerBound)
        }
        return found
    }
}
