import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tells a data directory that was restored from a copy from the one that this service last wrote.
///
/// Everything inside the journal comes back with a copy, so nothing in it can tell. But no tool gives a restored file the
/// birth, inode and last change of the original. So an empty file beside the journal is made anew at each start and
/// orderly stop, and the journal keeps what it was like.
package struct DirectoryMark: Codable, Equatable, Sendable {
    var name: String
    var inode: UInt64
    /// Nanoseconds since 1970. Of a file system that keeps no births, the last change of the file's status.
    var born: Int64
    var modified: Int64

    private static let prefix = "mark-"

    /// Whether the file that was described is still there, and still the same.
    func isThere(in directory: String) -> Bool {
        Self(of: name, in: directory) == self
    }

    /// Makes a new file; nil if that cannot be done now. The one before stays until `removeOthers`.
    static func make(in directory: String) -> DirectoryMark? {
        let name = prefix + String(UInt64.random(in: .min ... .max), radix: 36)
        let file = open(directory + "/" + name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        close(file)
        return Self(of: name, in: directory)
    }

    /// Once this one is noted durably.
    func removeOthers(in directory: String) {
        // What stays behind is empty, and goes at the next start.
        for other in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        where other.hasPrefix(Self.prefix) && other != name {
            unlink(directory + "/" + other)
        }
    }

    func remove(from directory: String) { unlink(directory + "/" + name) }

    private init?(of name: String, in directory: String) {
        guard !name.contains("/"), let status = FileStatus(of: directory + "/" + name) else { return nil }
        (self.name, inode, born, modified) = (name, status.inode, status.born, status.modified)
    }
}

/// What the system says of a file.
private struct FileStatus {
    var inode: UInt64
    var born: Int64
    var modified: Int64

    init?(of path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        #if canImport(Darwin)
            born = Self.nanoseconds(status.st_birthtimespec)
            modified = Self.nanoseconds(status.st_mtimespec)
        #else
            born = Self.birth(of: path) ?? Self.nanoseconds(status.st_ctim)
            modified = Self.nanoseconds(status.st_mtim)
        #endif
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    #if !canImport(Darwin)
        private typealias Statx =
            @convention(c) (Int32, UnsafePointer<CChar>, Int32, UInt32, UnsafeMutableRawPointer) -> Int32

        /// By `statx`, which Swift's Glibc does not show: `struct statx` of linux/stat.h takes 256 bytes, with the mask of
        /// what is filled in at 0, and seconds and nanoseconds of the birth at 80 and 88.
        private static func birth(of path: String) -> Int64? {
            guard let symbol = dlsym(nil, "statx") else { return nil }
            let statx = unsafeBitCast(symbol, to: Statx.self)
            let wantsBirth: UInt32 = 0x800
            return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { buffer in
                guard let base = buffer.baseAddress else { return nil }
                base.initializeMemory(as: UInt8.self, repeating: 0, count: 256)
                let noFollow: Int32 = 0x100
                guard statx(AT_FDCWD, path, noFollow, wantsBirth, base) == 0,
                    base.load(as: UInt32.self) & wantsBirth != 0
                else { return nil }
                let seconds = base.load(fromByteOffset: 80, as: Int64.self)
                return seconds &* 1_000_000_000 &+ Int64(base.load(fromByteOffset: 88, as: UInt32.self))
            }
        }
    #endif
}
