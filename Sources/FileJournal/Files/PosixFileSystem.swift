import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file system of this machine.
public struct PosixFileSystem: FileSystem {
    public init() {}

    public func createDirectory(_ path: String) throws(FileError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError(operation: .createDirectory, path: path, code: ENOTDIR)
            }
            return
        }
        let parent = Self.parent(of: path)
        if parent != path { try createDirectory(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileError(operation: .createDirectory, path: path, code: errno)
        }
        try syncDirectory(parent)
    }

    public func list(_ directory: String) throws(FileError) -> [String] {
        guard let stream = opendir(directory) else {
            throw FileError(operation: .list, path: directory, code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw FileError(operation: .list, path: directory, code: errno) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    public func open(_ path: String, _ access: FileAccess) throws(FileError) -> any OpenFile {
        let flags: Int32 =
            switch access {
            case .read: O_RDONLY
            case .update: O_RDWR
            case .create: O_RDWR | O_CREAT | O_TRUNC
            }
        return PosixFile(try descriptor(path, flags, for: .open), path)
    }

    public func rename(_ from: String, to: String) throws(FileError) {
        guard Foundation.rename(from, to) == 0 else { throw FileError(operation: .rename, path: from, code: errno) }
    }

    public func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 else { throw FileError(operation: .remove, path: path, code: errno) }
    }

    public func syncDirectory(_ path: String) throws(FileError) {
        let directory = PosixFile(try descriptor(path, O_RDONLY, for: .syncDirectory), path)
        defer { directory.close() }
        guard fsync(directory.descriptor) == 0 else {
            throw FileError(operation: .syncDirectory, path: path, code: errno)
        }
    }

    public func lock(_ path: String) throws(FileError) -> any OpenFile {
        let file = PosixFile(try descriptor(path, O_RDWR | O_CREAT, for: .lock), path)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = String(decoding: (try? file.read(20, at: 0)) ?? [], as: UTF8.self)
            file.close()
            let note = holder.isEmpty ? nil : "held by process \(holder)"
            throw FileError(operation: .lock, path: path, code: code, note: note)
        }
        // The process id is for the reader of an error message; the lock itself is the kernel's.
        let holder = Array(String(getpid()).utf8)
        try file.truncate(0)
        try file.writeAll(holder, at: 0)
        return file
    }

    private func descriptor(
        _ path: String, _ flags: Int32, for operation: FileError.Operation
    ) throws(FileError) -> Int32 {
        while true {
            // Journals hold people's data: readable by their owner only, and closed in child processes.
            let descriptor = Foundation.open(path, flags | O_CLOEXEC, 0o600)
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR else { throw FileError(operation: operation, path: path, code: errno) }
        }
    }

    private static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
