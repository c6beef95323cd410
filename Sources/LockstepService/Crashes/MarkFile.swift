import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that is mapped into memory. The system keeps what was stored when the process ends, however it ends, so nothing
/// is synced.
final class MarkFile: MarkMemory {
    private nonisolated(unsafe) let words: UnsafeMutablePointer<UInt64>
    private static let bytes = RunMarks.words * MemoryLayout<UInt64>.size

    init(_ path: String) throws(Failure) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure("open", path) }
        defer { close(file) }
        // All of it has a place on the disk from now on: a store into a page without one would end the process.
        #if canImport(Darwin)
            guard ftruncate(file, off_t(Self.bytes)) == 0 else { throw Failure("ftruncate", path) }
        #else
            let problem = posix_fallocate(file, 0, off_t(Self.bytes))
            guard problem == 0 else { throw Failure("posix_fallocate", path, problem) }
        #endif
        let map = mmap(nil, Self.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        guard let map, map != MAP_FAILED else { throw Failure("mmap", path) }
        words = map.bindMemory(to: UInt64.self, capacity: RunMarks.words)
    }

    deinit { munmap(words, Self.bytes) }

    func load(_ index: Int) -> UInt64 { UInt64(littleEndian: words[index]) }
    func store(_ word: UInt64, at index: Int) { words[index] = word.littleEndian }

    var signalByte: UnsafeMutablePointer<UInt8>? {
        UnsafeMutableRawPointer(words + RunMarks.signalWord).assumingMemoryBound(to: UInt8.self)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String

        fileprivate init(_ call: String, _ path: String, _ number: Int32 = errno) {
            description = "\(call) \(path): \(String(cString: strerror(number)))"
        }
    }
}
