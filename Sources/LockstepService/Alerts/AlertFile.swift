import FileJournal
import Foundation

/// What must be known after a restart: the alerts, what was not told yet of them, and what dead letters there were.
struct AlertRecord: Codable, Equatable, Sendable {
    var book = AlertMemory()
    var outbox = AlertOutbox()
    var deadLetters = NewDeadLetters()
}

/// A file of its own, since alerts are about a journal that fails too. It keeps its size, and the next one's room is set
/// aside, so that a full disk can be told once and not at each start.
struct AlertFile: Sendable {
    let files: any FileSystem
    let directory: String
    /// More than what is remembered takes.
    private static let size = 512 << 10

    private var path: String { directory + "/alerts.json" }
    private var aside: String { directory + "/alerts.new" }

    /// Empty if there is none, or one that cannot be read: then what is open is told once more.
    func load() -> AlertRecord {
        guard let file = try? files.open(path, .read) else { return AlertRecord() }
        defer { file.close() }
        guard let bytes = try? file.read(Self.size, at: 0) else { return AlertRecord() }
        return (try? JSONDecoder().decode(AlertRecord.self, from: Data(bytes))) ?? AlertRecord()
    }

    /// Replaces the file in one step.
    func save(_ record: AlertRecord) throws(FileError) {
        guard let data = try? JSONEncoder().encode(record) else { return }  // text and numbers always encode
        var isThere = true
        let file: any OpenFile
        do {
            file = try files.open(aside, .update)
        } catch {
            isThere = false
            file = try files.open(aside, .create)
        }
        do throws(FileError) {
            // Blanks are part of no value.
            let bytes = Array(data) + [UInt8](repeating: UInt8(ascii: " "), count: max(0, Self.size - data.count))
            try file.writeAll(bytes, at: 0)
            if isThere { try file.truncate(UInt64(bytes.count)) }
            try file.sync()
            file.close()
        } catch {
            file.close()
            throw error
        }
        try files.rename(aside, to: path)
        try files.syncDirectory(directory)
        reserve()
    }

    /// Makes the file if there is none, and sets aside the next one's room.
    func prepare() throws(FileError) {
        if let file = try? files.open(path, .read) {
            file.close()
            reserve()
        } else {
            try save(AlertRecord())
        }
    }

    /// Where it fails, the next save tries for itself.
    private func reserve() {
        guard let file = try? files.open(aside, .create) else { return }
        try? file.allocate(UInt64(Self.size))
        file.close()
    }
}
