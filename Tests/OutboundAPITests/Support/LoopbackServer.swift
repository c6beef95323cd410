import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A peer that does to each connection what the test says, on a thread of its own. Ends with its `deinit`.
final class LoopbackServer: Sendable {
    let port: Int
    private let listener: ListeningSocket
    private let accepted = Mutex(0)

    var connections: Int { accepted.withLock { $0 } }
    var base: String { "http://127.0.0.1:\(port)/crm/rest" }

    init(_ serve: @escaping @Sendable (LoopbackConnection) -> Void) {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let listener = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        precondition(isListening, "no loopback port could be had")
        port = Int(UInt16(bigEndian: address.sin_port))
        let open = ListeningSocket(listener)
        self.listener = open
        Thread.detachNewThread { [weak self] in
            defer { open.close() }
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                self?.accepted.withLock { $0 += 1 }
                Thread.detachNewThread { serve(LoopbackConnection(socket: socket)) }
            }
        }
    }

    /// Connections are refused from now on; those that are there go on.
    func stopListening() { listener.stop() }

    deinit { listener.stop() }
}

/// A descriptor that one thread accepts from, and closes, and others may tell to stop.
private final class ListeningSocket: Sendable {
    /// Nil once closed: the number may be another's by then.
    private let descriptor: Mutex<Int32?>

    init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    /// Wakes the thread that accepts, which then closes it.
    func stop() { descriptor.withLock { if let number = $0 { shutdown(number, Int32(SHUT_RDWR)) } } }

    func close() {
        descriptor.withLock { descriptor in
            if let number = descriptor { _ = systemClose(number) }
            descriptor = nil
        }
    }
}

/// One accepted connection. Must be ended by `close` or `reset`.
final class LoopbackConnection: Sendable {
    private let socket: Int32

    init(socket: Int32) { self.socket = socket }

    /// Head and body of the next request; nil if the peer closes.
    func readRequest() -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            if let text = Self.wholeRequest(bytes) { return text }
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    /// Returns when the peer has sent something, and reads no more of it.
    func waitForBytes() {
        var byte: UInt8 = 0
        _ = recv(socket, &byte, 1, Int32(MSG_PEEK))
    }

    /// Whether the peer took it all.
    @discardableResult
    func write(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Self.noSignal) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// - Parameter isLast: says so, and the peer takes another connection for its next request.
    func answer(_ status: String, _ headers: String = "", body: String = "", isLast: Bool = true) {
        let end = isLast ? "Connection: close\r\n" : ""
        write("HTTP/1.1 \(status)\r\n\(headers)\(end)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    func close() { _ = systemClose(socket) }

    /// Ends with a reset instead of an orderly close.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        close()
    }

    /// Returns when the peer goes away.
    func waitForPeerToLeave() {
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) > 0 {}
    }

    private static func wholeRequest(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let length = text[..<end.lowerBound].split(separator: "\r\n").lazy
            .map { $0.lowercased() }.first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst("content-length:".count).filter { $0 != " " }) }
        return text[end.upperBound...].utf8.count >= length ?? 0 ? text : nil
    }

    #if canImport(Glibc)
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #else
        private static let noSignal: Int32 = 0
    #endif
}

private func systemClose(_ socket: Int32) -> Int32 { close(socket) }
