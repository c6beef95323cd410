#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Its calls on the system.
extension LoadConnection {
    static func hasNews(_ watched: pollfd) -> Bool { watched.revents != 0 }

    /// Waits until something can be done on one of these.
    static func wait(_ watched: inout [pollfd], nanoseconds: UInt64) {
        var limit = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        if let precisePoll {
            _ = precisePoll(&watched, UInt(watched.count), &limit, nil)
        } else {
            // Whole milliseconds, rounded down: what is due sooner is looked for again at once.
            _ = poll(&watched, nfds_t(watched.count), Int32(nanoseconds / 1_000_000))
        }
    }

    private typealias PrecisePoll =
        @convention(c) (
            UnsafeMutablePointer<pollfd>, UInt, UnsafePointer<timespec>, UnsafeRawPointer?
        ) -> Int32

    /// `ppoll`, which waits for less than a millisecond, and is not among what the C library's module shows.
    private static let precisePoll: PrecisePoll? =
        dlsym(nil, "ppoll").map { unsafeBitCast($0, to: PrecisePoll.self) }

    mutating func open(_ address: LoadAddress) -> Bool {
        #if canImport(Darwin)
            let new = socket(address.family, SOCK_STREAM, 0)
        #else
            let new = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard new >= 0 else { return false }
        var one: Int32 = 1
        setsockopt(new, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        #if canImport(Darwin)
            setsockopt(new, SOL_SOCKET, SO_NOSIGPIPE, &one, socklen_t(MemoryLayout<Int32>.size))
        #endif
        _ = fcntl(new, F_SETFL, fcntl(new, F_GETFL) | O_NONBLOCK)
        _ = fcntl(new, F_SETFD, FD_CLOEXEC)
        let result = address.bytes.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { connect(new, $0.baseAddress, socklen_t(bytes.count)) }
        }
        guard result == 0 || errno == EINPROGRESS else {
            let reason = errno
            Self.end(new)
            errno = reason
            return false
        }
        (descriptor, isConnecting) = (new, result != 0)
        return true
    }

    /// Whether a connection that was under way is there; sets `errno` if not.
    func isConnected() -> Bool {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
        errno = error
        return error == 0
    }

    /// Sends as much as the system takes. False: the connection is broken.
    mutating func flush() -> Bool {
        while sent < request.count {
            let count = request[sent...].withUnsafeBytes { Self.transmit($0, descriptor) }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                return errno == EAGAIN || errno == EWOULDBLOCK
            }
        }
        return true
    }

    private static func transmit(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Int {
        #if canImport(Darwin)
            Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
        #elseif canImport(Musl)
            Musl.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        #else
            Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        #endif
    }

    /// Nil: nothing yet. Empty: the connection is over.
    static func receive(_ descriptor: Int32) -> [UInt8]? {
        var isOpen = true
        let bytes = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, initialized in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            isOpen = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
            initialized = max(0, count)
        }
        return isOpen && bytes.isEmpty ? nil : bytes
    }

    static func end(_ descriptor: Int32) {
        #if canImport(Darwin)
            _ = Darwin.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Glibc.close(descriptor)
        #endif
    }
}
