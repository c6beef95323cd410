package import FileJournal
import Synchronization

/// Access for tests: files are read and changed without the program noticing.
extension SimulatedFileSystem {
    package var paths: [String] { state.withLock { $0.disk.names.keys.sorted() } }

    /// The bytes that programs see in a file; nil if there is none.
    package func content(_ path: String) -> [UInt8]? {
        state.withLock { state in state.disk.names[path].map { state.disk.files[$0]!.cache } }
    }

    /// Changes a file's bytes, on the disk and all.
    package func edit(_ path: String, _ body: (inout [UInt8]) -> Void) {
        state.withLock { state in
            guard let file = state.disk.names[path] else { preconditionFailure("there is no file \(path)") }
            body(&state.disk.files[file]!.cache)
            state.disk.files[file]!.disk = state.disk.files[file]!.cache
            state.disk.files[file]!.unsynced = []
        }
    }

    package func flipBit(_ path: String, byte: Int, bit: Int = 0) {
        edit(path) { $0[byte] ^= 1 << UInt8(bit) }
    }

    /// Puts a file there, on the disk and all.
    package func put(_ path: String, _ bytes: [UInt8]) { state.withLock { $0.disk.place(bytes, at: path) } }

    package func erase(_ path: String) { state.withLock { $0.disk.erase(path) } }

    /// Bytes that files take, with what was set aside.
    package var used: Int { state.withLock { $0.disk.used } }

    /// Calls so far that changed something: the numbers that `FileFaults.powerFailsAt` speaks of.
    package var changes: Int { state.withLock { $0.changes } }

    package func calls(_ operation: FileError.Operation) -> Int { state.withLock { $0.calls[operation] ?? 0 } }

    /// Called after every sync of a file that succeeded.
    package func onSync(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onSync = body } }

    /// Orders that calls about some files will fail.
    package func fail(
        _ operation: FileError.Operation, _ code: Int32, on path: String = "", after: Int = 0, times: Int = 1
    ) {
        let failure = FileFaults.Failure(operation, code, on: path, after: after, times: times)
        state.withLock { $0.faults.failures.append(failure) }
    }

    package func failPower(at change: Int) { state.withLock { $0.faults.powerFailsAt = change } }

    package func setCapacity(_ bytes: Int?) { state.withLock { $0.faults.capacity = bytes } }
}
