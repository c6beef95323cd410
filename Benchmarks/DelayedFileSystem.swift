import FileJournal
import Foundation

/// This machine's disk, with syncs that take longer: as on a network volume or a disk of its own cache.
struct DelayedFileSystem: FileSystem {
    let delay: Duration
    private let files = PosixFileSystem()

    init(delay: Duration) { self.delay = delay }

    func createDirectory(_ path: String) throws(FileError) { try files.createDirectory(path) }
    func list(_ directory: String) throws(FileError) -> [String] { try files.list(directory) }
    func rename(_ from: String, to: String) throws(FileError) { try files.rename(from, to: to) }
    func remove(_ path: String) throws(FileError) { try files.remove(path) }
    func lock(_ path: String) throws(FileError) -> any OpenFile { try files.lock(path) }

    func open(_ path: String, _ access: FileAccess) throws(FileError) -> any OpenFile {
        DelayedFile(file: try files.open(path, access), delay: delay)
    }

    func syncDirectory(_ path: String) throws(FileError) {
        try files.syncDirectory(path)
        delay.block()
    }
}

private final class DelayedFile: OpenFile {
    private let file: any OpenFile
    private let delay: Duration

    init(file: any OpenFile, delay: Duration) { (self.file, self.delay) = (file, delay) }

    func size() throws(FileError) -> UInt64 { try file.size() }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        try file.read(into: buffer, at: offset)
    }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        try file.write(bytes, at: offset)
    }
    func allocate(_ size: UInt64) throws(FileError) { try file.allocate(size) }
    func truncate(_ size: UInt64) throws(FileError) { try file.truncate(size) }
    func close() { file.close() }

    func sync() throws(FileError) {
        try file.sync()
        delay.block()
    }
}

extension Duration {
    /// Holds the calling thread, as a slow disk does.
    func block() {
        guard self > .zero else { return }
        Thread.sleep(forTimeInterval: seconds)
    }
}
