import FileJournal
import Synchronization

/// Keeps who did what in `audit` of the data directory, and tells it.
///
/// Nothing is read before it is asked for. An action is not undone because it could not be noted: it is told all the same
/// until the service ends, and the log says so.
actor AuditLog {
    private let files: any FileSystem
    private let directory: String
    private let work: BlockingWork
    private let log: ServiceLog
    /// Nil before the file was read.
    private var book: AuditBook?
    private var waiting: [(write: AuditBook.Write, offset: Int)] = []
    private var isWriting = false
    private let news = StateChanges()

    init(_ directory: String, files: any FileSystem, work: BlockingWork, log: ServiceLog) {
        (self.directory, self.files, self.work, self.log) = (directory, files, work, log)
    }

    /// The newest first.
    func entries() async -> [AuditEntry] {
        await load()
        return book?.entries.reversed() ?? []
    }

    /// Returns once it is on disk, or could not be put there.
    func record(_ entry: AuditEntry) async {
        await load()
        let offset = book?.bytes ?? 0
        guard let write = book?.add(entry), write != .nothing else { return }
        waiting.append((write, offset))
        // One at a time and in order; the one that writes takes those of the others along.
        guard !isWriting else { return }
        isWriting = true
        while !waiting.isEmpty {
            let all = waiting
            waiting = []
            let (files, directory) = (self.files, self.directory)
            do throws(FileError) {
                try await work.run { () throws(FileError) in
                    for (write, offset) in all { try Self.perform(write, at: offset, in: directory, files) }
                }
                _ = news.isNews("audit", "written", unlessNew: true)
            } catch {
                if news.isNews("audit", "failed") {
                    log.warning("what operators do cannot be noted in \(directory)/audit: \(error)")
                }
            }
        }
        isWriting = false
    }

    private func load() async {
        guard book == nil else { return }
        let found = Mutex<[UInt8]>([])
        let (files, directory) = (self.files, self.directory)
        // None yet: the first action makes it.
        try? await work.run { () throws(FileError) in
            let file = try files.open(directory + "/audit", .read)
            defer { file.close() }
            let size = min(try file.size(), UInt64(2 * AuditBook.mostBytes))
            let bytes = try file.read(Int(size), at: 0)
            found.withLock { $0 = bytes }
        }
        // Another call may have read it, and noted something, meanwhile.
        if book == nil { book = AuditBook(file: found.withLock { $0 }) }
    }

    private static func perform(
        _ write: AuditBook.Write, at offset: Int, in directory: String, _ files: any FileSystem
    ) throws(FileError) {
        let path = directory + "/audit"
        switch write {
        case .nothing: return
        case .append(let bytes):
            let file = try files.open(path, offset == 0 ? .create : .update)
            defer { file.close() }
            try file.writeAll(bytes, at: UInt64(offset))
            try file.sync()
            if offset == 0 { try files.syncDirectory(directory) }
        case .replace(let bytes):
            let file = try files.open(path + ".new", .create)
            do throws(FileError) {
                try file.writeAll(bytes, at: 0)
                try file.sync()
                file.close()
            } catch {
                file.close()
                throw error
            }
            try files.rename(path + ".new", to: path)
            try files.syncDirectory(directory)
        }
    }
}
