/// Entries that wait to be written: so many bytes of them, and then none until there is room.
struct HistoryMailbox {
    struct Note {
        var size: Int
        var make: @Sendable () -> HistoryEntry?
    }

    private(set) var notes: [Note] = []
    private var size = 0
    /// Notes that found no room.
    private(set) var dropped = 0
    private(set) var isClosed = false
    /// Whether the writer was told since it took the last.
    private var isTold = false

    static let most = 16 << 20

    /// - Returns: whether the writer is to be told.
    mutating func put(_ note: Note) -> Bool {
        guard !isClosed, size + note.size <= Self.most else {
            dropped += 1
            return false
        }
        notes.append(note)
        size += note.size
        defer { isTold = true }
        return !isTold
    }

    mutating func take() -> [Note] {
        defer { (notes, size, isTold) = ([], 0, false) }
        return notes
    }

    mutating func close() { isClosed = true }
}
