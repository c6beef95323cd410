import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ports of the loopback address.
enum LoopbackPort {
    /// One that was free just now.
    static func free() -> UInt16 {
        withSocket { handle, address, length in
            guard bind(handle, address, length) == 0 else { return 0 }
            var (bound, size) = (sockaddr_in(), length)
            withUnsafeMutablePointer(to: &bound) { pointer in
                _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(handle, $0, &size) }
            }
            return UInt16(bigEndian: bound.sin_port)
        }
    }

    static func isListening(_ port: UInt16) -> Bool {
        withSocket(port: port) { handle, address, length in connect(handle, address, length) == 0 }
    }

    private static func withSocket<Result>(
        port: UInt16 = 0, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        #if canImport(Darwin)
            let handle = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
