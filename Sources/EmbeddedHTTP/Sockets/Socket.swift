#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A non-blocking TCP socket and the calls on it. Its owner closes it, once.
struct Socket: Sendable {
    enum Received {
        /// This many bytes are in the buffer.
        case bytes(Int)
        case nothingYet
        case ended
        case broken
    }

    enum Sent {
        case bytes(Int)
        /// The system takes no more bytes for now.
        case full
        case broken
    }

    enum Accepted {
        case connection(Socket)
        /// No task waits (or the one that did has gone again).
        case none
        /// Out of descriptors or memory: asking again at once would only spin, since the peer goes on waiting.
        case exhausted
    }

    let descriptor: Int32

    func nextConnection() -> Accepted {
        let peer = accept(descriptor, nil, nil)
        guard peer >= 0 else { return Self.acceptFailed(errno) }
        let socket = Socket(descriptor: peer)
        guard socket.makeNonBlocking() else {
            socket.release()
            return .none
        }
        socket.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        socket.silenceBrokenPipes()
        return .connection(socket)
    }

    static func acceptFailed(_ code: Int32) -> Accepted {
        switch code {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .exhausted
        default: .none
        }
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .nothingYet : .broken
        }
    }

    func transmit(_ bytes: UnsafeRawBufferPointer) -> Sent {
        while true {
            let count = send(descriptor, bytes.baseAddress, bytes.count, Self.sendFlags)
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .full : .broken
        }
    }

    func shutdownSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes `release` send a reset and forget what was not yet sent.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    func release() { _ = close(descriptor) }

    func makeNonBlocking() -> Bool {
        let flags = fcntl(descriptor, F_GETFL)
        // Programs that this one starts are not to hold its connections open.
        return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0
            && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
    }

    /// Errors are not reported: a failure changes speed at most, never what is sent.
    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private func silenceBrokenPipes() {
        #if canImport(Darwin)
            set(SOL_SOCKET, SO_NOSIGPIPE, 1)
        #endif
    }

    /// Keeps a write to a peer that has gone from ending the process with a signal.
    #if canImport(Darwin)
        private static let sendFlags: Int32 = 0
    #else
        private static let sendFlags = Int32(MSG_NOSIGNAL)
    #endif
}
