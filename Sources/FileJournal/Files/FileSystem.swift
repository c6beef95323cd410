/// The calls that the journal makes on an operating system, so that tests can lose power after any of them.
///
/// Calls block; the journal makes them on threads of its own. An error means that nothing is known about the bytes that
/// the call was about.
public protocol FileSystem: Sendable {
    /// Makes a directory and its parents, durably. One that is there already is no error.
    func createDirectory(_ path: String) throws(FileError)
    /// Names in a directory, in no order.
    func list(_ directory: String) throws(FileError) -> [String]
    func open(_ path: String, _ access: FileAccess) throws(FileError) -> any OpenFile
    /// Replaces what bore the new name, in one step. Durable after `syncDirectory`.
    func rename(_ from: String, to: String) throws(FileError)
    func remove(_ path: String) throws(FileError)
    func syncDirectory(_ path: String) throws(FileError)
    /// Makes the file if needed and holds it against all other processes until it is closed.
    ///
    /// - Throws: an error that `isHeldElsewhere` if another one holds it.
    func lock(_ path: String) throws(FileError) -> any OpenFile
}

public enum FileAccess: Sendable {
    case read
    /// Reading and writing of a file that exists.
    case update
    /// Reading and writing of an empty file, new or emptied.
    case create
}

public protocol OpenFile: AnyObject, Sendable {
    func size() throws(FileError) -> UInt64
    /// Returns how many bytes were read; fewer than asked for only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int
    /// Returns how many bytes were written, at least one unless there were none.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) -> Int
    /// Makes the file that long, with every block of it set aside on the disk. What is there stays.
    func allocate(_ size: UInt64) throws(FileError)
    func truncate(_ size: UInt64) throws(FileError)
    /// Returns once the bytes, and the file's size, survive a loss of power.
    func sync() throws(FileError)
    func close()
}

extension OpenFile {
    /// Writes all of it, in as many calls as that takes.
    package func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = try write(rest, at: offset + UInt64(done))
            // A write that does nothing without an error would keep this loop turning for ever.
            guard count > 0 else { throw FileError(operation: .write, path: "", code: FileError.inputOutput) }
            done += count
        }
    }

    package func writeAll(_ bytes: [UInt8], at offset: UInt64) throws(FileError) {
        // Typed throws do not pass through `withUnsafeBytes`' rethrow on every toolchain; a Result does.
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(FileError) in try writeAll(buffer, at: offset) }
        }
        try result.get()
    }

    /// Exactly that many bytes, or as many as there are before the end.
    package func read(_ count: Int, at offset: UInt64) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(FileError) {
                initialized = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
