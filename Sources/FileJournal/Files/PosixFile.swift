import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file descriptor, closed once.
final class PosixFile: OpenFile {
    let descriptor: Int32
    private let path: String
    private let isClosed = Mutex(false)

    init(_ descriptor: Int32, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close() }

    func size() throws(FileError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(.size) }
        return UInt64(status.st_size)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset) + off_t(done))
            if count < 0 {
                guard errno == EINTR else { throw failure(.read) }
            } else if count == 0 {
                break
            } else {
                done += count
            }
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        while true {
            let count = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else { throw failure(.write) }
        }
    }

    func allocate(_ size: UInt64) throws(FileError) {
        #if canImport(Darwin)
            var store = fstore_t(
                fst_flags: UInt32(F_ALLOCATEALL), fst_posmode: F_PEOFPOSMODE, fst_offset: 0,
                fst_length: off_t(size) - off_t(try self.size()), fst_bytesalloc: 0)
            if store.fst_length > 0 {
                guard fcntl(descriptor, F_PREALLOCATE, &store) != -1 else { throw failure(.allocate) }
                try truncate(size)
            }
        #else
            while true {
                // It returns the error rather than setting errno.
                let code = posix_fallocate(descriptor, 0, off_t(size))
                if code == 0 { return }
                guard code == EINTR else { throw FileError(operation: .allocate, path: path, code: code) }
            }
        #endif
    }

    func truncate(_ size: UInt64) throws(FileError) {
        while ftruncate(descriptor, off_t(size)) != 0 {
            guard errno == EINTR else { throw failure(.truncate) }
        }
    }

    func sync() throws(FileError) {
        #if canImport(Darwin)
            // A plain fsync leaves the bytes in the drive's cache there. Some file systems know no full one.
            if fcntl(descriptor, F_FULLFSYNC) == -1, fsync(descriptor) != 0 { throw failure(.sync) }
        #else
            // Never again after an error, not even EINTR: the kernel may have marked the lost pages clean.
            guard fdatasync(descriptor) == 0 else { throw failure(.sync) }
        #endif
    }

    func close() {
        isClosed.withLock { isClosed in
            guard !isClosed else { return }
            isClosed = true
            #if canImport(Darwin)
                _ = Darwin.close(descriptor)
            #else
                _ = Glibc.close(descriptor)
            #endif
        }
    }

    private func failure(_ operation: FileError.Operation) -> FileError {
        FileError(operation: operation, path: path, code: errno)
    }
}
