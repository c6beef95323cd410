import SeededRandom

/// A machine's files, twice: as programs see them, and as the disk would show them after a loss of power.
///
/// A change of a file is on the disk for certain once the file was synced, a change of a name once its directory was.
struct SimulatedDisk: Sendable {
    typealias FileID = Int

    enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8], landing: Landing)
        case resize(Int)
    }

    /// Where the disk puts what it is given.
    enum Landing: Sendable {
        case home
        case nowhere
        case elsewhere(FileID, offset: Int)
    }

    struct File: Sendable {
        /// The bytes that reads see.
        var cache: [UInt8] = []
        /// The bytes that are on the disk for certain.
        var disk: [UInt8] = []
        /// In the cache, on its way to the disk.
        var unsynced: [Change] = []
        /// Bytes that were set aside and so are paid for.
        var allocated = 0
    }

    enum NameChange: Sendable {
        case bind(String, FileID)
        case unbind(String)
        /// One step: a file system's journal holds it whole or not at all.
        case rename(from: String, to: String, FileID)
    }

    var files: [FileID: File] = [:]
    var names: [String: FileID] = [:]
    var directories: Set<String> = []
    var durableNames: [String: FileID] = [:]
    var unsyncedNames: [NameChange] = []
    private var nextFile = 0

    // MARK: Names

    /// Makes the file, or empties the one that is there.
    mutating func create(_ path: String) -> FileID {
        if let file = names[path] {
            resize(file, to: 0)
            return file
        }
        let file = addFile(File())
        change(.bind(path, file))
        return file
    }

    mutating func change(_ change: NameChange) {
        Self.apply(change, to: &names)
        unsyncedNames.append(change)
    }

    /// Everything that happened to names in that directory reaches the disk.
    mutating func syncNames(in directory: String) {
        var left: [NameChange] = []
        for change in unsyncedNames {
            if Self.directory(of: change.path) == directory {
                Self.apply(change, to: &durableNames)
            } else {
                left.append(change)
            }
        }
        unsyncedNames = left
    }

    /// Puts a file there, on the disk and all.
    mutating func place(_ bytes: [UInt8], at path: String) {
        directories.formUnion(Self.parents(of: path))
        let file = addFile(File(cache: bytes, disk: bytes))
        names[path] = file
        durableNames[path] = file
    }

    mutating func erase(_ path: String) {
        names[path] = nil
        durableNames[path] = nil
        unsyncedNames.removeAll { $0.path == path }
    }

    private mutating func addFile(_ file: File) -> FileID {
        defer { nextFile += 1 }
        files[nextFile] = file
        return nextFile
    }

    static func apply(_ change: NameChange, to names: inout [String: FileID]) {
        switch change {
        case .bind(let path, let file): names[path] = file
        case .unbind(let path): names[path] = nil
        case .rename(let from, let to, let file):
            if names[from] == file { names[from] = nil }
            names[to] = file
        }
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func parents(of path: String) -> [String] {
        var parents: [String] = []
        var path = directory(of: path)
        while path != "/" && path != "." {
            parents.append(path)
            path = directory(of: path)
        }
        return parents
    }

    // MARK: Contents

    mutating func write(_ file: FileID, _ bytes: [UInt8], at offset: Int, landing: Landing = .home) {
        files[file]!.cache.put(bytes[...], at: offset)
        files[file]!.unsynced.append(.write(offset: offset, bytes: bytes, landing: landing))
    }

    mutating func resize(_ file: FileID, to size: Int) {
        files[file]!.cache.resize(to: size)
        files[file]!.allocated = min(files[file]!.allocated, size)
        files[file]!.unsynced.append(.resize(size))
    }

    mutating func allocate(_ file: FileID, _ size: Int) {
        guard size > files[file]!.cache.count else { return }
        files[file]!.cache.resize(to: size)
        files[file]!.allocated = size
        files[file]!.unsynced.append(.resize(size))
    }

    mutating func sync(_ file: FileID) {
        for change in takeUnsynced(file) { bring(change, of: file) }
    }

    /// Some of it reached the disk, and the system takes all of it for written.
    mutating func failSync(_ file: FileID, _ random: inout SeededGenerator) {
        for change in takeUnsynced(file) { bringSome(of: change, of: file, &random) }
    }

    var used: Int { Set(names.values).reduce(0) { $0 + max(files[$1]!.cache.count, files[$1]!.allocated) } }

    mutating func takeUnsynced(_ file: FileID) -> [Change] {
        defer { files[file]!.unsynced = [] }
        return files[file]!.unsynced
    }

    mutating func bring(_ change: Change, of file: FileID) {
        switch change {
        case .resize(let size): files[file]!.disk.resize(to: size)
        case .write(let offset, let bytes, let landing): bring(bytes[...], to: offset, of: file, landing, from: offset)
        }
    }

    /// - Parameter start: offset of the whole write that the bytes belong to.
    mutating func bring(
        _ bytes: ArraySlice<UInt8>, to offset: Int, of file: FileID, _ landing: Landing, from start: Int
    ) {
        switch landing {
        case .home: files[file]!.disk.put(bytes, at: offset)
        case .nowhere: break
        case .elsewhere(let other, let place): files[other]?.disk.put(bytes, at: place + offset - start)
        }
    }
}

extension SimulatedDisk.NameChange {
    /// Of a rename, the new one.
    var path: String {
        switch self {
        case .bind(let path, _), .unbind(let path): path
        case .rename(_, let to, _): to
        }
    }
}

extension [UInt8] {
    mutating func resize(to size: Int) {
        if count < size {
            append(contentsOf: [UInt8](repeating: 0, count: size - count))
        } else {
            removeLast(count - size)
        }
    }

    package mutating func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        if count < offset + bytes.count { resize(to: offset + bytes.count) }
        replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
}
