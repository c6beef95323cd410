import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The speed of the machine itself, measured beside the program in the same run.
enum Floors {
    /// Records a second of a bare loop: `batch` writes of `size` bytes, then one sync. No queue, no threads, no HTTP.
    ///
    /// - Parameter delay: what each sync takes longer.
    static func syncedWrites(
        batch: Int, size: Int, seconds: Double, in directory: String, delay: Duration = .zero
    ) throws -> Double {
        let path = directory + "/floor"
        let file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        try require(file >= 0, "\(path) cannot be written: \(String(cString: strerror(errno)))")
        defer {
            close(file)
            unlink(path)
        }
        let record = [UInt8](repeating: 0x2A, count: size)
        let start = ContinuousClock.now
        var records = 0
        while (ContinuousClock.now - start).seconds < seconds {
            for _ in 0..<batch {
                let written = record.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                try require(written == size, "the disk took only part of a record: \(String(cString: strerror(errno)))")
            }
            #if canImport(Glibc)
                let synced = fdatasync(file)
            #else
                let synced = fcntl(file, F_FULLFSYNC)
            #endif
            try require(synced == 0, "the disk cannot sync: \(String(cString: strerror(errno)))")
            delay.block()
            records += batch
        }
        return Double(records) / (ContinuousClock.now - start).seconds
    }
}
