#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How much room the disk of a directory has.
struct DiskRoom: Equatable, Sendable {
    var free: UInt64
    var size: UInt64

    /// Nil if the system does not say.
    init?(of directory: String) {
        var system = statvfs()
        guard statvfs(directory, &system) == 0 else { return nil }
        self.init(
            free: UInt64(system.f_bavail) * UInt64(system.f_frsize),
            size: UInt64(system.f_blocks) * UInt64(system.f_frsize))
    }

    init(free: UInt64, size: UInt64) { (self.free, self.size) = (free, size) }

    /// Below a twentieth of the disk and below 2 GB, or below what a journal needs to breathe.
    var isNearlyFull: Bool { free < 128 << 20 || (free < size / 20 && free < 2 << 30) }
}
