import Foundation

/// The newest actions, and what is to be written of them. Touches no file.
struct AuditBook: Sendable {
    enum Write: Equatable, Sendable {
        case nothing
        case append([UInt8])
        /// The file grew too long: it is replaced by its newest half.
        case replace([UInt8])
    }

    /// The file is never longer.
    static let mostBytes = 1 << 20
    static let mostEntries = 4_000
    /// An action that repeats the last one within that time is one with it: an import comes in many parts.
    static let sameFor: Int64 = 600_000
    private static let longestText = 400

    /// The oldest first.
    private(set) var entries: [AuditEntry] = []
    /// How long the file is.
    private(set) var bytes = 0

    init() {}

    /// What a file holds. A line that cannot be read, such as one torn by a loss of power, is passed over.
    init(file: [UInt8]) {
        let lines = file.split(separator: UInt8(ascii: "\n"))
        entries = lines.suffix(Self.mostEntries).compactMap {
            try? JSONDecoder().decode(AuditEntry.self, from: Data($0))  // passed over
        }
        bytes = file.count
        // A torn line must not swallow the next one.
        if let last = file.last, last != UInt8(ascii: "\n") { isTorn = true }
    }

    private var isTorn = false

    mutating func add(_ entry: AuditEntry) -> Write {
        let entry = Self.cut(entry)
        if let last = entries.last, last.repeats(entry), (0..<Self.sameFor).contains(entry.at - last.at) {
            return .nothing
        }
        entries.append(entry)
        if entries.count > Self.mostEntries { entries.removeFirst(entries.count - Self.mostEntries) }
        let line = (isTorn ? [UInt8(ascii: "\n")] : []) + Self.line(entry)
        if bytes + line.count <= Self.mostBytes {
            isTorn = false
            bytes += line.count
            return .append(line)
        }
        entries.removeFirst(entries.count / 2)
        // Few entries of the greatest length fit in half of the bytes in any case.
        let whole = entries.flatMap(Self.line)
        isTorn = false
        bytes = whole.count
        return .replace(whole)
    }

    private static func cut(_ entry: AuditEntry) -> AuditEntry {
        func cut(_ text: String) -> String { String(text.harmless.prefix(longestText)) }
        return AuditEntry(
            at: entry.at, who: cut(entry.who), what: cut(entry.what), target: cut(entry.target),
            result: cut(entry.result))
    }

    private static func line(_ entry: AuditEntry) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ((try? encoder.encode(entry)).map(Array.init) ?? []) + [UInt8(ascii: "\n")]  // texts always encode
    }
}
