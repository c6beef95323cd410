#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Socket {
    /// A socket that listens, and the port it listens on.
    static func listening(on address: ListenAddress) throws(HTTPServerError) -> (socket: Socket, port: Int) {
        let resolved = try ResolvedAddress(address)
        let descriptor = socket(resolved.family, resolved.type, 0)
        guard descriptor >= 0 else { throw HTTPServerError(errno, at: address) }
        let listener = Socket(descriptor: descriptor)
        do throws(HTTPServerError) {
            // Or a restart would have to wait until the last connections of the old process are forgotten.
            listener.set(SOL_SOCKET, SO_REUSEADDR, 1)
            try resolved.withAddress { (pointer, length) throws(HTTPServerError) in
                guard bind(descriptor, pointer, length) == 0, listen(descriptor, SOMAXCONN) == 0 else {
                    throw HTTPServerError(errno, at: address)
                }
            }
            guard listener.makeNonBlocking() else { throw HTTPServerError(errno, at: address) }
            return (listener, listener.port)
        } catch {
            listener.release()
            throw error
        }
    }

    private var port: Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes in
            let address = bytes.baseAddress!
            getsockname(descriptor, address.assumingMemoryBound(to: sockaddr.self), &length)
            // In sockaddr_in and sockaddr_in6 alike, the port is the big-endian word behind the family.
            return Int(bytes[2]) << 8 | Int(bytes[3])
        }
    }
}

/// A listen address in the form that the system takes.
private struct ResolvedAddress {
    let family: Int32
    let type: Int32
    private let bytes: [UInt8]

    init(_ address: ListenAddress) throws(HTTPServerError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        // Of a name's addresses the IPv4 one is taken: it is what `localhost` means to most programs.
        hints.ai_family = address.host.contains(":") ? AF_INET6 : AF_INET
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let host = address.host.isEmpty ? "0.0.0.0" : address.host
        let code = getaddrinfo(host, "\(address.port)", &hints, &list)
        guard code == 0, let first = list?.pointee, let pointer = first.ai_addr else {
            throw .unknownHost(address, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(list) }
        family = first.ai_family
        type = first.ai_socktype
        bytes = Array(UnsafeRawBufferPointer(start: pointer, count: Int(first.ai_addrlen)))
    }

    func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) throws(HTTPServerError) -> Void)
        throws(HTTPServerError)
    {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes) }
        let length = socklen_t(bytes.count)
        // The closure API does not carry typed errors through both of its layers, so the result is carried out.
        let result: Result<Void, HTTPServerError> = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Result { () throws(HTTPServerError) in try body(address, length) }
            }
        }
        try result.get()
    }
}
