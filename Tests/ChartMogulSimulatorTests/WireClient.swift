import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One connection to a server on loopback. Nothing waits longer than twenty minutes, so that a test ends that would hang.
final class WireClient: Sendable {
    enum Outcome: Equatable, Sendable {
        case answered(status: Int, head: String, body: String)
        case reset
        case closed

        var status: Int? {
            guard case .answered(let status, _, _) = self else { return nil }
            return status
        }
    }

    private let socket: Int32

    init(port: Int) throws {
        #if canImport(Glibc)
            socket = systemSocket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            socket = systemSocket(AF_INET, SOCK_STREAM, 0)
        #endif
        var longest = timeval(tv_sec: 1_200, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &longest, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failure(code: errno) }
    }

    struct Failure: Error { let code: Int32 }

    deinit { close(socket) }

    func send(_ method: String, _ path: String, _ body: String = "") {
        let text =
            "\(method) \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Basic a2V5Og==\r\nConnection: close\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
        let bytes = Array(text.utf8)
        // A server that has given up must not end the tests with a signal: it shows in what is read.
        _ = bytes.withUnsafeBytes { systemSend(socket, $0.baseAddress, $0.count) }
    }

    /// All that comes until the end of the connection, read on a thread of its own.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "wire client").async { [self] in continuation.resume(returning: read()) }
        }
    }

    private func read() -> Outcome {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0 { return .reset }
            if count == 0 { break }
            received += buffer[..<count]
        }
        let text = String(decoding: received, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return .closed }
        let head = String(text[..<end.lowerBound])
        let status = Int(head.split(separator: " ", maxSplits: 2)[1]) ?? 0
        return .answered(status: status, head: head, body: String(text[end.upperBound...]))
    }
}

private func systemSend(_ socket: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Darwin)
        send(socket, bytes, count, 0)
    #else
        send(socket, bytes, count, Int32(MSG_NOSIGNAL))
    #endif
}

private func systemSocket(_ domain: Int32, _ type: Int32, _ proto: Int32) -> Int32 { socket(domain, type, proto) }
