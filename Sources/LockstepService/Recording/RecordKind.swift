import History

/// The kinds of entries of a person's history. Written to disk: numbers are never used again.
enum RecordKind {
    /// A message that was accepted.
    static let accepted: UInt8 = 1
    /// A call for a job.
    static let call: UInt8 = 2
    /// The end of a job's run.
    static let ended: UInt8 = 3
}

/// The parts of an entry. Written to disk.
enum RecordPart {
    static let source: UInt8 = 1
    static let subject: UInt8 = 2
    static let contentType: UInt8 = 3
    static let body: UInt8 = 4
    static let name: UInt8 = 5
    static let email: UInt8 = 6
    static let problem: UInt8 = 7

    static let api: UInt8 = 20
    static let endpoint: UInt8 = 21
    static let method: UInt8 = 22
    static let target: UInt8 = 23
    static let request: UInt8 = 24
    static let status: UInt8 = 25
    static let answer: UInt8 = 26
    static let failure: UInt8 = 27
    static let milliseconds: UInt8 = 28
    static let sharers: UInt8 = 29

    static let outcome: UInt8 = 40
    static let reason: UInt8 = 41
    static let before: UInt8 = 42
    static let after: UInt8 = 43
    static let attempt: UInt8 = 44
}

extension HistoryEntry.Part {
    /// Nil for an empty text: no part is kept for it.
    static func text(_ label: UInt8, _ text: String?, most: Int = HistoryEntry.Part.most) -> HistoryEntry.Part? {
        guard let text, !text.isEmpty else { return nil }
        return HistoryEntry.Part(label, text.utf8, most: most)
    }
}
