import FileJournal

/// The segment files in their directory.
struct HistoryFiles {
    let directory: String
    let files: any FileSystem

    private static let suffix = ".history"
    private static let unfinished = ".rewriting"

    func path(_ number: UInt64) -> String {
        let digits = String(number)
        return directory + "/" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + Self.suffix
    }

    /// The numbers of the files that are there, the oldest first. Files that were not written to the end go.
    func prepare() throws(FileError) -> [UInt64] {
        try files.createDirectory(directory)
        var numbers: [UInt64] = []
        for name in try files.list(directory) {
            if name.hasSuffix(Self.unfinished) {
                try files.remove(directory + "/" + name)
            } else if name.hasSuffix(Self.suffix), let number = UInt64(name.dropLast(Self.suffix.count)) {
                numbers.append(number)
            }
        }
        return numbers.sorted()
    }

    func create(_ number: UInt64) throws(FileError) -> any OpenFile { try files.open(path(number), .create) }

    func remove(_ number: UInt64) throws(FileError) {
        do throws(FileError) {
            try files.remove(path(number))
        } catch {
            guard error.isMissing else { throw error }
        }
    }

    /// All whole entries of a file, in pieces. Ends at the first that is torn or damaged: what follows means nothing.
    ///
    /// - Returns: the end of the last of them.
    func scan(_ number: UInt64, _ body: (HistoryEntry, _ offset: Int) -> Void) throws(FileError) -> Int {
        let file = try files.open(path(number), .read)
        defer { file.close() }
        // `start` is the offset of the bytes' first in the file.
        var (bytes, start, end) = ([UInt8](), 0, 0)
        var wanted = Self.readAtOnce
        while true {
            let more = try file.read(max(wanted, Self.readAtOnce), at: UInt64(start + bytes.count))
            bytes += more
            reading: while true {
                switch EntryFormat.read(bytes[...], at: end - start) {
                case .entry(let entry, let next):
                    body(entry, end)
                    end = start + next
                case .short(let needed):
                    wanted = needed
                    break reading
                case .damaged: return end
                }
            }
            guard !more.isEmpty else { return end }
            bytes.removeFirst(end - start)
            start = end
        }
    }

    private static let readAtOnce = 1 << 20

    /// Nil if there is none any more, or it cannot be read.
    func read(_ place: HistoryBook.Place, from file: any OpenFile) -> HistoryEntry? {
        guard let head = try? file.read(Self.mostlyEnough, at: UInt64(place.offset)) else { return nil }
        switch EntryFormat.read(head[...], at: 0) {
        case .entry(let entry, _): return entry
        case .damaged: return nil
        case .short(let needed):
            guard needed > head.count, let whole = try? file.read(needed, at: UInt64(place.offset)),
                case .entry(let entry, _) = EntryFormat.read(whole[...], at: 0)
            else { return nil }
            return entry
        }
    }

    private static let mostlyEnough = 4_096

    /// Replaces a file by one with these entries alone. What was in it is gone from the disk's names when this returns.
    ///
    /// - Returns: each entry with its offset, and the file's size.
    func rewrite(
        _ number: UInt64, _ entries: [HistoryEntry]
    ) throws(FileError) -> (entries: [(entry: HistoryEntry, offset: Int)], bytes: Int) {
        let new = path(number) + Self.unfinished
        let file = try files.open(new, .create)
        defer { file.close() }
        var (bytes, placed) = ([UInt8](), [(entry: HistoryEntry, offset: Int)]())
        for entry in entries {
            placed.append((entry, bytes.count))
            EntryFormat.append(entry, to: &bytes)
        }
        try file.writeAll(bytes, at: 0)
        try file.sync()
        try files.rename(new, to: path(number))
        try files.syncDirectory(directory)
        return (placed, bytes.count)
    }
}
