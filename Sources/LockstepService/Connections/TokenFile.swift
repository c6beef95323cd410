import ConfigurationReading
import FileJournal
import OutboundAPI
import Synchronization

/// One gym's tokens in a file of its own below the data directory, readable by its owner only.
///
/// They are never in the journal: a copy there would spread them over segments, backups and what `salvage` writes. A save
/// is written aside, synced, renamed, and the directory synced, so that the file is the old one or the new one, whole.
struct TokenFile: TokenStore {
    let files: any FileSystem
    let directory: String
    let gym: GymID
    /// The OAuth client whose tokens they are: another client's tokens open nothing.
    let clientID: String
    /// Runs what waits for the disk.
    let work: BlockingWork
    private let room = Room()

    /// More than any tokens need; the file always has this size, so that room for the next one can be set aside.
    private static let size = 16 << 10

    private var path: String { "\(directory)/\(gym).json" }
    private var aside: String { "\(directory)/\(gym).new" }

    static func directory(in data: String) -> String { data + "/tokens" }

    /// What was saved last.
    enum Loaded: Equatable {
        case none
        case memory(TokenMemory)
        /// A sentence: it is there, and cannot be used.
        case unusable(String)

        var memory: TokenMemory? {
            guard case .memory(let memory) = self else { return nil }
            return memory
        }
    }

    func load() -> Loaded {
        let bytes: [UInt8]
        do throws(FileError) {
            let file = try files.open(path, .read)
            defer { file.close() }
            bytes = try file.read(Self.size, at: 0)
        } catch {
            return error.isMissing ? Loaded.none : .unusable("\(error)")
        }
        guard let content = TokenFileContent(bytes) else {
            return .unusable("\(path) holds no tokens that can be read")
        }
        guard content.clientID == clientID else {
            return .unusable("the tokens in \(path) are another OAuth client's")
        }
        return .memory(content.memory)
    }

    func reserve() async throws {
        try await work.run { () throws(FileError) in
            try files.createDirectory(directory)
            try write([], into: freshFile())
            room.set()
        }
    }

    func save(_ memory: TokenMemory) async throws {
        let bytes = TokenFileContent(memory, clientID: clientID).bytes
        try await work.run { () throws(FileError) in
            try files.createDirectory(directory)
            try write(bytes, into: room.take() ? files.open(aside, .update) : freshFile())
            try files.rename(aside, to: path)
            try files.syncDirectory(directory)
        }
    }

    private func freshFile() throws(FileError) -> any OpenFile {
        // One that is left over may have been copied there, with rights of its own.
        do { try files.remove(aside) } catch { guard error.isMissing else { throw error } }
        return try files.open(aside, .create)
    }

    private func write(_ bytes: [UInt8], into file: any OpenFile) throws(FileError) {
        defer { file.close() }
        // Blanks are part of no value.
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: max(Self.size - bytes.count, 0))
        try file.writeAll(bytes + padding, at: 0)
        try file.truncate(UInt64(max(Self.size, bytes.count)))
        try file.sync()
    }

    /// Whether this process made the file aside, and has not used it yet.
    private final class Room: Sendable {
        private let isReserved = Mutex(false)

        func set() { isReserved.withLock { $0 = true } }
        func take() -> Bool {
            isReserved.withLock { isReserved in
                defer { isReserved = false }
                return isReserved
            }
        }
    }
}
