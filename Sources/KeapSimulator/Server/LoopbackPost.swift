import Dispatch
import EmbeddedHTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Sends a delivery to an address on this machine, and nowhere else.
struct LoopbackPost: Sendable {
    struct Answer: Equatable, Sendable {
        var status: Int
        var secret: String?
    }

    private let address: in_addr
    private let port: UInt16
    private let message: [UInt8]

    /// As long as Keap waits for an answer.
    private static let longest = 30  // seconds
    private static let mostBytes = 1 << 16

    /// Nil for an address that is not plain HTTP on loopback by IPv4.
    init?(_ delivery: HookDelivery) {
        let scheme = "http://"
        guard delivery.address.hasPrefix(scheme), delivery.address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        let rest = delivery.address.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        var target = String(rest.dropFirst(authority.count))
        if !target.hasPrefix("/") { target = "/" + target }
        let text = authority.contains(":") ? String(authority) : authority + ":80"
        guard let listen = try? ListenAddress(text), listen.isLoopback else { return nil }
        var address = in_addr()
        let host = listen.host.lowercased() == "localhost" ? "127.0.0.1" : listen.host
        guard inet_pton(AF_INET, host, &address) == 1 else { return nil }
        (self.address, port) = (address, listen.port)
        var head = "POST \(target) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n"
        head += "Content-Type: application/json\r\nContent-Length: \(delivery.body.count)\r\n"
        if let secret = delivery.secret { head += "X-Hook-Secret: \(secret)\r\n" }
        message = Array((head + "\r\n").utf8) + delivery.body
    }

    /// Nil if there was no answer in time. Waits on a thread of its own.
    func answer() async -> Answer? {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "hook delivery").async { continuation.resume(returning: exchange()) }
        }
    }

    private func exchange() -> Answer? {
        #if canImport(Darwin)
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Self.longest, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = in_port_t(port.bigEndian)
        target.sin_addr = address
        let code = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0, sendAll(to: descriptor) else { return nil }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while received.count < Self.mostBytes {
            if let answer = Self.read(received) { return answer }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            received += buffer[..<count]
        }
        return nil
    }

    private func sendAll(to descriptor: Int32) -> Bool {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        var sent = 0
        while sent < message.count {
            let count = message[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Status and secret of an answer whose head is whole.
    static func read(_ bytes: [UInt8]) -> Answer? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        let name = "x-hook-secret:"
        let secret = lines.first { $0.lowercased().hasPrefix(name) }?.dropFirst(name.count).drop { $0 == " " }
        return Answer(status: status, secret: secret.map(String.init))
    }
}
